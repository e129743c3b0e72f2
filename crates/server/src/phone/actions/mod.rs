//! `GET /actions`: the open requests of a person and the history (docs/protocol.md §5).

pub mod approve;
pub mod attempt;
pub mod claim;
pub mod images;
pub mod refuse;
pub mod renew;
pub mod report;
pub mod show;
pub mod stop_returns;
pub mod wrong;

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::wire::ActionsResponse;
use ipse_scheme::Scheme;
use serde::Deserialize;

use super::{Answer, DeviceRequest};
use crate::problem::ApiError;

/// The query: which page of the list.
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
) -> Answer<ActionsResponse> {
    let Query(page) = page.map_err(|_| ApiError::from(ProblemCode::MalformedRequest))?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let before = page.before.as_deref();
    Ok(Json(scheme.actions(&signed.viewer(), before).await?))
}
