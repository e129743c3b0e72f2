//! `POST /fingerprint/add/answer`: the credential that the platform made; an action adds it (docs/protocol.md §3,
//! "Fingerprint").

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{BiometricRegistration, OwnActionResponse};
use ipse_scheme::Scheme;

use super::super::super::{Answer, DeviceRequest};

/// Checks the credential and starts the action.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<OwnActionResponse> {
    let body: BiometricRegistration = request.json()?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let action = scheme.add_fingerprint(&signed, &body).await?;
    Ok(Json(OwnActionResponse { action }))
}
