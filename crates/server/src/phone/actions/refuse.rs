//! `POST /actions/{id}/refuse`: the person refuses (docs/protocol.md §6).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::{DecisionResponse, RefuseRequest};
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Decides an action as refused.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<DecisionResponse> {
    let body: RefuseRequest = request.json()?;
    let answer = scheme.refuse(request.incoming(), &id, &body).await?;
    Ok(Json(answer))
}
