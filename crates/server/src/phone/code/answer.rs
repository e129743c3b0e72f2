//! `POST /code/answer`: the person typed the secret and chose a code; an action changes it (docs/protocol.md §3, "Change the
//! code").

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{CodeAnswerRequest, OwnActionResponse};
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest, check_secret};

/// Checks the secret at the operator and starts the action.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<OwnActionResponse> {
    let body: CodeAnswerRequest = request.json()?;
    check_secret(&body.secret)?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let record = &body.registration_record.0;
    let action = scheme
        .answer_code_change(&signed, &body.secret, record)
        .await?;
    Ok(Json(OwnActionResponse { action }))
}
