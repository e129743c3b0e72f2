//! `POST /recoveries/{id}/complete`: the new code replaces the old one (docs/protocol.md §3, "Recovery").

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::{RecoveryCompleteRequest, RecoveryCompleteResponse};
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Completes a recovery.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<RecoveryCompleteResponse> {
    let body: RecoveryCompleteRequest = request.json()?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let record = &body.registration_record.0;
    let answer = scheme.complete_recovery(&signed, &id, record).await?;
    Ok(Json(answer))
}
