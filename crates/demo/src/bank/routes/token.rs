//! `POST /token`: a code, which works one time, for an ID token and an access token.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use ipse_jose::{b64, jws, sha256};
use serde_json::json;

use super::{
    ACR, Shared, client,
    config::Fault,
    error::OAuthError,
    form::Form,
    state::{Access, Grant, TOKEN_LIFETIME},
};
use crate::bank::Bank;

pub async fn post(State(bank): State<Shared>, body: Bytes) -> Result<Response, OAuthError> {
    let form = Form::parse(&body)?;
    client::authenticate(&bank, &form)?;
    if form.get("grant_type") != Some("authorization_code") {
        return Err(OAuthError::new(
            "unsupported_grant_type",
            "grant_type must be authorization_code",
        ));
    }
    let code = form.required("code", "code is missing")?;
    let (grant, token) = redeem(&bank, &form, code)?;
    let answer = json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": TOKEN_LIFETIME,
        "scope": grant.request.scope,
        "id_token": id_token(&bank, &grant)?,
    });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

fn redeem(bank: &Bank, form: &Form, code: &str) -> Result<(Grant, String), OAuthError> {
    let refused = OAuthError::grant;
    let now = bank.clock.unix_seconds();
    let mut state = bank.state();
    let grant = state
        .codes
        .get(code, now)
        .ok_or_else(|| refused("the code is unknown or too old"))?;
    if let Some(token) = grant.token.clone() {
        // Another party may have the code, so the token that it gave is revoked (RFC 6749 §4.1.2).
        state.tokens.remove(&token, now);
        return Err(refused("the code was used before"));
    }
    if form.get("redirect_uri") != Some(&grant.request.redirect_uri) {
        return Err(refused("redirect_uri is not the one of the request"));
    }
    let verifier = form.get("code_verifier").unwrap_or_default();
    let challenge = b64::encode(&sha256(verifier.as_bytes()));
    let length_is_valid = (43..=128).contains(&verifier.len());
    if !length_is_valid
        || verify_slices_are_equal(
            challenge.as_bytes(),
            grant.request.code_challenge.as_bytes(),
        )
        .is_err()
    {
        return Err(refused("code_verifier does not match"));
    }
    let token = bank.random_text();
    grant.token = Some(token.clone());
    let grant = grant.clone();
    let access = Access {
        customer: grant.customer.clone(),
        claims: grant.request.claims.clone(),
    };
    state
        .tokens
        .insert(token.clone(), access, now + TOKEN_LIFETIME, now);
    Ok((grant, token))
}

fn id_token(bank: &Bank, grant: &Grant) -> Result<String, OAuthError> {
    let customer = bank
        .config
        .customer(&grant.customer)
        .ok_or_else(|| OAuthError::grant("the bank no longer has this customer"))?;
    let fault = bank.config.fault(customer);
    let now = bank.clock.unix_seconds();
    let claims = json!({
        "iss": bank.config.issuer,
        "sub": bank.subject(customer),
        "aud": bank.config.client.client_id,
        "iat": now,
        "exp": now + TOKEN_LIFETIME,
        "auth_time": if fault == Some(Fault::StaleAuthTime) { grant.auth_time - 3600 } else { grant.auth_time },
        "nonce": if fault == Some(Fault::WrongNonce) { "another" } else { &grant.request.nonce },
        "acr": ACR,
    });
    jws::sign(&bank.signing, "JWT", claims.to_string().as_bytes())
        .map_err(|_| OAuthError::new("server_error", "the bank cannot sign the ID token"))
}
