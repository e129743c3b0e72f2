//! `POST /code`: the person wants another code; the operator sends a secret to the bound SIM (docs/protocol.md §3, "Change
//! the code").

pub mod answer;
pub mod registration;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{Empty, SimSentResponse};
use ipse_scheme::Scheme;

use super::{Answer, DeviceRequest};

/// Asks the operator to send the secret.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<SimSentResponse> {
    let _: Empty = request.json()?;
    let signed = scheme.authenticate(request.incoming()).await?;
    Ok(Json(scheme.begin_code_change(&signed).await?))
}
