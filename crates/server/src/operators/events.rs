//! `POST /operators/events`: an operator reports a signed event. The answer is sent after the event is stored.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ipse_protocol::problem::ProblemCode;
use ipse_scheme::sim_event::EventError;
use ipse_scheme::{Error, Fault, Scheme, party};

use crate::fault;
use crate::problem::ApiError;

/// Longest event, in bytes.
pub const MAX_BODY: usize = 8 * 1024;

/// Verifies and applies an event.
pub async fn post(State(scheme): State<Arc<Scheme>>, headers: HeaderMap, body: Bytes) -> Response {
    let media = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    if !media.trim().eq_ignore_ascii_case("application/jwt") {
        return ApiError::from(ProblemCode::UnsupportedMediaType)
            .because("the content type is not application/jwt")
            .into_response();
    }
    let Ok(jws) = std::str::from_utf8(&body) else {
        return malformed("the body is not text").into_response();
    };
    let Some(operator) = scheme.operator_of_event(jws).cloned() else {
        return malformed("the event names no known operator").into_response();
    };
    party::record_operator(operator.name());
    match scheme.operator_event(&operator, jws).await {
        Ok(applied) => {
            if applied.gap {
                // In a task, so that the answer does not wait for the missing events.
                tokio::spawn(async move { super::feed::repair(&scheme, &operator).await });
            }
            StatusCode::NO_CONTENT.into_response()
        }
        // An operator that we know sent what does not verify, or too late.
        Err(EventError::Refused(refusal)) => malformed(refusal).blame(Fault::Peer).into_response(),
        // The operator sends the event again, whatever failed.
        Err(EventError::Store(error)) => {
            let error = Error::from(error);
            ApiError::from(ProblemCode::Busy)
                .blame(error.fault())
                .because(fault::chain(&error))
                .into_response()
        }
    }
}

fn malformed(reason: impl ToString) -> ApiError {
    ApiError::from(ProblemCode::MalformedRequest).because(reason)
}
