//! `POST /copied`: a phone answers the challenge of a request that was too old (docs/protocol.md §2).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{BlockResponse, CopiedRequest};
use ipse_scheme::Scheme;

use super::{Answer, DeviceRequest};

/// Suspends both phones.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<BlockResponse> {
    // The proof in the body is the signature: a sequence would mean nothing here.
    let body: CopiedRequest = request.json()?;
    Ok(Json(scheme.report_copy(&body.proof).await?))
}
