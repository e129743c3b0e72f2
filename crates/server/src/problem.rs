//! Errors of the phone's and the operators' API: `application/problem+json` (RFC 9457) with a stable code.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ipse_protocol::problem::{CONTENT_TYPE, Problem, ProblemCode};
use ipse_scheme::{Error, Fault};

use crate::fault;

/// Error of a handler. Its answer is the problem document; what the caller must not learn goes to the log only.
#[derive(Debug)]
pub struct ApiError {
    problem: Problem,
    fault: Fault,
    /// Why, for the log.
    reason: Option<String>,
}

impl ApiError {
    /// The same error with a reason for the log. The caller does not learn it.
    pub fn because(self, reason: impl ToString) -> Self {
        Self {
            reason: Some(reason.to_string()),
            ..self
        }
    }

    /// The same error, for which another party must act.
    pub fn blame(self, fault: Fault) -> Self {
        Self { fault, ..self }
    }

    /// Logs the error. Refusals without a reason are ordinary, such as a wrong code, and are not logged at `info`.
    fn log(&self) {
        let code = self.problem.code.as_str();
        match (&self.reason, self.fault) {
            (None, Fault::Caller) => tracing::debug!(code, "refused"),
            (reason, fault) => fault::log(fault, code, reason.as_deref().unwrap_or("")),
        }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let fault = error.fault();
        let reason = match &error {
            // What a caller did wrong is its own business, so it is not logged at `info`.
            Error::Refused(_) if fault == Fault::Caller => None,
            Error::Refused(problem) if problem.code == ProblemCode::SimUnavailable => {
                Some("the operator gave no answer that can be used".to_owned())
            }
            Error::Refused(problem) => fault::reason(problem).map(str::to_owned),
            error => Some(fault::chain(error)),
        };
        Self {
            problem: error.into_problem(),
            fault,
            reason,
        }
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Error::from(problem).into()
    }
}

impl From<ProblemCode> for ApiError {
    fn from(code: ProblemCode) -> Self {
        Problem::new(code).into()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let status = StatusCode::from_u16(self.problem.status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (status, headers, self.problem.to_bytes()).into_response()
    }
}
