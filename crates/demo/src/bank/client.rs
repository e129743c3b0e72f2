//! Client authentication: `private_key_jwt` (OpenID Connect Core §9, RFC 7523) with the issuer as its only audience.

use std::collections::HashMap;

use ipse_jose::{Alg, VerifyingKey, jws};
use serde::Deserialize;
use serde_json::Value;

use super::{Bank, error::OAuthError};

/// A form of the token or pushed-request endpoint; a parameter that comes twice is refused (RFC 6749 §3.2).
pub struct Form(HashMap<String, String>);

impl Form {
    pub fn parse(body: &[u8]) -> Result<Self, OAuthError> {
        let mut fields = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            // A parameter without a value counts as left out (RFC 6749 §3.1).
            if !value.is_empty()
                && fields
                    .insert(name.into_owned(), value.into_owned())
                    .is_some()
            {
                return Err(OAuthError::request("a parameter is there twice"));
            }
        }
        Ok(Self(fields))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn required(&self, name: &str, missing: &'static str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| OAuthError::request(missing))
    }
}

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const LIMIT: usize = 8 * 1024;
/// Clocks may differ by this much.
const SKEW: i64 = 60;
/// An assertion that lives longer is refused, so that the list of used ones stays short.
const LONGEST: i64 = 10 * 60;

#[derive(Deserialize)]
struct Assertion {
    iss: String,
    sub: String,
    aud: Value,
    exp: i64,
    jti: String,
    iat: Option<i64>,
    nbf: Option<i64>,
}

/// Checks who sends this form.
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
    // One string, nothing else: an assertion for several audiences could be passed on (RFC 9126 §2, OpenID's advisory on
    // audience injection).
    if claims.aud.as_str() != Some(&bank.config.issuer) {
        return Err(wrong("aud must be the issuer"));
    }
    let now = bank.clock.now();
    let early = |time: Option<i64>| time.is_some_and(|time| time > now + SKEW);
    if claims.exp <= now - SKEW
        || claims.exp > now + LONGEST
        || early(claims.iat)
        || early(claims.nbf)
    {
        return Err(wrong(
            "client_assertion is too old, too new or lives too long",
        ));
    }
    if claims.jti.is_empty()
        || !bank
            .state()
            .assertions
            .insert(claims.jti, (), claims.exp + SKEW, now)
    {
        return Err(wrong("client_assertion was used before"));
    }
    Ok(())
}
