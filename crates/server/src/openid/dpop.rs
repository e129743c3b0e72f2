//! DPoP (RFC 9449): the proof of a request, and the nonces.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use ipse_jose::b64;
use ipse_openid::dpop::{Context, Nonces, Proof};
use ipse_openid::{OAuthError, OAuthErrorCode};
use ipse_scheme::partner;

use super::Provider;

/// The header with the proof.
const PROOF: HeaderName = HeaderName::from_static("dpop");
/// The header of an answer with the nonce for the next proof.
const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
/// Purpose of the key from which nonces are derived.
const PURPOSE: &str = "openid/dpop-nonce/1";

/// The nonces that are accepted now: each node derives the same ones, also after a restart.
fn nonces(provider: &Provider) -> Nonces {
    Nonces::at(provider.clock.unix_seconds(), |period| {
        let mac = provider.scheme.keys.mac(PURPOSE, &period.to_be_bytes());
        b64::encode(&mac[..16])
    })
}

/// The verified proof of a request to the endpoint at `path`, if it has one.
pub fn proof(
    provider: &Provider,
    headers: &HeaderMap,
    method: &str,
    path: &str,
) -> Result<Option<Proof>, OAuthError> {
    let mut sent = headers.get_all(PROOF).iter();
    let text = match (sent.next(), sent.next()) {
        (None, _) => return Ok(None),
        (Some(one), None) => one.to_str().unwrap_or_default(),
        (Some(_), Some(_)) => {
            return Err(OAuthError::new(
                OAuthErrorCode::InvalidDpopProof,
                "send one DPoP header, with one proof",
            ));
        }
    };
    let nonces = nonces(provider);
    let context = Context {
        method,
        url: &format!("{}{path}", provider.issuer()),
        now: provider.clock.unix_seconds(),
        nonces: &nonces,
    };
    Proof::verify(text, &context).map(Some)
}

/// The proof as the scheme records it.
pub fn used(proof: Proof) -> partner::Proof {
    partner::Proof {
        jkt: proof.jkt,
        jti: proof.jti,
        until: proof.until,
    }
}

/// Gives the nonce of now to a client that uses DPoP, or must.
pub fn with_nonce(provider: &Provider, uses: bool, mut response: Response) -> Response {
    if uses && let Ok(nonce) = HeaderValue::from_str(nonces(provider).current()) {
        response.headers_mut().insert(NONCE, nonce);
    }
    response
}

/// Whether a request has a proof.
pub fn is_sent(headers: &HeaderMap) -> bool {
    headers.contains_key(PROOF)
}
