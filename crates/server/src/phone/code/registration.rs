//! `POST /code/registration`: OPAQUE's registration of the new code (docs/protocol.md §3, "Change the code").

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{CodeRequest, CodeResponse};
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Evaluates the blinded code.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<CodeResponse> {
    let body: CodeRequest = request.json()?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let blinded = &body.registration_request.0;
    Ok(Json(
        scheme.code_change_registration(&signed, blinded).await?,
    ))
}
