//! Errors in CAMARA's shape: `{"status":404,"code":"IDENTIFIER_NOT_FOUND","message":"…"}`.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ipse_sim::phone_number::NumberProblem;
use ipse_sim::statement::{Line, Readiness};
use ipse_store::StoreError;
use serde::Serialize;

use crate::challenge::Refusal;

/// An error as it leaves. `code` is stable.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApiError {
    status: u16,
    code: &'static str,
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tries_left: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    readiness: Option<Readiness>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<Line>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self {
            status: status.as_u16(),
            code,
            message,
            reason: None,
            tries_left: None,
            readiness: None,
            line: None,
        }
    }

    pub(super) fn invalid_argument(message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", message)
    }

    pub(super) fn number(problem: NumberProblem) -> Self {
        Self {
            reason: Some(problem.code()),
            ..Self::invalid_argument("phoneNumber is not a Belgian mobile number")
        }
    }

    pub(super) fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "UNAUTHENTICATED",
            "the access token is missing, wrong or expired; ask for a new one",
        )
    }

    pub(super) fn identifier_not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "IDENTIFIER_NOT_FOUND",
            "this operator has no such number or handle; ask the others",
        )
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "no such resource")
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            "no such method here",
        )
    }

    pub(super) fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "the body must be application/json",
        )
    }

    pub(super) fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "PAYLOAD_TOO_LARGE",
            "the body is too large",
        )
    }

    pub(super) fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "UNAVAILABLE",
            "the service cannot answer now; try again",
        )
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::warn!(code = error.code(), %error, "the database failed");
        if error.is_retryable() {
            Self::unavailable()
        } else {
            Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "INTERNAL",
                "something is wrong with this operator's records",
            )
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownHandle => Self::identifier_not_found(),
            Refusal::NotApplicable(readiness, line) => Self {
                // The word that says most: a line that is barred, else what the SIM lacks.
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
            Refusal::Channel(_) => Self::unavailable(),
            Refusal::Closed => Self::new(
                StatusCode::GONE,
                "CHALLENGE_CLOSED",
                "no open challenge has this id; begin a new one",
            ),
            Refusal::Wrong(left) => Self {
                tries_left: Some(left),
                ..Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "SECRET_MISMATCH",
                    "the secret is not the one in the text message",
                )
            },
            Refusal::TooMany => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "TOO_MANY_REQUESTS",
                "too many text messages to this SIM; wait ten minutes",
            ),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, axum::Json(self)).into_response()
    }
}
