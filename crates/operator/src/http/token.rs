//! `POST /token`: client credentials (RFC 6749 §4.4) with `private_key_jwt` (RFC 7523). Errors as RFC 6749 §5.2.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Form, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::auth::{self, AuthError, TOKEN_LIFE};
use crate::operator::Operator;

/// The form. Members that a client library adds besides (for example `client_id`) are checked where they mean something.
#[derive(Deserialize)]
pub(super) struct Request {
    grant_type: Option<String>,
    client_assertion_type: Option<String>,
    client_assertion: Option<String>,
    client_id: Option<String>,
}

#[derive(Serialize)]
struct Token {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
}

#[derive(Serialize)]
struct OAuthError {
    error: &'static str,
    error_description: &'static str,
}

const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

pub(super) async fn post(
    State(operator): State<Arc<Operator>>,
    form: Result<Form<Request>, axum::extract::rejection::FormRejection>,
) -> Response {
    let Ok(Form(request)) = form else {
        return refuse(AuthError::Malformed);
    };
    match grant(&operator, request).await {
        Ok(access_token) => {
            let token = Token {
                access_token,
                token_type: "Bearer",
                expires_in: TOKEN_LIFE / 1000,
            };
            (NO_STORE, Json(token)).into_response()
        }
        Err(error) => refuse(error),
    }
}

async fn grant(operator: &Operator, request: Request) -> Result<String, AuthError> {
    const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    match request.grant_type.as_deref() {
        Some("client_credentials") => {}
        Some(_) => return Err(AuthError::GrantType),
        None => return Err(AuthError::Malformed),
    }
    let assertion = match (
        request.client_assertion_type.as_deref(),
        request.client_assertion,
    ) {
        (Some(ASSERTION_TYPE), Some(assertion)) => assertion,
        _ => return Err(AuthError::Client("private_key_jwt is needed")),
    };
    if request
        .client_id
        .is_some_and(|id| id != operator.config.scheme.client_id)
    {
        return Err(AuthError::Client("client_id is not the assertion's"));
    }
    auth::grant(operator, &assertion).await
}

fn refuse(error: AuthError) -> Response {
    let (status, error, error_description) = match error {
        AuthError::Malformed => (
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "send grant_type, client_assertion_type and client_assertion as a form",
        ),
        AuthError::GrantType => (
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "only client_credentials",
        ),
        AuthError::Client(why) => (StatusCode::UNAUTHORIZED, "invalid_client", why),
        AuthError::Store(error) => {
            tracing::warn!(code = error.code(), "the database failed");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "try again",
            )
        }
    };
    let body = OAuthError {
        error,
        error_description,
    };
    (status, NO_STORE, Json(body)).into_response()
}
