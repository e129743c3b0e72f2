//! `GET /devices`: the person's devices (docs/protocol.md §4).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::DevicesResponse;
use ipse_scheme::Scheme;

use super::{Answer, DeviceRequest};

/// Lists the devices.
pub async fn get(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<DevicesResponse> {
    let signed = scheme.authenticate(request.incoming()).await?;
    Ok(Json(scheme.devices(&signed.viewer()).await?))
}
