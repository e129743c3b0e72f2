//! The SIM statement as the phone reads it (docs/protocol.md §6). The scheme verifies its signature (`ipse-sim`), since a phone
//! has no keys of operators.

use ipse_jose::{jws, strict_json};
use serde::{Deserialize, Serialize};

use crate::bytes::B32;
use crate::crypto::sha256_parts;
use crate::terms::{Line, Readiness, SimMethod};

/// `typ` of the JWS.
pub const TYP: &str = "sim-statement+jwt";
/// The longest statement that is read, in bytes.
pub const MAX_LEN: usize = 4096;

/// The claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Claims {
    /// The operator.
    pub iss: String,
    /// The scheme's issuer.
    pub aud: String,
    /// The SIM's handle.
    pub sub: String,
    /// Unique id.
    pub jti: String,
    /// When it was made, in seconds since 1970 UTC.
    pub iat: i64,
    /// Until when the scheme may receive it, in seconds since 1970 UTC; at most 60 after `iat`.
    pub exp: i64,
    /// [`nonce_hash`].
    pub nonce_hash: B32,
    /// The method of the challenge.
    pub method: SimMethod,
    /// When the SIM or its number last changed, in seconds since 1970 UTC.
    pub changed_at: i64,
    /// Whether the SIM can answer challenges.
    pub readiness: Readiness,
    /// State of the line.
    pub line: Line,
    /// Key version of the card.
    pub kvn: u64,
    /// Counter of the card.
    pub ctr: u64,
}

/// `SHA256("ipse/sim/1" || id || N || v)`: a statement is valid for one action (or enrolment) and one view.
pub fn nonce_hash(id: &str, nonce: &[u8; 32], view_hash: &[u8; 32]) -> [u8; 32] {
    sha256_parts(&[b"ipse/sim/1", id.as_bytes(), nonce, view_hash])
}

/// Reads the claims without verifying the signature.
pub fn read(statement: &str) -> Option<Claims> {
    let parsed = jws::decode_unverified(statement, MAX_LEN).ok()?;
    if parsed.header.typ.as_deref() != Some(TYP) {
        return None;
    }
    strict_json(&parsed.payload).ok()
}
