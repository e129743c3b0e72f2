//! `POST /token`: exchanges a grant for tokens (RFC 6749 §3.2). One file per grant type.

mod authorization_code;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ipse_openid::discovery::path;
use ipse_openid::dpop::MISSING;
use ipse_openid::grant::TokenRequest;

use super::client::Client;
use super::error::Error;
use super::form::Body;
use super::{Provider, dpop, form, headers};

/// Answers with the tokens.
pub async fn post(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    Body(body): Body,
) -> Response {
    let (needed, answer) = match exchange(&provider, &headers, &body).await {
        Ok(body) => (false, headers::json(StatusCode::OK, body)),
        Err(error) => (error.needs_proof(), error.into_json()),
    };
    dpop::with_nonce(&provider, needed || dpop::is_sent(&headers), answer)
}

async fn exchange(provider: &Provider, headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, Error> {
    let params = form::read(headers, body)?;
    let client = Client::authenticate(provider, path::TOKEN, headers, &params).await?;
    if client.registration.dpop_bound_access_tokens && client.evidence.proof.is_none() {
        return Err(client.refuse(provider, MISSING).await);
    }
    match TokenRequest::read(&params, provider.issuer()) {
        Ok(TokenRequest::AuthorizationCode(grant)) => {
            authorization_code::redeem(provider, client, grant).await
        }
        Err(error) => Err(client.refuse(provider, error).await),
    }
}
