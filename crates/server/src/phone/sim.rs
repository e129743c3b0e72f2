//! A new SIM for an identity (docs/protocol.md §3, "New SIM").

use std::sync::Arc;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::wire::{Empty, OwnActionResponse, SimAnswerRequest, SimSentResponse};

use super::DeviceRequest;
use crate::problem::Refusal;
use crate::state::Server;

pub(super) fn router() -> Router<Arc<Server>> {
    Router::new()
        .route("/sim", post(begin))
        .route("/sim/answer", post(answer))
}

async fn begin(
    State(server): State<Arc<Server>>,
    request: DeviceRequest,
) -> Result<Json<SimSentResponse>, Refusal> {
    let _: Empty = request.json()?;
    let signed = server.scheme.authenticate(request.incoming()).await?;
    Ok(Json(server.scheme.begin_sim(&signed).await?))
}

async fn answer(
    State(server): State<Arc<Server>>,
    request: DeviceRequest,
) -> Result<Json<OwnActionResponse>, Refusal> {
    let body: SimAnswerRequest = request.json()?;
    six_digits(&body.secret)?;
    let signed = server.scheme.authenticate(request.incoming()).await?;
    let action = server.scheme.answer_sim(&signed, &body.secret).await?;
    Ok(Json(OwnActionResponse { action }))
}

/// What cannot be a secret costs no guess.
pub(super) fn six_digits(secret: &str) -> Result<(), Refusal> {
    if secret.len() == 6 && secret.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::MalformedRequest)
        .with("member", "secret")
        .into())
}
