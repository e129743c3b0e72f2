//! `POST /token`: a code is redeemed, once (RFC 6749 §4.1.3, OpenID Connect Core §3.1.3).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ipse_openid::disclosure::{self, Approved, Claim};
use ipse_openid::discovery::path;
use ipse_openid::grant::CodeGrant;
use ipse_openid::request::AuthorizationRequest;
use ipse_openid::tokens::{IdToken, TokenResponse};
use ipse_openid::{Level, OAuthError, OAuthErrorCode};
use serde_json::Value;

use super::client::{self, Client};
use super::form::Body;
use super::{form, headers};
use crate::Server;

const SECOND_MS: i64 = 1000;

/// Redeems a code for an access token and an ID token.
pub async fn post(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    Body(body): Body,
) -> Response {
    match redeem(&server, &headers, &body).await {
        Ok(body) => headers::json(StatusCode::OK, body),
        Err(error) => form::refusal(&error),
    }
}

async fn redeem(server: &Server, headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, OAuthError> {
    let params = form::read(headers, body)?;
    let client = Client::authenticate(server, path::TOKEN, headers, &params).await?;
    let grant = match CodeGrant::read(&params) {
        Ok(grant) => grant,
        Err(error) => return Err(client.refuse(server, error).await),
    };
    let client_id = &client.registration.client_id;
    let code = grant.code.clone();
    // The client that redeems must be the one that asked: same redirect URI, and it knows the verifier.
    let fits = move |reply: &str| {
        serde_json::from_str(reply).is_ok_and(|request: AuthorizationRequest| {
            grant.matches(&request.redirect_uri, &request.code_challenge)
        })
    };
    let (access, found) = server
        .scheme
        .redeem(&code, client_id, client.assertion, fits)
        .await
        .map_err(form::scheme_refused)?;
    let request: AuthorizationRequest = serde_json::from_str(&found.reply)
        .map_err(|_| OAuthError::new(OAuthErrorCode::ServerError, "the request cannot be read"))?;
    let auth_time = found.auth_time / SECOND_MS;
    let id_token = IdToken {
        issuer: &server.config.issuer,
        client_id,
        subject: &found.sub,
        auth_time,
        acr: Level::parse(&found.level).unwrap_or(Level::Basic),
        nonce: request.nonce.as_deref(),
        claims: released(&request.claims.id_token, &found.released),
    };
    // The database may run a little ahead of us; no token is issued before its login.
    let now = client::now().max(auth_time);
    let answer = TokenResponse {
        access_token: access.token,
        token_type: "Bearer",
        expires_in: access.seconds,
        id_token: id_token.sign(
            server.openid.id_token_key(client.registration.id_token_alg),
            now,
        ),
        scope: request.scope.clone(),
    };
    serde_json::to_vec(&answer)
        .map_err(|_| OAuthError::new(OAuthErrorCode::ServerError, "the answer cannot be written"))
}

/// What may leave at one place of what was shown and approved. The scheme keeps exactly what the approved view showed.
pub fn released(
    requested: &BTreeSet<Claim>,
    approved: &[(String, String)],
) -> BTreeMap<String, Value> {
    let keys: BTreeSet<&str> = approved.iter().map(|(key, _)| key.as_str()).collect();
    let values: BTreeMap<&str, &str> = approved
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    disclosure::release(
        requested,
        Approved {
            shown: &keys,
            approved: &keys,
            values: &values,
        },
    )
}
