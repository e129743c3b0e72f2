//! `POST /actions/{id}/report`: the person did not start this login, which blocks the identity (docs/protocol.md §6).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::BlockResponse;
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Refuses the action and blocks the identity.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<BlockResponse> {
    Ok(Json(scheme.report(request.incoming(), &id).await?))
}
