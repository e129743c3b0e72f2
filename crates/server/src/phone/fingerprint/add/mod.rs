//! `POST /fingerprint/add`: WebAuthn options for fingerprint or face (docs/protocol.md §3, "Fingerprint").

pub mod answer;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{BiometricResponse, Empty};
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Answers with a challenge for a new credential.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<BiometricResponse> {
    let _: Empty = request.json()?;
    let signed = scheme.authenticate(request.incoming()).await?;
    Ok(Json(scheme.begin_fingerprint(&signed).await?))
}
