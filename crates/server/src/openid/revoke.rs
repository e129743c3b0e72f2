//! `POST /revoke`: a partner revokes an access token (RFC 7009).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ipse_openid::access_token;
use ipse_openid::discovery::path;

use super::client::Client;
use super::error::Error;
use super::form::Body;
use super::{Provider, form, headers};

/// Revokes; an unknown token, or another partner's, is answered the same (§2.2).
pub async fn post(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    Body(body): Body,
) -> Response {
    match revoke(&provider, &headers, &body).await {
        // RFC 7009 §2.2 ignores the body; libraries that read every answer as JSON need one.
        Ok(()) => headers::json(StatusCode::OK, b"{}".to_vec()),
        Err(error) => error.into_json(),
    }
}

async fn revoke(provider: &Provider, headers: &HeaderMap, body: &[u8]) -> Result<(), Error> {
    let params = form::read(headers, body)?;
    let client = Client::authenticate(provider, path::REVOKE, headers, &params).await?;
    let token = match access_token::revoked(&params) {
        Ok(token) => token,
        Err(error) => return Err(client.refuse(provider, error).await),
    };
    provider
        .scheme
        .revoke(&token, &client.partner, client.evidence)
        .await?;
    Ok(())
}
