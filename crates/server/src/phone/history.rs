//! `GET /history`: everything that happened to an identity, in pages (docs/protocol.md §4).

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::wire::HistoryResponse;
use ipse_scheme::Scheme;
use serde::Deserialize;

use super::{Answer, DeviceRequest};
use crate::problem::ApiError;

/// The query: which page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Cursor that the page before returned; the first page has none.
    before: Option<String>,
}

/// Lists one page.
pub async fn get(
    State(scheme): State<Arc<Scheme>>,
    page: Result<Query<Page>, QueryRejection>,
    request: DeviceRequest,
) -> Answer<HistoryResponse> {
    let Query(page) = page.map_err(|_| ApiError::from(ProblemCode::MalformedRequest))?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let before = page.before.as_deref();
    Ok(Json(scheme.history(&signed.viewer(), before).await?))
}
