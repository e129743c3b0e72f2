//! `POST /actions/{id}/renew`: offers an action again, for which the person adds what they do not have (docs/protocol.md §5).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::{Empty, Offer};
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Offers the action again.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<Offer> {
    let _: Empty = request.json()?;
    let signed = scheme.authenticate(request.incoming()).await?;
    Ok(Json(scheme.renew(&signed, &id).await?))
}
