//! Errors of the phone's and the operators' API: `application/problem+json` (RFC 9457) with a stable code.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ipse_protocol::problem::{CONTENT_TYPE, Problem, ProblemCode};

/// Error of a handler, with the problem document that the caller gets.
pub struct ApiError(Problem);

impl From<ipse_scheme::Error> for ApiError {
    fn from(error: ipse_scheme::Error) -> Self {
        Self(error.into_problem())
    }
}

impl From<ProblemCode> for ApiError {
    fn from(code: ProblemCode) -> Self {
        Self(Problem::new(code))
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for ApiError {
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
