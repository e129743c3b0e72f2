//! `POST /actions/{id}/stop-returns`: the browser of this approval may not come back any more (docs/protocol.md §6).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::StopReturnsResponse;
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Ends it at once.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<StopReturnsResponse> {
    Ok(Json(scheme.stop_returns(request.incoming(), &id).await?))
}
