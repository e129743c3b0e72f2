//! `GET` and `POST /userinfo`: what was shown and approved (OpenID Connect Core §5.3).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use ipse_openid::grant::{self, INVALID_TOKEN};
use ipse_openid::request::AuthorizationRequest;
use ipse_openid::{OAuthError, OAuthErrorCode, Params, tokens};
use ipse_scheme::login::LoginError;

use super::form::Body;
use super::{client, form, headers, token};
use crate::Server;

/// With the token in the header.
pub async fn get(State(server): State<Arc<Server>>, headers: HeaderMap) -> Response {
    answer(&server, &headers, None).await
}

/// With the token in the header or in a form (RFC 6750 §2.2).
pub async fn post(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Body(body): Body,
) -> Response {
    if body.is_empty() {
        return answer(&server, &headers, None).await;
    }
    match form::read(&headers, &body) {
        Ok(params) => answer(&server, &headers, Some(&params)).await,
        Err(error) => refusal(&error, true),
    }
}

async fn answer(server: &Server, headers: &HeaderMap, form: Option<&Params>) -> Response {
    let token = match grant::bearer(form::authorization(headers), form) {
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
    match userinfo(server, &token).await {
        Ok(body) => headers::json(StatusCode::OK, body),
        Err(error) => refusal(&error, true),
    }
}

async fn userinfo(server: &Server, token: &str) -> Result<Vec<u8>, OAuthError> {
    let found = match server.scheme.userinfo(token).await {
        Ok(found) => found,
        Err(LoginError::GrantInvalid) => return Err(INVALID_TOKEN),
        Err(error) => return Err(form::scheme_refused(error)),
    };
    // A partner that was suspended meanwhile gets nothing more.
    if client::registration(server, &found.partner)
        .await?
        .is_none()
    {
        return Err(INVALID_TOKEN);
    }
    let unreadable = OAuthError::new(OAuthErrorCode::ServerError, "the request cannot be read");
    let request: AuthorizationRequest =
        serde_json::from_str(&found.reply).map_err(|_| unreadable)?;
    let released = token::released(&request.claims.userinfo, &found.released);
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
