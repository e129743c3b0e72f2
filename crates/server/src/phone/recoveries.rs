//! A new code through a bank (docs/protocol.md §3, "Recovery").

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use ipse_protocol::wire::{
    BankRequest, CodeRequest, CodeResponse, RecoveryCompleteRequest, RecoveryCompleteResponse,
    RecoveryState,
};

use super::DeviceRequest;
use super::enrolments::with_cookie;
use crate::problem::Refusal;
use crate::state::Server;

type Answer<T> = Result<Json<T>, Refusal>;

pub(super) fn router() -> Router<Arc<Server>> {
    Router::new()
        .route("/recoveries", post(create))
        .route("/recoveries/{id}", get(state))
        .route("/recoveries/{id}/code", post(code))
        .route("/recoveries/{id}/complete", post(complete))
}

async fn create(
    State(server): State<Arc<Server>>,
    request: DeviceRequest,
) -> Result<Response, Refusal> {
    let body: BankRequest = request.json()?;
    let signed = server.scheme.authenticate(request.incoming()).await?;
    let (begun, cookie) = server.scheme.begin_recovery(&signed, &body.bank).await?;
    Ok(with_cookie(&server, &cookie, Json(begun)))
}

async fn state(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<RecoveryState> {
    let signed = server.scheme.authenticate(request.incoming()).await?;
    Ok(Json(server.scheme.recovery_state(&signed, &id).await?))
}

async fn code(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<CodeResponse> {
    let body: CodeRequest = request.json()?;
    let signed = server.scheme.authenticate(request.incoming()).await?;
    let blinded = &body.registration_request.0;
    Ok(Json(
        server.scheme.recovery_code(&signed, &id, blinded).await?,
    ))
}

async fn complete(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<RecoveryCompleteResponse> {
    let body: RecoveryCompleteRequest = request.json()?;
    let signed = server.scheme.authenticate(request.incoming()).await?;
    let record = &body.registration_record.0;
    Ok(Json(
        server
            .scheme
            .complete_recovery(&signed, &id, record)
            .await?,
    ))
}
