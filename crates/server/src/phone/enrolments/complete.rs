//! `POST /enrolments/{id}/complete`: the enrolment becomes an identity (docs/protocol.md §3).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use ipse_protocol::wire::{CompleteRequest, CompleteResponse};
use ipse_scheme::Scheme;

use super::super::DeviceRequest;
use crate::problem::ApiError;

/// Completes an enrolment.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Result<(StatusCode, Json<CompleteResponse>), ApiError> {
    let body: CompleteRequest = request.json()?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let done = scheme.complete_enrolment(&signed, &id, &body).await?;
    Ok((StatusCode::CREATED, Json(done)))
}
