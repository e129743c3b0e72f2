//! `POST /events`: the scheme tells the bank what happened to one of its customers (RFC 8935).

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use ipse_jose::{Alg, VerifyingKey, jws};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Bank, Shared};
use crate::bank::state::Told;

/// Longest event, in bytes.
const LIMIT: usize = 8 * 1024;
/// `typ` of a security event token (RFC 8417 §2.3).
const TYP: &str = "secevent+jwt";
/// How far the clocks may differ, in seconds.
const SKEW: i64 = 60;
/// How old an event may be when it was signed a moment ago, in seconds.
const AGE: i64 = 300;

/// A security event token (RFC 8417 §2.2).
#[derive(Deserialize)]
struct Event {
    iss: String,
    aud: String,
    jti: String,
    iat: i64,
    sub_id: Subject,
    events: serde_json::Map<String, Value>,
}

/// RFC 9493 §3.2.3.
#[derive(Deserialize)]
struct Subject {
    format: String,
    iss: String,
    sub: String,
}

pub async fn post(State(bank): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .map(|value| value.as_bytes());
    if media_type != Some(b"application/secevent+jwt") {
        return refused("invalid_request", "send application/secevent+jwt");
    }
    match accept(&bank, &body) {
        Ok(()) => StatusCode::ACCEPTED.into_response(),
        Err((code, why)) => refused(code, why),
    }
}

fn accept(bank: &Bank, body: &str) -> Result<(), (&'static str, &'static str)> {
    let client = &bank.config.client;
    let parsed = jws::decode_unverified(body, LIMIT)
        .map_err(|_| ("invalid_request", "the body is not a JWT"))?;
    let key = client
        .jwks
        .find(parsed.header.kid.as_deref(), Alg::Es256)
        .and_then(|jwk| VerifyingKey::from_jwk(jwk, Alg::Es256).ok())
        .ok_or(("invalid_key", "no registered key has this kid"))?;
    parsed
        .verify(&key, &[TYP])
        .map_err(|_| ("authentication_failed", "the signature does not verify"))?;
    let event: Event = ipse_jose::strict_json(&parsed.payload)
        .map_err(|_| ("invalid_request", "the event lacks a claim"))?;
    if event.iss != client.issuer {
        return Err(("invalid_issuer", "iss is not the scheme"));
    }
    if event.aud != bank.config.issuer {
        return Err(("invalid_audience", "aud must be the issuer"));
    }
    let now = bank.clock.unix_seconds();
    if event.iat > now + SKEW || event.iat < now - AGE {
        return Err(("invalid_request", "iat is too old or too new"));
    }
    let mut customers = bank.config.customers.iter();
    let customer = customers.find(|customer| {
        event.sub_id.format == "iss_sub"
            && event.sub_id.iss == bank.config.issuer
            && bank.subject(customer) == event.sub_id.sub
    });
    let customer = customer.ok_or(("invalid_request", "no customer has this name"))?;
    let Some((kind, _)) = event.events.iter().next() else {
        return Err(("invalid_request", "the token has no event"));
    };
    let told = Told {
        customer: customer.id.clone(),
        event: kind.clone(),
        time: event.iat,
    };
    // Sent again, it is taken again, once.
    bank.state().told.entry(event.jti).or_insert(told);
    Ok(())
}

/// RFC 8935 §2.3.
fn refused(err: &str, description: &str) -> Response {
    tracing::info!(err, description, "an event was refused");
    let body = json!({"err": err, "description": description});
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
