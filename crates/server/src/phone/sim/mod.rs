//! `POST /sim`: the operator sends a secret to a new SIM of the person (docs/protocol.md §3, "New SIM").

pub mod answer;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{SimRequest, SimSentResponse};
use ipse_scheme::Scheme;

use super::{Answer, DeviceRequest};

/// Asks the operator to send the secret.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<SimSentResponse> {
    let body: SimRequest = request.json()?;
    let signed = scheme.authenticate(request.incoming()).await?;
    Ok(Json(
        scheme
            .begin_sim(&signed, body.phone_number.as_deref())
            .await?,
    ))
}
