//! `GET /me`: the person's identity (docs/protocol.md §4).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::MeResponse;
use ipse_scheme::Scheme;

use super::{Answer, DeviceRequest};

/// Shows the identity.
pub async fn get(State(scheme): State<Arc<Scheme>>, request: DeviceRequest) -> Answer<MeResponse> {
    let signed = scheme.authenticate(request.incoming()).await?;
    Ok(Json(scheme.me(&signed).await?))
}
