//! `POST /export` and `GET /export?action=A`: the person downloads what the scheme holds on them (docs/protocol.md §4, "Export").

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::wire::{Empty, OwnActionResponse};
use ipse_scheme::Scheme;
use ipse_scheme::export::Export;
use serde::Deserialize;

use super::{Answer, Api, DeviceRequest};
use crate::problem::ApiError;

/// The query.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approved {
    /// The approved action.
    action: String,
}

/// Starts the action.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<OwnActionResponse> {
    let _: Empty = request.json()?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let action = scheme.begin_export(&signed).await?;
    Ok(Json(OwnActionResponse { action }))
}

/// Answers with the document.
pub async fn get(
    State(api): State<Api>,
    approved: Result<Query<Approved>, QueryRejection>,
    request: DeviceRequest,
) -> Answer<Export> {
    let Query(approved) = approved.map_err(|_| ApiError::from(ProblemCode::MalformedRequest))?;
    let signed = api.scheme.authenticate(request.incoming()).await?;
    let _permit = api.limits.export()?;
    Ok(Json(api.scheme.export(&signed, &approved.action).await?))
}
