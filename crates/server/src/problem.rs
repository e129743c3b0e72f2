//! Refusals on the wire: `application/problem+json` (RFC 9457) with a stable code.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ipse_protocol::problem::{CONTENT_TYPE, Problem, ProblemCode};

/// What a handler of the phone face returns when it refuses.
pub struct Refusal(pub Problem);

impl From<ipse_scheme::Error> for Refusal {
    fn from(error: ipse_scheme::Error) -> Self {
        Refusal(error.into_problem())
    }
}

impl From<ProblemCode> for Refusal {
    fn from(code: ProblemCode) -> Self {
        Refusal(Problem::new(code))
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Refusal(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (status, headers, self.0.to_bytes()).into_response()
    }
}
