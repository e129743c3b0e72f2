//! JSON Object Signing and Encryption with a closed list of algorithms, on aws-lc-rs.
//!
//! What is in: JWS compact (RFC 7515) with ES256, PS256 and RS256; JWE compact (RFC 7516) with ECDH-ES and RSA-OAEP-256 over
//! A256GCM and A128CBC-HS256; JWK, JWK sets (RFC 7517) and thumbprints (RFC 7638). What is out, for good: `none`, HMAC signatures,
//! RSA1_5, PBES2, compression, `crit`, detached or unencoded payloads, and any key that a token brings along by itself.
//!
//! The algorithm is fixed by the key (RFC 8725 §3.1), every use names the `typ` values it takes (RFC 8725 §3.11), sizes are checked
//! before anything is parsed, and JSON is read strictly: a member that stands twice is refused at every depth.

mod alg;
pub mod b64;
mod der;
mod error;
mod json;
pub mod jwe;
mod jwk;
pub mod jws;
mod sign;
mod verify;

pub use alg::Alg;
pub use error::Error;
pub use json::{MAX_DEPTH, strict_json};
pub use jwe::DecryptionKey;
pub use jwk::{Jwk, JwkSet, MAX_KEYS, PublicParams};
pub use sign::SigningKey;
pub use verify::VerifyingKey;

/// SHA-256 (FIPS 180-4), which all of Ipse's hashes are.
#[must_use]
pub fn sha256(data: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, data).as_ref());
    out
}
