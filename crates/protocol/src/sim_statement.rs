//! The operator's word about a SIM, as the phone reads it (docs/protocol.md §6). Verifying its signature is the
//! scheme's work (`ipse-sim`): the phone holds no operator key.

use ipse_jose::{jws, strict_json};
use serde::{Deserialize, Serialize};

use crate::bytes::B32;
use crate::crypto::sha256_parts;
use crate::terms::{Line, Readiness, SimMethod};

/// `typ` of the JWS.
pub const TYP: &str = "sim-statement+jwt";
/// Longest statement that is read.
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
    /// Unique.
    pub jti: String,
    /// When it was made, seconds.
    pub iat: i64,
    /// Until when it may be handed in, seconds; at most 60 after `iat`.
    pub exp: i64,
    /// [`nonce_hash`].
    pub nonce_hash: B32,
    /// How the SIM was asked.
    pub method: SimMethod,
    /// When SIM or number last changed, seconds.
    pub changed_at: i64,
    /// What the SIM can do.
    pub readiness: Readiness,
    /// State of the line.
    pub line: Line,
    /// Key version of the card.
    pub kvn: u64,
    /// Counter of the card.
    pub ctr: u64,
}

/// `SHA256("ipse/sim/1" || id || N || v)`: a statement serves one action (or enrolment) and one view.
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
