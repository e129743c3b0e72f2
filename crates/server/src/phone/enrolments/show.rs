//! `GET /enrolments/{id}`: which steps are done (docs/protocol.md §3).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::EnrolmentState;
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Shows the state of an enrolment.
pub async fn get(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<EnrolmentState> {
    let signed = scheme.authenticate(request.incoming()).await?;
    Ok(Json(scheme.enrolment_state(&signed, &id).await?))
}
