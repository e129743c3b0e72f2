//! Makes tokens that the crate itself would never make.

use std::sync::LazyLock;

use ipse_jose::{Alg, Error, SigningKey, VerifyingKey, b64, jws};

pub const LIMIT: usize = 64 * 1024;
pub const TYP: &[&str] = &["test+jwt"];
pub const PAYLOAD: &[u8] = br#"{"sub":"test"}"#;

/// One key of each kind: RSA keys take long to make.
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

/// Signs whatever stands in the header, truly: a refusal is then owed to the header alone.
pub fn signed(key: &SigningKey, header: &[u8], payload: &[u8]) -> String {
    let input = format!("{}.{}", b64::encode(header), b64::encode(payload));
    let signature = key.sign(input.as_bytes());
    format!("{input}.{}", b64::encode(&signature))
}

pub fn check(token: &str, key: &VerifyingKey) -> Result<(), Error> {
    jws::verify(token, LIMIT, key, TYP).map(drop)
}

/// The answer to a truly signed token with this header.
pub fn answer(header: &str) -> Result<(), Error> {
    check(
        &signed(&ES256, header.as_bytes(), PAYLOAD),
        &ES256.verifying_key(),
    )
}
