//! The person's own things: identity, devices, receipts, blocking (docs/protocol.md §4).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use ipse_protocol::wire::{
    BlockRequest, BlockResponse, DevicesResponse, Empty, MeResponse, OwnActionResponse,
    ReceiptResponse,
};

use super::DeviceRequest;
use crate::problem::Refusal;
use crate::state::Server;

type Answer<T> = Result<Json<T>, Refusal>;

pub(super) fn router() -> Router<Arc<Server>> {
    Router::new()
        .route("/me", get(me))
        .route("/devices", get(devices))
        .route("/receipts/{id}", get(receipt))
        .route("/block", post(block))
        .route("/unblock", post(unblock))
}

async fn me(State(server): State<Arc<Server>>, request: DeviceRequest) -> Answer<MeResponse> {
    let signed = server.scheme.authenticate(request.incoming()).await?;
    Ok(Json(server.scheme.me(&signed).await?))
}

async fn devices(
    State(server): State<Arc<Server>>,
    request: DeviceRequest,
) -> Answer<DevicesResponse> {
    let signed = server.scheme.authenticate(request.incoming()).await?;
    Ok(Json(server.scheme.devices(&signed).await?))
}

async fn receipt(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<ReceiptResponse> {
    let signed = server.scheme.authenticate(request.incoming()).await?;
    let identity = &signed.device.identity;
    Ok(Json(server.scheme.receipt(identity, &id).await?))
}

async fn block(State(server): State<Arc<Server>>, request: DeviceRequest) -> Answer<BlockResponse> {
    let body: BlockRequest = request.json()?;
    Ok(Json(
        server
            .scheme
            .block_self(request.incoming(), body.reason)
            .await?,
    ))
}

async fn unblock(
    State(server): State<Arc<Server>>,
    request: DeviceRequest,
) -> Answer<OwnActionResponse> {
    let _: Empty = request.json()?;
    let signed = server.scheme.authenticate(request.incoming()).await?;
    let action = server.scheme.begin_unblock(&signed).await?;
    Ok(Json(OwnActionResponse { action }))
}
