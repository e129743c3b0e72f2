//! `GET /receipts/{id}`: the receipt of a decision (docs/protocol.md §7).

use std::num::NonZeroU64;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::wire::ReceiptResponse;
use ipse_scheme::Scheme;
use serde::Deserialize;

use super::{Answer, DeviceRequest};
use crate::problem::ApiError;

/// The query: what the phone remembers of the log.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remembered {
    /// How many leaves the head has that it remembers.
    since: Option<NonZeroU64>,
}

/// Shows a receipt of the person.
pub async fn get(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    remembered: Result<Query<Remembered>, QueryRejection>,
    request: DeviceRequest,
) -> Answer<ReceiptResponse> {
    let Query(remembered) =
        remembered.map_err(|_| ApiError::from(ProblemCode::MalformedRequest))?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let since = remembered.since.map(NonZeroU64::get);
    let receipt = scheme.receipt(&signed.viewer(), &id, since).await?;
    Ok(Json(receipt))
}
