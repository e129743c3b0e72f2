//! `POST /not-me`: a replaced phone says that its owner did not replace it (docs/protocol.md §3).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{BlockResponse, Empty};
use ipse_scheme::Scheme;

use super::{Answer, DeviceRequest};

/// Blocks the identity until a new proofing.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<BlockResponse> {
    let Empty {} = request.json()?;
    let answer = scheme.contest(request.incoming()).await?;
    Ok(Json(answer))
}
