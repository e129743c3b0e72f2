//! `GET` and `POST /userinfo`: what was shown and approved (OpenID Connect Core §5.3).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use ipse_openid::access_token::{self, INVALID_TOKEN};
use ipse_openid::request::AuthorizationRequest;
use ipse_openid::{OAuthError, OAuthErrorCode, Params, tokens};
use ipse_scheme::login::{LoginError, LoginRefusal};

use super::form::Body;
use super::{Provider, client, disclosure, form, headers};

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
        Err(error) => refusal(&error, true),
    }
}

async fn answer(provider: &Provider, headers: &HeaderMap, form: Option<&Params>) -> Response {
    let token = match access_token::bearer(form::authorization(headers), form) {
        Ok(Some(token)) => token,
        Ok(None) => {
            return refusal(
                &OAuthError::new(
                    OAuthErrorCode::InvalidToken,
                    "send the access token as a bearer token",
                ),
                false,
            );
        }
        Err(error) => return refusal(&error, true),
    };
    match userinfo(provider, &token).await {
        Ok(body) => headers::json(StatusCode::OK, body),
        Err(error) => refusal(&error, true),
    }
}

async fn userinfo(provider: &Provider, token: &str) -> Result<Vec<u8>, OAuthError> {
    let found = match provider.scheme.userinfo(token).await {
        Ok(found) => found,
        Err(LoginError::Refused(LoginRefusal::GrantInvalid)) => return Err(INVALID_TOKEN),
        Err(error) => return Err(form::scheme_refused(error)),
    };
    // A partner that was suspended meanwhile gets nothing more.
    if client::registration(provider, &found.partner)
        .await?
        .is_none()
    {
        return Err(INVALID_TOKEN);
    }
    let unreadable = OAuthError::new(OAuthErrorCode::ServerError, "the request cannot be read");
    let request: AuthorizationRequest =
        serde_json::from_str(&found.oidc_request).map_err(|_| unreadable)?;
    let released = disclosure::released(&request.claims.userinfo, &found.released);
    serde_json::to_vec(&tokens::userinfo(&found.sub, released)).map_err(|_| unreadable)
}

fn refusal(error: &OAuthError, token_sent: bool) -> Response {
    let mut response = form::refusal(error);
    if let Ok(challenge) = HeaderValue::from_str(&error.bearer_challenge(token_sent)) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}
