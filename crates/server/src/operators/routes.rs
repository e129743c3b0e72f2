//! `POST /operators/events`: what operators report. Answered only after it is durable.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use ipse_protocol::problem::ProblemCode;
use ipse_scheme::sim_event::EventError;

use crate::problem::Refusal;
use crate::state::Server;

/// No event is longer.
const LIMIT: usize = 8 * 1024;

/// The face.
pub fn router() -> Router<Arc<Server>> {
    Router::new()
        .route("/operators/events", post(event))
        .layer(DefaultBodyLimit::max(LIMIT))
}

async fn event(State(server): State<Arc<Server>>, headers: HeaderMap, body: Bytes) -> Response {
    let media = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    if !media.trim().eq_ignore_ascii_case("application/jwt") {
        return Refusal::from(ProblemCode::UnsupportedMediaType).into_response();
    }
    let Ok(jws) = std::str::from_utf8(&body) else {
        return Refusal::from(ProblemCode::MalformedRequest).into_response();
    };
    let Some(operator) = server.scheme.operator_of_event(jws).cloned() else {
        return Refusal::from(ProblemCode::MalformedRequest).into_response();
    };
    match server.scheme.operator_event(&operator, jws).await {
        Ok(applied) => {
            if applied.gap {
                // Later: the operator is not kept waiting for what it failed to send before.
                tokio::spawn(async move { super::feed::repair(&server, &operator).await });
            }
            StatusCode::NO_CONTENT.into_response()
        }
        Err(EventError::Refused(refusal)) => {
            tracing::warn!(operator = operator.name(), %refusal, "event refused");
            Refusal::from(ProblemCode::MalformedRequest).into_response()
        }
        Err(EventError::Store(error)) => {
            tracing::warn!(
                operator = operator.name(),
                code = error.code(),
                "event not kept"
            );
            Refusal::from(ProblemCode::Busy).into_response()
        }
    }
}
