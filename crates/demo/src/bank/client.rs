//! Client authentication: `private_key_jwt` (OpenID Connect Core §9, RFC 7523) with the issuer as its only audience.

use ipse_jose::{Alg, NumericDate, VerifyingKey, jws};
use serde::Deserialize;
use serde_json::Value;

use super::{Bank, error::OAuthError, form::Form};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Longest assertion, in bytes.
const LIMIT: usize = 8 * 1024;
/// How far the clocks may differ, in seconds.
const SKEW: i64 = 60;
/// Longest life of an assertion, in seconds, so that the list of used ones stays short.
const LONGEST: i64 = 10 * 60;

#[derive(Deserialize)]
struct Assertion {
    iss: String,
    sub: String,
    aud: Value,
    exp: NumericDate,
    jti: String,
    iat: Option<NumericDate>,
    nbf: Option<NumericDate>,
}

/// Authenticates the client that sent this form.
pub fn authenticate(bank: &Bank, form: &Form) -> Result<(), OAuthError> {
    let wrong = OAuthError::client;
    if form.get("client_assertion_type") != Some(JWT_BEARER) {
        return Err(wrong("client_assertion_type must be jwt-bearer"));
    }
    let client = &bank.config.client;
    if form
        .get("client_id")
        .is_some_and(|id| id != client.client_id)
    {
        return Err(wrong("unknown client"));
    }
    let assertion = form
        .get("client_assertion")
        .ok_or_else(|| wrong("client_assertion is missing"))?;
    let parsed = jws::decode_unverified(assertion, LIMIT)
        .map_err(|_| wrong("client_assertion is not a JWT"))?;
    let verified = client
        .jwks
        .find(parsed.header.kid.as_deref(), Alg::Es256)
        .and_then(|jwk| VerifyingKey::from_jwk(jwk, Alg::Es256).ok())
        .is_some_and(|key| {
            parsed
                .verify(&key, &["client-authentication+jwt", "JWT", ""])
                .is_ok()
        });
    if !verified {
        return Err(wrong("client_assertion is not signed by a registered key"));
    }
    let claims: Assertion = ipse_jose::strict_json(&parsed.payload)
        .map_err(|_| wrong("client_assertion lacks a claim"))?;
    if claims.iss != client.client_id || claims.sub != client.client_id {
        return Err(wrong("iss and sub must be the client_id"));
    }
    // Exactly one string: an assertion for several audiences could be replayed at another of them (RFC 9126 §2, OpenID's
    // advisory on audience injection).
    if claims.aud.as_str() != Some(&bank.config.issuer) {
        return Err(wrong("aud must be the issuer"));
    }
    let now = bank.clock.unix_seconds();
    let early = |time: Option<NumericDate>| time.is_some_and(|time| time.0 > now + SKEW);
    let NumericDate(exp) = claims.exp;
    if exp <= now - SKEW || exp > now + LONGEST || early(claims.iat) || early(claims.nbf) {
        return Err(wrong(
            "client_assertion is too old, too new or lives too long",
        ));
    }
    if claims.jti.is_empty()
        || !bank
            .state()
            .assertions
            .insert(claims.jti, (), exp + SKEW, now)
    {
        return Err(wrong("client_assertion was used before"));
    }
    Ok(())
}
