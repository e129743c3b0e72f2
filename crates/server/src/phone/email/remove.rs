//! `POST /email/remove`: starts the action that removes the e-mail address (docs/protocol.md §3, "E-mail address").

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
    let action = scheme.remove_email(&signed).await?;
    Ok(Json(OwnActionResponse { action }))
}
