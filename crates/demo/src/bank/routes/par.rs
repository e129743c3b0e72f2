//! `POST /par`: pushed authorization requests (RFC 9126). The bank accepts no others.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use url::Url;

use super::{
    Shared,
    claims::Requested,
    client,
    error::OAuthError,
    form::Form,
    state::{REQUEST_LIFETIME, Request},
};
use crate::bank::Bank;

const URI_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

pub async fn post(State(bank): State<Shared>, body: Bytes) -> Result<Response, OAuthError> {
    let form = Form::parse(&body)?;
    client::authenticate(&bank, &form)?;
    let request = check(&bank, &form)?;
    let request_uri = format!("{URI_PREFIX}{}", bank.random_text());
    let now = bank.clock.unix_seconds();
    bank.state()
        .requests
        .insert(request_uri.clone(), request, now + REQUEST_LIFETIME, now);
    let answer = json!({"request_uri": request_uri, "expires_in": REQUEST_LIFETIME});
    Ok((
        StatusCode::CREATED,
        [(header::CACHE_CONTROL, "no-store")],
        Json(answer),
    )
        .into_response())
}

fn check(bank: &Bank, form: &Form) -> Result<Request, OAuthError> {
    if form.get("client_id") != Some(&bank.config.client.client_id) {
        return Err(OAuthError::request(
            "client_id is missing or not the one that authenticated",
        ));
    }
    if form.get("request_uri").is_some() {
        return Err(OAuthError::request("request_uri may not be pushed"));
    }
    if form.get("request").is_some() {
        return Err(OAuthError::new(
            "request_not_supported",
            "push the parameters themselves",
        ));
    }
    if form.get("response_type") != Some("code") {
        return Err(OAuthError::new(
            "unsupported_response_type",
            "response_type must be code",
        ));
    }
    let redirect_uri = form.required("redirect_uri", "redirect_uri is missing")?;
    if !bank
        .config
        .client
        .redirect_uris
        .iter()
        .any(|registered| registered == redirect_uri)
    {
        return Err(OAuthError::request("redirect_uri is not registered"));
    }
    let callback = Url::parse(redirect_uri)
        .map_err(|_| OAuthError::request("redirect_uri is not an absolute address"))?;
    let scope = form.required("scope", "scope is missing")?;
    if !scope.split(' ').any(|word| word == "openid") {
        return Err(OAuthError::new(
            "invalid_scope",
            "scope must contain openid",
        ));
    }
    let code_challenge = form.required(
        "code_challenge",
        "code_challenge is missing (PKCE is required)",
    )?;
    if form.get("code_challenge_method") != Some("S256") {
        return Err(OAuthError::request("code_challenge_method must be S256"));
    }
    if ipse_jose::b64::decode(code_challenge).map_or(true, |bytes| bytes.len() != 32) {
        return Err(OAuthError::request(
            "code_challenge is not a SHA-256 digest",
        ));
    }
    if form
        .get("response_mode")
        .is_some_and(|mode| mode != "query")
    {
        return Err(OAuthError::request("response_mode must be query"));
    }
    // Each sign-in at this bank shows a page.
    if form
        .get("prompt")
        .is_some_and(|prompt| prompt.split(' ').any(|word| word == "none"))
    {
        return Err(OAuthError::new(
            "interaction_required",
            "the customer is always asked",
        ));
    }
    let claims = match form.get("claims") {
        Some(text) => Requested::parse(text)?,
        None => None,
    };
    Ok(Request {
        redirect_uri: redirect_uri.to_owned(),
        callback,
        state: form.get("state").map(str::to_owned),
        nonce: form.required("nonce", "nonce is missing")?.to_owned(),
        code_challenge: code_challenge.to_owned(),
        scope: scope.to_owned(),
        claims,
        ui_locales: form.get("ui_locales").unwrap_or_default().to_owned(),
    })
}
