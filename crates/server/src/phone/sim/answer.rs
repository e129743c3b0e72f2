//! `POST /sim/answer`: the person typed the secret; the SIM is connected by an action (docs/protocol.md §3, "New SIM").

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{OwnActionResponse, SimAnswerRequest};
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest, check_secret};

/// Checks the secret at the operator and starts the action.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<OwnActionResponse> {
    let body: SimAnswerRequest = request.json()?;
    check_secret(&body.secret)?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let action = scheme.answer_sim(&signed, &body.secret).await?;
    Ok(Json(OwnActionResponse { action }))
}
