//! `POST /email/answer`: the person typed the code of the mail; an action sets the address (docs/protocol.md §3, "E-mail address").

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{EmailAnswerRequest, OwnActionResponse};
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest, check_secret};

/// Checks the code and starts the action.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<OwnActionResponse> {
    let body: EmailAnswerRequest = request.json()?;
    check_secret(&body.secret)?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let action = scheme.answer_email(&signed, &body.secret).await?;
    Ok(Json(OwnActionResponse { action }))
}
