//! `GET /recoveries/{id}`: whether the bank has verified the person (docs/protocol.md §3, "Recovery").

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::RecoveryState;
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Shows the state of a recovery.
pub async fn get(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<RecoveryState> {
    let signed = scheme.authenticate(request.incoming()).await?;
    Ok(Json(scheme.recovery_state(&signed, &id).await?))
}
