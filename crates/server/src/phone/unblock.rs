//! `POST /unblock`: starts the action that ends the person's own block (docs/protocol.md §4).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{Empty, OwnActionResponse};
use ipse_scheme::Scheme;

use super::{Answer, DeviceRequest};

/// Starts the action.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<OwnActionResponse> {
    let _: Empty = request.json()?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let action = scheme.begin_unblock(&signed).await?;
    Ok(Json(OwnActionResponse { action }))
}
