//! `GET /actions/{id}`: one request, with its offer while it is open (docs/protocol.md §5).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::ActionResponse;
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Shows an action of the person.
pub async fn get(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<ActionResponse> {
    let signed = scheme.authenticate(request.incoming()).await?;
    let (summary, offer) = scheme.action(&signed, &id).await?;
    Ok(Json(ActionResponse { summary, offer }))
}
