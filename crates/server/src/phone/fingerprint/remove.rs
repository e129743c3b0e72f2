//! `POST /fingerprint/remove`: starts the action that removes fingerprint or face (docs/protocol.md §3, "Fingerprint").

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{Empty, OwnActionResponse};
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Starts the action.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<OwnActionResponse> {
    let _: Empty = request.json()?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let action = scheme.remove_fingerprint(&signed).await?;
    Ok(Json(OwnActionResponse { action }))
}
