//! `POST /token`: client credentials (RFC 6749 §4.4) with `private_key_jwt` (RFC 7523). Errors as in RFC 6749 §5.2.

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ipse_store::StoreError;
use serde::{Deserialize, Serialize};

use super::Shared;
use super::log::Problem;
use crate::auth::{self, AuthError, Refusal, TOKEN_LIFE};
use crate::error::{AtFault, RuleError};
use crate::operator::Operator;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// The form. Other members that a client library sends are ignored.
#[derive(Deserialize)]
pub(super) struct Request {
    grant_type: Option<String>,
    client_assertion_type: Option<String>,
    client_assertion: Option<String>,
    client_id: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Token {
    access_token: String,
    token_type: &'static str,
    /// In seconds.
    expires_in: i64,
}

pub(super) async fn post(
    State(operator): State<Shared>,
    form: Result<Form<Request>, FormRejection>,
) -> Result<impl IntoResponse, TokenError> {
    let Form(request) = form.map_err(TokenError::Form)?;
    let token = Token {
        access_token: grant(&operator, request).await?,
        token_type: "Bearer",
        expires_in: TOKEN_LIFE / 1000,
    };
    Ok((NO_STORE, Json(token)))
}

async fn grant(operator: &Operator, request: Request) -> Result<String, TokenError> {
    match request.grant_type.as_deref() {
        Some("client_credentials") => {}
        Some(_) => return Err(TokenError::GrantType),
        None => return Err(TokenError::NoGrantType),
    }
    let assertion = match (
        request.client_assertion_type.as_deref(),
        request.client_assertion,
    ) {
        (Some(ASSERTION_TYPE), Some(assertion)) => assertion,
        _ => return Err(Refusal::Method.into()),
    };
    let client = &operator.config.scheme.client_id;
    if request.client_id.is_some_and(|id| id != *client) {
        return Err(Refusal::ClientId.into());
    }
    Ok(auth::grant(operator, &assertion).await?)
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub(super) enum TokenError {
    /// The body is not a form.
    #[error("the body is not a form")]
    Form(#[source] FormRejection),
    /// No grant type.
    #[error("grant_type is missing")]
    NoGrantType,
    /// Another grant type.
    #[error("the grant type is not client_credentials")]
    GrantType,
    /// The client did not authenticate.
    #[error("the client did not authenticate")]
    Client(#[source] Refusal),
    /// The store failed.
    #[error("the database failed")]
    Store(#[source] StoreError),
}

impl From<Refusal> for TokenError {
    fn from(refusal: Refusal) -> Self {
        Self::Client(refusal)
    }
}

impl From<AuthError> for TokenError {
    fn from(error: AuthError) -> Self {
        match error {
            RuleError::Refused(refusal) => Self::Client(refusal),
            RuleError::Store(error) => Self::Store(error),
        }
    }
}

#[derive(Serialize)]
struct Body {
    error: &'static str,
    error_description: String,
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (status, error, description) = match &self {
            Self::Form(_) | Self::NoGrantType => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "send grant_type, client_assertion_type and client_assertion as a form".to_owned(),
            ),
            Self::GrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "only client_credentials".to_owned(),
            ),
            Self::Client(refusal) => (
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                refusal.to_string(),
            ),
            Self::Store(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "try again".to_owned(),
            ),
        };
        let at_fault = match &self {
            Self::Store(error) => AtFault::of_store(error),
            _ => AtFault::Caller,
        };
        let problem = Problem::new(at_fault, error, &self);
        let body = Body {
            error,
            error_description: description,
        };
        (status, NO_STORE, problem, Json(body)).into_response()
    }
}
