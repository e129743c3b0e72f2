//! Errors of the API, in the shape of CAMARA: `{"status":404,"code":"IDENTIFIER_NOT_FOUND","message":"…"}`.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ipse_sim::phone_number::NumberProblem;
use ipse_sim::statement::{Line, Readiness};
use ipse_store::StoreError;
use serde::Serialize;

use super::log::Problem;
use crate::challenge::{ChallengeError, Refusal};
use crate::error::{AtFault, RuleError};

/// Why a request is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The body, path or query is not what this endpoint takes. The text is in the answer.
    #[error("{0}")]
    InvalidArgument(&'static str),
    /// Not a Belgian mobile number.
    #[error("phoneNumber is not a Belgian mobile number")]
    PhoneNumber(#[source] NumberProblem),
    /// No valid access token.
    #[error("the access token is missing, wrong or expired; ask for a new one")]
    Unauthenticated,
    /// The number or handle is not this operator's.
    #[error("this operator has no such number or handle; ask the others")]
    IdentifierNotFound,
    /// No such path.
    #[error("no such resource")]
    NotFound,
    /// The path has another method.
    #[error("no such method here")]
    MethodNotAllowed,
    /// The body is not JSON.
    #[error("the body must be application/json")]
    UnsupportedMediaType,
    /// The body is too large.
    #[error("the body is too large")]
    TooLarge,
    /// There is no statement.
    #[error("no statement")]
    Challenge(#[source] Refusal),
    /// The store failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// A page cannot be rendered.
    #[error("the page cannot be rendered")]
    Page(#[from] askama::Error),
    /// The stored time of a message is out of range.
    #[error("the time of a message is out of range")]
    Time(#[source] jiff::Error),
    /// A test requested this error.
    #[error("a test requested this error")]
    Misbehaving,
}

impl From<ChallengeError> for ApiError {
    fn from(error: ChallengeError) -> Self {
        match error {
            RuleError::Refused(refusal) => Self::Challenge(refusal),
            RuleError::Store(error) => Self::Store(error),
        }
    }
}

/// The body of an error. `code` is stable.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    status: u16,
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tries_left: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    readiness: Option<Readiness>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<Line>,
}

impl Body {
    fn new(status: StatusCode, code: &'static str, message: impl ToString) -> Self {
        Self {
            status: status.as_u16(),
            code,
            message: message.to_string(),
            reason: None,
            tries_left: None,
            readiness: None,
            line: None,
        }
    }

    fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "IDENTIFIER_NOT_FOUND",
            ApiError::IdentifierNotFound,
        )
    }

    fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "UNAVAILABLE",
            "the service cannot answer now; try again",
        )
    }

    fn of_refusal(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownHandle => Self::not_found(),
            Refusal::NotApplicable(readiness, line) => Self {
                // What the SIM lacks or, when it lacks nothing, the state of the line.
                reason: Some(match (readiness, line) {
                    (Readiness::Ready, line) => line.as_str(),
                    (readiness, _) => readiness.as_str(),
                }),
                readiness: Some(readiness),
                line: Some(line),
                ..Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "SERVICE_NOT_APPLICABLE",
                    "this SIM cannot answer; resolve the number again",
                )
            },
            Refusal::Channel(_) | Refusal::Counter => Self::unavailable(),
            Refusal::Closed => Self::new(
                StatusCode::GONE,
                "CHALLENGE_CLOSED",
                "no open challenge has this id; begin a new one",
            ),
            Refusal::WrongSecret(left) => Self {
                tries_left: Some(left),
                ..Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "SECRET_MISMATCH",
                    "the secret is not the one in the text message",
                )
            },
            Refusal::TooManyTexts => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "TOO_MANY_REQUESTS",
                "too many text messages to this SIM; wait ten minutes",
            ),
        }
    }
}

impl ApiError {
    /// The party at fault.
    #[must_use]
    pub fn at_fault(&self) -> AtFault {
        match self {
            Self::Challenge(refusal) => refusal.at_fault(),
            Self::Store(error) => AtFault::of_store(error),
            Self::Page(_) | Self::Time(_) => AtFault::Us,
            Self::InvalidArgument(_)
            | Self::PhoneNumber(_)
            | Self::Unauthenticated
            | Self::IdentifierNotFound
            | Self::NotFound
            | Self::MethodNotAllowed
            | Self::UnsupportedMediaType
            | Self::TooLarge
            | Self::Misbehaving => AtFault::Caller,
        }
    }

    fn body(&self) -> Body {
        match self {
            Self::InvalidArgument(_) => {
                Body::new(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", self)
            }
            Self::PhoneNumber(problem) => Body {
                reason: Some(problem.code()),
                ..Body::new(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", self)
            },
            Self::Unauthenticated => Body::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", self),
            Self::IdentifierNotFound => Body::not_found(),
            Self::NotFound => Body::new(StatusCode::NOT_FOUND, "NOT_FOUND", self),
            Self::MethodNotAllowed => {
                Body::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", self)
            }
            Self::UnsupportedMediaType => Body::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UNSUPPORTED_MEDIA_TYPE",
                self,
            ),
            Self::TooLarge => Body::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", self),
            Self::Challenge(refusal) => Body::of_refusal(*refusal),
            Self::Store(error) if !error.is_retryable() => Body::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "INTERNAL",
                "something is wrong with this operator's records",
            ),
            Self::Store(_) | Self::Page(_) | Self::Time(_) | Self::Misbehaving => {
                Body::unavailable()
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = self.body();
        let status = StatusCode::from_u16(body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let problem = Problem::new(self.at_fault(), body.code, &self);
        (status, problem, Json(body)).into_response()
    }
}
