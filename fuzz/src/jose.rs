//! Fuzz targets of tokens and keys.

use std::sync::LazyLock;

use ipse_jose::jwe::{self, DecryptionKey};
use ipse_jose::{Alg, Error, Jwk, JwkSet, SigningKey, VerifyingKey, b64, jws};
use serde_json::Value;

/// Test keys. The seeds were made with them.
static KEYS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("keys.json")).expect("keys.json"));

static VERIFYING: LazyLock<[VerifyingKey; 3]> = LazyLock::new(|| {
    ["ES256", "PS256", "RS256"]
        .map(|alg| SigningKey::from_jwk(&KEYS[alg]).expect(alg).verifying_key())
});

static DECRYPTION: LazyLock<[DecryptionKey; 2]> = LazyLock::new(|| {
    ["ECDH-ES", "RSA-OAEP-256"].map(|alg| DecryptionKey::from_jwk(&KEYS[alg]).expect(alg))
});

/// A signed token: an accepted token has one spelling, and it verifies only with the algorithm of the key.
pub fn jws(data: &[u8]) {
    let Ok(token) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(parsed) = jws::decode_unverified(token, 16 * 1024) else {
        return;
    };
    let payload = token.split('.').nth(1).expect("three parts");
    assert_eq!(b64::encode(&parsed.payload), payload);
    for key in &*VERIFYING {
        let typ = parsed.header.typ.as_deref().unwrap_or("");
        if parsed.verify(key, &[typ]).is_ok() {
            assert_eq!(parsed.header.alg, key.alg());
            assert!(parsed.verify(key, &["another"]).is_err());
            assert!(parsed.verify(key, &[]).is_err());
        }
    }
}

/// An encrypted token: all failures give the same error, and at most one key opens it.
pub fn jwe(data: &[u8]) {
    let Ok(token) = std::str::from_utf8(data) else {
        return;
    };
    let opened: Vec<_> = DECRYPTION
        .iter()
        .map(|key| jwe::decrypt_limited(key, token, 16 * 1024))
        .collect();
    for (key, result) in DECRYPTION.iter().zip(&opened) {
        match result {
            Ok((header, _)) => assert_eq!(header.alg, key.alg()),
            Err(error) => assert!(matches!(error, Error::Decrypt | Error::TooLarge)),
        }
    }
    assert!(opened.iter().filter(|result| result.is_ok()).count() <= 1);
}

/// A key or a set of keys: writing and reading a key again gives the same key.
pub fn jwk(data: &[u8]) {
    if let Ok(set) = JwkSet::parse(data) {
        for jwk in &set.keys {
            check(jwk);
            let found = set.find(jwk.kid.as_deref(), Alg::Es256);
            assert!(found.is_none_or(|found| found.verifies(Alg::Es256)));
        }
    }
    if let Ok(jwk) = ipse_jose::strict_json::<Jwk>(data) {
        check(&jwk);
    }
    if let Ok(value) = ipse_jose::strict_json::<Value>(data) {
        let _ = SigningKey::from_jwk(&value);
        let _ = DecryptionKey::from_jwk(&value);
    }
}

fn check(jwk: &Jwk) {
    let text = jwk.to_value().to_string();
    let again: Jwk = ipse_jose::strict_json(text.as_bytes()).expect("a written key can be read");
    assert_eq!(&again, jwk);
    assert_eq!(again.thumbprint(), jwk.thumbprint());
    for alg in Alg::ALL {
        if let Ok(key) = VerifyingKey::from_jwk(jwk, alg) {
            assert!(jwk.verifies(alg));
            assert_eq!(key.thumbprint(), jwk.thumbprint());
            assert!(key.verify(b"", &[]).is_err());
        }
    }
}
