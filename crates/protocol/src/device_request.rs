//! Device-signed requests: the header `Ipse-Device` (docs/protocol.md §2).

use ipse_jose::{Alg, SigningKey, VerifyingKey, jws, strict_json};
use serde::{Deserialize, Deserializer, Serialize};

use crate::bytes::B32;
use crate::crypto::sha256;
use crate::json;

/// Name of the HTTP header.
pub const HEADER: &str = "ipse-device";
/// `typ` of the JWS.
pub const TYP: &str = "ipse-request+jwt";
/// The longest header value that is accepted, in bytes.
pub const MAX_LEN: usize = 4096;
/// How many of the last sequences the scheme keeps.
pub const WINDOW: usize = 64;

/// The claims that a device signs for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestClaims {
    /// Origin of the app.
    pub aud: String,
    /// HTTP method.
    pub htm: String,
    /// Path with query.
    pub htu: String,
    /// SHA-256 of the body.
    pub bh: [u8; 32],
    /// Device id, or thumbprint of the device key before enrolment.
    pub dev: String,
    /// Begins with 1 and increases by one with each new request.
    pub seq: u64,
    /// Transcript hash of a decision.
    pub t: Option<[u8; 32]>,
    /// Proof hash of a decision.
    pub h: Option<[u8; 32]>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload<'a> {
    #[serde(borrow)]
    aud: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    htm: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    htu: std::borrow::Cow<'a, str>,
    bh: B32,
    #[serde(borrow)]
    dev: std::borrow::Cow<'a, str>,
    seq: u64,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    t: Option<B32>,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    h: Option<B32>,
}

/// A member that may be missing, but not `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<B32>, D::Error> {
    B32::deserialize(deserializer).map(Some)
}

/// Why a header is refused. The code on the wire is always `device_signature_invalid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not a compact JWS with exactly the header and payload of the protocol.
    #[error("not a device-signed request")]
    Malformed,
    /// Signed for another origin, method, path, body or device.
    #[error("signed for another request")]
    OtherRequest,
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Signature,
}

impl RequestClaims {
    /// Claims for a request without a decision.
    pub fn new(aud: &str, htm: &str, htu: &str, body: &[u8], dev: &str, seq: u64) -> Self {
        RequestClaims {
            aud: aud.to_owned(),
            htm: htm.to_owned(),
            htu: htu.to_owned(),
            bh: sha256(body),
            dev: dev.to_owned(),
            seq,
            t: None,
            h: None,
        }
    }

    /// Adds the transcript and proof hashes of an approval or refusal.
    #[must_use]
    pub fn with_decision(mut self, t: [u8; 32], h: [u8; 32]) -> Self {
        self.t = Some(t);
        self.h = Some(h);
        self
    }

    /// The payload bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let payload = Payload {
            aud: (&*self.aud).into(),
            htm: (&*self.htm).into(),
            htu: (&*self.htu).into(),
            bh: self.bh.into(),
            dev: (&*self.dev).into(),
            seq: self.seq,
            t: self.t.map(Into::into),
            h: self.h.map(Into::into),
        };
        json::to_bytes(&payload)
    }

    /// Reads a payload strictly: exactly the members of the protocol, `t` and `h` together or not at all.
    ///
    /// # Errors
    /// [`RequestError::Malformed`].
    pub fn parse(payload: &[u8]) -> Result<Self, RequestError> {
        let p: Payload<'_> = strict_json(payload).map_err(|_| RequestError::Malformed)?;
        if p.seq == 0 || p.seq > i64::MAX as u64 || p.t.is_some() != p.h.is_some() {
            return Err(RequestError::Malformed);
        }
        Ok(RequestClaims {
            aud: p.aud.into_owned(),
            htm: p.htm.into_owned(),
            htu: p.htu.into_owned(),
            bh: p.bh.0,
            dev: p.dev.into_owned(),
            seq: p.seq,
            t: p.t.map(|t| t.0),
            h: p.h.map(|h| h.0),
        })
    }

    /// Signs the request. Returns the value of the header.
    ///
    /// # Errors
    /// As [`SigningKey::sign`].
    pub fn sign(&self, key: &SigningKey) -> Result<String, ipse_jose::Error> {
        jws::sign_with_kid(key, TYP, &self.dev, &self.to_bytes())
    }

    /// Checks that the claims are for this request.
    ///
    /// # Errors
    /// [`RequestError::OtherRequest`].
    pub fn check(&self, aud: &str, htm: &str, htu: &str, body: &[u8]) -> Result<(), RequestError> {
        if self.aud == aud && self.htm == htm && self.htu == htu && self.bh == sha256(body) {
            Ok(())
        } else {
            Err(RequestError::OtherRequest)
        }
    }
}

/// A parsed header whose signature has not been verified.
#[derive(Clone, Debug)]
pub struct Unverified {
    /// The claims.
    pub claims: RequestClaims,
    /// SHA-256 of the payload, which the window of sequences stores.
    pub hash: [u8; 32],
    jws: jws::Parsed,
}

/// Parses a header. Its contents must not be trusted before [`Unverified::verify`].
///
/// # Errors
/// [`RequestError::Malformed`].
pub fn parse(header: &str) -> Result<Unverified, RequestError> {
    let jws = jws::decode_unverified(header, MAX_LEN).map_err(|_| RequestError::Malformed)?;
    let claims = RequestClaims::parse(&jws.payload)?;
    let exact = jws.header.alg == Alg::Es256
        && jws.header.typ.as_deref() == Some(TYP)
        && jws.header.kid.as_deref() == Some(&*claims.dev)
        && jws.header.cty.is_none()
        && !jws.header.others;
    if !exact {
        return Err(RequestError::Malformed);
    }
    Ok(Unverified {
        hash: sha256(&jws.payload),
        claims,
        jws,
    })
}

impl Unverified {
    /// Verifies the signature with the device's key.
    ///
    /// # Errors
    /// [`RequestError::Signature`].
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), RequestError> {
        self.jws
            .verify(key, &[TYP])
            .map_err(|_| RequestError::Signature)
    }
}
