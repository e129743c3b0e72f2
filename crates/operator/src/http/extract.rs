//! Extractors: strict JSON bodies, bearer tokens, names in paths.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;

use super::{ApiError, Shared};
use crate::auth;
use crate::ids::Handle;

/// Longest name in a path, in bytes.
const NAME_LIMIT: usize = 64;

/// A JSON body without unknown, missing or duplicate members.
pub(super) struct Strict<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Shared> for Strict<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &Shared) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::UnsupportedMediaType);
        }
        let bytes =
            Bytes::from_request(request, state)
                .await
                .map_err(|rejection| match rejection.into_response().status() {
                    StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
                    _ => ApiError::InvalidArgument("the body could not be read"),
                })?;
        ipse_jose::strict_json(&bytes)
            .map(Self)
            .map_err(|_| ApiError::InvalidArgument("the body is not the JSON that this call takes"))
    }
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

impl FromRequestParts<Shared> for Authenticated {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, ApiError> {
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
            Err(ApiError::Unauthenticated)
        }
    }
}

/// A name in the path: letters, digits, `-` and `_`.
pub(super) struct Name(pub(super) String);

impl FromRequestParts<Shared> for Name {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, ApiError> {
        let name = Path::<String>::from_request_parts(parts, state).await;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        match name {
            Ok(Path(name)) if name.len() <= NAME_LIMIT && name.bytes().all(is_plain) => {
                Ok(Self(name))
            }
            _ => Err(ApiError::IdentifierNotFound),
        }
    }
}

/// A handle in the path. A text that cannot be a handle is an unknown one.
pub(super) struct SimHandle(pub(super) Handle);

impl FromRequestParts<Shared> for SimHandle {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, ApiError> {
        let Name(name) = Name::from_request_parts(parts, state).await?;
        Handle::parse(&name)
            .map(Self)
            .ok_or(ApiError::IdentifierNotFound)
    }
}
