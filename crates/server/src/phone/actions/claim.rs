//! `POST /actions/claim`: the first phone to claim a link gets the request (docs/protocol.md §5).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{ClaimRequest, Offer};
use ipse_scheme::Scheme;

use super::super::{Answer, DeviceRequest};

/// Claims the action behind a link.
pub async fn post(State(scheme): State<Arc<Scheme>>, request: DeviceRequest) -> Answer<Offer> {
    let body: ClaimRequest = request.json()?;
    let offer = scheme.claim(request.incoming(), &body.link, body.obtained);
    Ok(Json(offer.await?))
}
