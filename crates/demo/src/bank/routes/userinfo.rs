//! `GET /userinfo`: what the customer agreed to release, signed by the bank and encrypted to the client (OpenID Connect Core
//! §5.3.2). The scheme keeps the signed text as evidence.

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use ipse_jose::{
    jwe::{self, Enc, KeyAlg},
    jws,
};
use serde_json::json;

use super::{Shared, claims, config::Fault, error::OAuthError};

pub async fn get(State(bank): State<Shared>, headers: HeaderMap) -> Result<Response, OAuthError> {
    let token = bearer(&headers).ok_or_else(|| OAuthError::token("an access token is needed"))?;
    let now = bank.clock.unix_seconds();
    let access = bank.state().tokens.get(token, now).cloned();
    let access = access
        .ok_or_else(|| OAuthError::token("the access token is unknown, expired or revoked"))?;
    let customer = bank
        .config
        .customer(&access.customer)
        .ok_or_else(|| OAuthError::token("the bank no longer has this customer"))?;
    let fault = bank.config.fault(customer);
    if fault == Some(Fault::Unavailable) {
        return Err(OAuthError::new(
            "temporarily_unavailable",
            "the bank cannot answer now, try again later",
        ));
    }

    let or = |wrong: bool, lie: &str, truth: &str| {
        if wrong {
            lie.to_owned()
        } else {
            truth.to_owned()
        }
    };
    let mut payload = json!({
        "iss": or(fault == Some(Fault::WrongUserinfoIss), "https://other-bank.example", &bank.config.issuer),
        "aud": or(fault == Some(Fault::WrongAudience), "another-client", &bank.config.client.client_id),
        "sub": or(fault == Some(Fault::OtherSub), "another-customer", &bank.subject(customer)),
        "iat": now,
    });
    if let Some(verified) = access
        .claims
        .and_then(|requested| claims::verified(&bank, customer, &requested))
    {
        payload["verified_claims"] = verified;
    }
    bank.state().returned.insert(customer.id.clone());
    let mut signed = jws::sign(&bank.signing, "JWT", payload.to_string().as_bytes())
        .map_err(|_| OAuthError::new("server_error", "the bank cannot sign the answer"))?;
    if fault == Some(Fault::BadSignature) {
        // A signature with another first character is well-formed and wrong.
        let at = signed.rfind('.').map_or(0, |dot| dot + 1);
        let other = if signed[at..].starts_with('A') {
            "B"
        } else {
            "A"
        };
        signed.replace_range(at..=at, other);
    }
    let body = match fault {
        Some(Fault::Unencrypted) => signed,
        _ => {
            let broken = || OAuthError::new("server_error", "the client has no key to encrypt to");
            let key = bank
                .config
                .client
                .jwks
                .find_encryption(KeyAlg::EcdhEs)
                .ok_or_else(broken)?;
            jwe::encrypt(
                key,
                KeyAlg::EcdhEs,
                Enc::A256Gcm,
                Some("JWT"),
                signed.as_bytes(),
            )
            .map_err(|_| broken())?
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "application/jwt"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, body).into_response())
}

/// The bearer token (RFC 6750 §2.1). The name of the scheme has no case (RFC 9110 §11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}
