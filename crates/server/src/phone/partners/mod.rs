//! `GET /partners`: the partners that a person gave something, and when (docs/protocol.md §7).

pub mod withdraw;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::PartnersResponse;
use ipse_scheme::Scheme;

use super::{Answer, DeviceRequest};

/// Lists them.
pub async fn get(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Answer<PartnersResponse> {
    let signed = scheme.authenticate(request.incoming()).await?;
    Ok(Json(scheme.partners(&signed.viewer()).await?))
}
