//! The challenge with which a request behind the window of sequences is refused, and the device's answer (docs/protocol.md §2).
//!
//! A request that was recorded and is sent again proves nothing. A device that signs the challenge has the key now, and did not send
//! the newest sequence: then two devices have the key.

use ipse_jose::{Alg, SigningKey, VerifyingKey, jws, strict_json};
use serde::{Deserialize, Serialize};

use crate::bytes::B32;
use crate::device_request::{MAX_LEN, RequestError};
use crate::json;

/// `typ` of the JWS.
pub const TYP: &str = "ipse-copy+jwt";
/// How long a challenge can be answered, in milliseconds.
pub const LIFE_MS: i64 = 60_000;

/// What a device signs: that it did not send the newest sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopyProof {
    /// Origin of the app.
    pub aud: String,
    /// Device id.
    pub dev: String,
    /// SHA-256 of the payload of the refused request.
    pub request: B32,
    /// The challenge, as it came.
    pub challenge: String,
}

impl CopyProof {
    /// Signs the proof.
    ///
    /// # Errors
    /// As [`SigningKey::sign`].
    pub fn sign(&self, key: &SigningKey) -> Result<String, ipse_jose::Error> {
        jws::sign_with_kid(key, TYP, &self.dev, &json::to_bytes(self))
    }
}

/// A proof whose signature has not been verified.
pub struct Unverified {
    /// The claims. They must not be trusted before [`Unverified::verify`].
    pub claims: CopyProof,
    jws: jws::Parsed,
}

/// Parses a proof strictly.
///
/// # Errors
/// [`RequestError::Malformed`].
pub fn parse(token: &str) -> Result<Unverified, RequestError> {
    let jws = jws::decode_unverified(token, MAX_LEN).map_err(|_| RequestError::Malformed)?;
    let claims: CopyProof = strict_json(&jws.payload).map_err(|_| RequestError::Malformed)?;
    let exact = jws.header.alg == Alg::Es256
        && jws.header.typ.as_deref() == Some(TYP)
        && jws.header.kid.as_deref() == Some(&*claims.dev)
        && jws.header.cty.is_none()
        && !jws.header.others;
    if exact {
        Ok(Unverified { claims, jws })
    } else {
        Err(RequestError::Malformed)
    }
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
