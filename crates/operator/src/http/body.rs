//! Strict JSON bodies and bearer tokens, as extractors.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;

use super::error::ApiError;
use crate::auth;
use crate::operator::Operator;

/// A JSON body without unknown, missing or duplicate members.
pub(super) struct Strict<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Operator>> for Strict<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &Arc<Operator>) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::unsupported_media_type());
        }
        let bytes = read(request, state).await?;
        ipse_jose::strict_json(&bytes).map(Self).map_err(|_| {
            ApiError::invalid_argument("the body is not the JSON that this call takes")
        })
    }
}

/// The body, up to the limit that the router sets.
pub(super) async fn read(request: Request, state: &Arc<Operator>) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(),
            _ => ApiError::invalid_argument("the body could not be read"),
        })
}

fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// Proof that the caller is the scheme.
pub(super) struct Authenticated;

impl FromRequestParts<Arc<Operator>> for Authenticated {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<Operator>,
    ) -> Result<Self, ApiError> {
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token);
        if token.is_some_and(|token| auth::is_valid(state, token)) {
            Ok(Self)
        } else {
            Err(ApiError::unauthenticated())
        }
    }
}

/// A handle or challenge id from the path. Whatever could not be one is looked up nowhere.
pub(super) struct Name(pub(super) String);

impl FromRequestParts<Arc<Operator>> for Name {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<Operator>,
    ) -> Result<Self, ApiError> {
        let name = Path::<String>::from_request_parts(parts, state).await;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        match name {
            Ok(Path(name)) if name.len() <= 64 && name.bytes().all(plain) => Ok(Self(name)),
            _ => Err(ApiError::identifier_not_found()),
        }
    }
}
