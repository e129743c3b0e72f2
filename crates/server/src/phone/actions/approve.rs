//! `POST /actions/{id}/approve`: the person approves (docs/protocol.md §6).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::{ApproveRequest, DecisionResponse};
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Decides an action as approved.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<DecisionResponse> {
    let body: ApproveRequest = request.json()?;
    let answer = scheme.approve(request.incoming(), &id, &body).await?;
    Ok(Json(answer))
}
