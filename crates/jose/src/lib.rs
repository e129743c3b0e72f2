//! JSON Object Signing and Encryption with a closed list of algorithms, on aws-lc-rs.
//!
//! Supported: compact JWS (RFC 7515) with ES256, PS256 and RS256; compact JWE (RFC 7516) with ECDH-ES and RSA-OAEP-256 over
//! A256GCM and A128CBC-HS256; JWK, JWK sets (RFC 7517) and thumbprints (RFC 7638). Never supported: `none`, HMAC signatures,
//! RSA1_5, PBES2, compression, `crit`, detached or unencoded payloads, and keys inside a token
//! but to prove that one has them ([`jws::verify_possession`]).
//!
//! The key fixes the algorithm (RFC 8725 §3.1), and the caller names the `typ` values that it accepts (RFC 8725 §3.11). Sizes
//! are checked before anything is parsed. JSON is read strictly: a repeated member is refused at every depth.

mod alg;
pub mod b64;
mod der;
mod error;
mod json;
pub mod jwe;
mod jwk;
pub mod jws;
mod numeric_date;
mod random;
mod sign;
mod verify;

pub use alg::Alg;
pub use error::Error;
pub use json::{MAX_DEPTH, strict_json};
pub use jwe::DecryptionKey;
pub use jwk::{Jwk, JwkSet, MAX_KEYS, PublicParams};
pub use numeric_date::NumericDate;
pub use sign::SigningKey;
pub use verify::VerifyingKey;

/// SHA-256 (FIPS 180-4), the only hash function of Ipse.
#[must_use]
pub fn sha256(data: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, data).as_ref());
    out
}
