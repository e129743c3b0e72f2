//! `POST /enrolments/{id}/unlock`: WebAuthn options for fingerprint or face (docs/protocol.md §3).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::{BiometricResponse, Empty};
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Answers with a challenge for a new credential.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<BiometricResponse> {
    let _: Empty = request.json()?;
    let signed = scheme.authenticate(request.incoming()).await?;
    Ok(Json(scheme.enrolment_biometric(&signed, &id).await?))
}
