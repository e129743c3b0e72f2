//! `POST /token`: exchanges a grant for tokens (RFC 6749 §3.2). One file per grant type.

mod authorization_code;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ipse_openid::discovery::path;
use ipse_openid::grant::TokenRequest;

use super::client::Client;
use super::error::Error;
use super::form::Body;
use super::{Provider, form, headers};

/// Answers with the tokens.
pub async fn post(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    Body(body): Body,
) -> Response {
    match exchange(&provider, &headers, &body).await {
        Ok(body) => headers::json(StatusCode::OK, body),
        Err(error) => error.into_json(),
    }
}

async fn exchange(provider: &Provider, headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, Error> {
    let params = form::read(headers, body)?;
    let client = Client::authenticate(provider, path::TOKEN, headers, &params).await?;
    match TokenRequest::read(&params, provider.issuer()) {
        Ok(TokenRequest::AuthorizationCode(grant)) => {
            authorization_code::redeem(provider, client, grant).await
        }
        Err(error) => Err(client.refuse(provider, error).await),
    }
}
