//! `POST /block`: the person blocks the identity (docs/protocol.md §4).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{BlockRequest, BlockResponse};
use ipse_scheme::Scheme;

use super::{Answer, DeviceRequest};

/// Blocks the identity.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<BlockResponse> {
    let body: BlockRequest = request.json()?;
    let answer = scheme.block_self(request.incoming(), body.reason).await?;
    Ok(Json(answer))
}
