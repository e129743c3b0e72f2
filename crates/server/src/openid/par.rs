//! `POST /par`: a client pushes its request (RFC 9126).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ipse_openid::discovery::path;
use ipse_openid::request;
use ipse_openid::tokens::PushedResponse;

use super::client::{self, Client};
use super::error::Error;
use super::form::Body;
use super::{Provider, dpop, form, headers};

/// Stores a request and answers with a reference to it.
pub async fn post(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    Body(body): Body,
) -> Response {
    let answer = match push(&provider, &headers, &body).await {
        Ok(body) => headers::json(StatusCode::CREATED, body),
        Err(error) => error.into_json(),
    };
    dpop::with_nonce(&provider, dpop::is_sent(&headers), answer)
}

async fn push(provider: &Provider, headers: &HeaderMap, body: &[u8]) -> Result<Vec<u8>, Error> {
    let params = form::read(headers, body)?;
    let client = Client::authenticate(provider, path::PAR, headers, &params).await?;
    let hinted = match client::hinted(provider, &params).await {
        Ok(hinted) => hinted,
        Err(error) => return Err(client.refuse(provider, error).await),
    };
    let context = provider.context(true, hinted.as_deref());
    let bound = request::pushed(&params, &client.registration, &context).and_then(|mut request| {
        if let Some(jkt) = client.proved_key() {
            request.bind(jkt)?;
        }
        Ok(request)
    });
    let request = match bound {
        Ok(request) => request,
        Err(error) => return Err(client.refuse(provider, error).await),
    };
    match client::is_withdrawn(provider, &request).await {
        Ok(false) => {}
        Ok(true) => return Err(client.refuse(provider, request::WITHDRAWN).await),
        Err(error) => return Err(client.refuse(provider, error).await),
    }
    let kept = match client::Kept::new(&client.registration, &request) {
        Ok(kept) => kept,
        Err(error) => return Err(client.refuse(provider, error).await),
    };
    let wanted = match client::action_request(&client.registration, &request, &kept) {
        Ok(wanted) => wanted,
        Err(error) => return Err(client.refuse(provider, error).await),
    };
    let (request_uri, seconds) = provider
        .scheme
        .push_request(&client.partner, client.evidence.clone(), &wanted)
        .await?;
    let answer = PushedResponse {
        request_uri,
        expires_in: seconds as i64,
    };
    serde_json::to_vec(&answer).map_err(Error::json("the answer cannot be written"))
}
