//! `GET` and `POST /userinfo`: what was shown and approved (OpenID Connect Core §5.3).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ipse_openid::access_token::{self, INVALID_TOKEN};
use ipse_openid::request::AuthorizationRequest;
use ipse_openid::{OAuthError, OAuthErrorCode, Params, tokens};

use super::error::Error;
use super::form::Body;
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
    Body(body): Body,
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
        Ok(body) => headers::json(StatusCode::OK, body),
        Err(error) => error.into_userinfo(true),
    }
}

async fn userinfo(provider: &Provider, token: &str) -> Result<Vec<u8>, Error> {
    let found = provider.scheme.userinfo(token).await?;
    request_id::record_partner(&found.partner);
    // A partner that was suspended after the login gets nothing.
    if client::registration(provider, &found.partner)
        .await?
        .is_none()
    {
        return Err(INVALID_TOKEN.because("the partner is suspended").into());
    }
    let request: AuthorizationRequest = serde_json::from_str(&found.oidc_request)
        .map_err(Error::json("the request cannot be read"))?;
    let released = disclosure::released(&request.claims.userinfo, &found.released);
    serde_json::to_vec(&tokens::userinfo(&found.sub, released))
        .map_err(Error::json("the answer cannot be written"))
}
