//! `POST /actions/{id}/attempt`: OPAQUE's first message, or a fingerprint (docs/protocol.md §6).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ipse_protocol::wire::{AttemptRequest, AttemptResponse};
use ipse_scheme::Scheme;

use super::super::DeviceRequest;
use crate::problem::ApiError;

/// Spends an attempt, or answers 202 while the SIM statement is missing.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Result<Response, ApiError> {
    let body: AttemptRequest = request.json()?;
    let answer = scheme.attempt(request.incoming(), &id, &body).await?;
    let status = match answer {
        AttemptResponse::Wait { .. } => StatusCode::ACCEPTED,
        AttemptResponse::Attempt(_) => StatusCode::OK,
    };
    Ok((status, Json(answer)).into_response())
}
