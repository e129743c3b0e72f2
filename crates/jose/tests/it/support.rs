//! Keys and tokens for tests, also tokens that the crate never makes.

use std::sync::LazyLock;

use ipse_jose::{Alg, Error, SigningKey, VerifyingKey, b64, jws};

pub const LIMIT: usize = 64 * 1024;
pub const TYP: &[&str] = &["test+jwt"];
pub const PAYLOAD: &[u8] = br#"{"sub":"test"}"#;

/// One key of each kind: making RSA keys is slow.
pub static ES256: LazyLock<SigningKey> = LazyLock::new(SigningKey::generate_es256);
pub static PS256: LazyLock<SigningKey> = LazyLock::new(SigningKey::generate_ps256);
pub static RS256: LazyLock<SigningKey> = LazyLock::new(SigningKey::generate_rs256);

pub fn key(alg: Alg) -> &'static SigningKey {
    match alg {
        Alg::Es256 => &ES256,
        Alg::Ps256 => &PS256,
        Alg::Rs256 => &RS256,
    }
}

/// A token with any header and a valid signature, so that only the header can be the reason for a refusal.
pub fn signed(key: &SigningKey, header: &[u8], payload: &[u8]) -> String {
    let input = format!("{}.{}", b64::encode(header), b64::encode(payload));
    let signature = key.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", b64::encode(&signature))
}

pub fn check(token: &str, key: &VerifyingKey) -> Result<(), Error> {
    jws::verify(token, LIMIT, key, TYP).map(drop)
}

/// The result for a token with this header and a valid signature.
pub fn result_for(header: &str) -> Result<(), Error> {
    check(
        &signed(&ES256, header.as_bytes(), PAYLOAD),
        &ES256.verifying_key(),
    )
}
