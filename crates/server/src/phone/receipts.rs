//! `GET /receipts/{id}`: the receipt of a decision (docs/protocol.md §4).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::ReceiptResponse;
use ipse_scheme::Scheme;

use super::{Answer, DeviceRequest};

/// Shows a receipt of the person.
pub async fn get(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<ReceiptResponse> {
    let signed = scheme.authenticate(request.incoming()).await?;
    Ok(Json(scheme.receipt(&signed.viewer(), &id).await?))
}
