//! Claim, attempt, approve, refuse (docs/protocol.md §5–6).

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::wire::{
    ActionResponse, ActionsResponse, ApproveRequest, AttemptRequest, AttemptResponse,
    BlockResponse, ClaimRequest, DecisionResponse, Offer, RefuseRequest, WrongRequest,
};

use super::DeviceRequest;
use crate::problem::Refusal;
use crate::state::Server;

type Answer<T> = Result<Json<T>, Refusal>;

pub(super) fn router() -> Router<Arc<Server>> {
    Router::new()
        .route("/actions", get(list))
        .route("/actions/claim", post(claim))
        .route("/actions/{id}", get(show))
        .route("/actions/{id}/attempt", post(attempt))
        .route("/actions/{id}/approve", post(approve))
        .route("/actions/{id}/refuse", post(refuse))
        .route("/actions/{id}/wrong", post(wrong))
        .route("/actions/{id}/report", post(report))
}

/// Which part of the list is asked for.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    before: Option<String>,
}

async fn list(
    State(server): State<Arc<Server>>,
    page: Result<Query<Page>, QueryRejection>,
    request: DeviceRequest,
) -> Answer<ActionsResponse> {
    let Query(page) = page.map_err(|_| Refusal::from(ProblemCode::MalformedRequest))?;
    let signed = server.scheme.authenticate(request.incoming()).await?;
    let before = page.before.as_deref();
    Ok(Json(server.scheme.actions(&signed, before).await?))
}

async fn claim(State(server): State<Arc<Server>>, request: DeviceRequest) -> Answer<Offer> {
    let body: ClaimRequest = request.json()?;
    Ok(Json(
        server.scheme.claim(request.incoming(), &body.link).await?,
    ))
}

async fn show(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<ActionResponse> {
    let signed = server.scheme.authenticate(request.incoming()).await?;
    let (summary, offer) = server.scheme.action(&signed, &id).await?;
    Ok(Json(ActionResponse { summary, offer }))
}

async fn attempt(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Result<Response, Refusal> {
    let body: AttemptRequest = request.json()?;
    let answer = server
        .scheme
        .attempt(request.incoming(), &id, &body)
        .await?;
    let status = match answer {
        AttemptResponse::Wait { .. } => StatusCode::ACCEPTED,
        AttemptResponse::Attempt(_) => StatusCode::OK,
    };
    Ok((status, Json(answer)).into_response())
}

async fn approve(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<DecisionResponse> {
    let body: ApproveRequest = request.json()?;
    Ok(Json(
        server
            .scheme
            .approve(request.incoming(), &id, &body)
            .await?,
    ))
}

async fn refuse(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<DecisionResponse> {
    let body: RefuseRequest = request.json()?;
    Ok(Json(
        server.scheme.refuse(request.incoming(), &id, &body).await?,
    ))
}

async fn wrong(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<()> {
    let body: WrongRequest = request.json()?;
    Ok(Json(
        server
            .scheme
            .wrong(request.incoming(), &id, &body.attempt)
            .await?,
    ))
}

async fn report(
    State(server): State<Arc<Server>>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<BlockResponse> {
    Ok(Json(server.scheme.report(request.incoming(), &id).await?))
}
