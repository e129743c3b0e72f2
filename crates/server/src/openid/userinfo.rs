//! `GET` and `POST /userinfo`: what was shown and approved (OpenID Connect Core §5.3).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ipse_openid::access_token::{self, INVALID_TOKEN};
use ipse_openid::request::AuthorizationRequest;
use ipse_openid::{OAuthError, OAuthErrorCode, Params, tokens};
use ipse_scheme::Error as SchemeError;

use super::error::Error;
use super::{Provider, client, disclosure, form, headers};
use crate::request_id;

/// With the token in the header.
pub async fn get(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Response {
    answer(&provider, &headers, None).await
}

/// With the token in the header or in a form (RFC 6750 §2.2).
pub async fn post(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    form::Body(body): form::Body,
) -> Response {
    if body.is_empty() {
        return answer(&provider, &headers, None).await;
    }
    match form::read(&headers, &body) {
        Ok(params) => answer(&provider, &headers, Some(&params)).await,
        Err(error) => Error::from(error).into_userinfo(true),
    }
}

async fn answer(provider: &Provider, headers: &HeaderMap, form: Option<&Params>) -> Response {
    let token = match access_token::bearer(form::authorization(headers), form) {
        Ok(Some(token)) => token,
        Ok(None) => {
            let missing = OAuthError::new(
                OAuthErrorCode::InvalidToken,
                "send the access token as a bearer token",
            );
            return Error::from(missing).into_userinfo(false);
        }
        Err(error) => return Error::from(error).into_userinfo(true),
    };
    match userinfo(provider, &token).await {
        Ok(Body::Json(body)) => headers::json(StatusCode::OK, body),
        Ok(Body::Jwt(body)) => headers::jwt(body),
        Err(error) => error.into_userinfo(true),
    }
}

/// As the client registered it.
enum Body {
    Json(Vec<u8>),
    Jwt(String),
}

async fn userinfo(provider: &Provider, token: &str) -> Result<Body, Error> {
    let found = provider.scheme.userinfo(token).await?;
    request_id::record_partner(&found.partner);
    // A partner that was suspended after the login gets nothing.
    let registration = client::registration(provider, &found.partner)
        .await?
        .ok_or(INVALID_TOKEN.because("the partner is suspended"))?;
    let request: AuthorizationRequest = serde_json::from_str(&found.oidc_request)
        .map_err(Error::json("the request cannot be read"))?;
    let released = disclosure::released(&request.claims.userinfo, &found.released);
    let claims = tokens::userinfo(&found.sub, released);
    match registration.userinfo_signed_response_alg {
        None => serde_json::to_vec(&claims)
            .map(Body::Json)
            .map_err(Error::json("the answer cannot be written")),
        Some(alg) => {
            let key = provider.id_token_key(alg);
            tokens::signed_userinfo(claims, provider.issuer(), &registration.client_id, key)
                .map(Body::Jwt)
                .map_err(|_| SchemeError::Internal("userinfo cannot be signed").into())
        }
    }
}
