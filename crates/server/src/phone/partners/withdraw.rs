//! `POST /partners/{id}/withdraw`: the person takes back what they consented to (docs/protocol.md §7).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::Withdrawn;
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Withdraws it at once.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<Withdrawn> {
    Ok(Json(scheme.withdraw(request.incoming(), &id).await?))
}
