//! `POST /revoke`: a partner gives an access token back (RFC 7009).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ipse_openid::discovery::path;
use ipse_openid::{OAuthError, grant};

use super::client::Client;
use super::form::Body;
use super::{form, headers};
use crate::Server;

/// Revokes; an unknown token, or another partner's, is answered the same (§2.2).
pub async fn post(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Body(body): Body,
) -> Response {
    match revoke(&server, &headers, &body).await {
        Ok(()) => headers::empty(StatusCode::OK),
        Err(error) => form::refusal(&error),
    }
}

async fn revoke(server: &Server, headers: &HeaderMap, body: &[u8]) -> Result<(), OAuthError> {
    let params = form::read(headers, body)?;
    let client = Client::authenticate(server, path::REVOKE, headers, &params).await?;
    let token = match grant::revocation(&params) {
        Ok(token) => token,
        Err(error) => return Err(client.refuse(server, error).await),
    };
    server
        .scheme
        .revoke(&token, &client.registration.client_id, client.assertion)
        .await
        .map_err(form::scheme_refused)
}
