//! Faults for tests of the scheme (demo profile only).

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{ApiError, Shared};
use crate::config::Fault;

/// How long a slow operator waits before it answers.
const SLOW: Duration = Duration::from_secs(5);

/// Answers wrongly while a fault is in force. [`Fault::Lying`] is done where statements are signed.
pub(super) async fn layer(
    State(operator): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    match operator.fault() {
        None | Some(Fault::Lying) => next.run(request).await,
        Some(Fault::Silent) => std::future::pending().await,
        Some(Fault::Slow) => {
            tokio::time::sleep(SLOW).await;
            next.run(request).await
        }
        Some(Fault::Garbage) => (StatusCode::CREATED, "\u{FFFD}<html>").into_response(),
        Some(Fault::Error) => ApiError::Misbehaving.into_response(),
    }
}
