//! Threat 24: decompression, key stretching and nesting bombs. Input that is too large is refused before it is parsed.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rsa::{
    OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey, PublicKeyComponents,
};
use ipse_jose::jwe::{self, DecryptionKey};
use ipse_jose::{Error, PublicParams, b64, jws};
use serde_json::json;

use crate::support::{ES256, LIMIT, PAYLOAD, TYP, result_for, signed};

/// A JWE with any header and valid encryption (RSA-OAEP-256, A256GCM), so that only the header can be the reason for a
/// refusal.
fn encrypted(key: &DecryptionKey, header: &str) -> String {
    let PublicParams::Rsa { n, e } = key.public_jwk().params else {
        panic!("an RSA key")
    };
    let public: PublicEncryptingKey = PublicKeyComponents { n, e }.try_into().unwrap();
    let public = OaepPublicEncryptingKey::new(public).unwrap();
    let content_key = [7; 32];
    let mut wrapped = vec![0; public.ciphertext_size()];
    public
        .encrypt(&OAEP_SHA256_MGF1SHA256, &content_key, &mut wrapped, None)
        .unwrap();
    let header = b64::encode(header.as_bytes());
    let gcm = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &content_key).unwrap());
    let mut content = b"content".to_vec();
    let tag = gcm
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key([1; 12]),
            Aad::from(header.as_bytes()),
            &mut content,
        )
        .unwrap();
    [
        header,
        b64::encode(&wrapped),
        b64::encode(&[1; 12]),
        b64::encode(&content),
        b64::encode(tag.as_ref()),
    ]
    .join(".")
}

#[test]
fn t24_zip_is_refused() {
    for zip in ["\"DEF\"", "\"\"", "null", "false"] {
        let header = format!(r#"{{"alg":"ES256","typ":"test+jwt","zip":{zip}}}"#);
        assert!(
            matches!(result_for(&header), Err(Error::Unsupported(_))),
            "{zip}"
        );
    }
    let key = DecryptionKey::generate_rsa();
    let plain = r#"{"alg":"RSA-OAEP-256","enc":"A256GCM"}"#;
    assert_eq!(
        jwe::decrypt(&key, &encrypted(&key, plain)).unwrap().1,
        b"content"
    );
    for member in [
        r#""zip":"DEF""#,
        r#""zip":null"#,
        r#""crit":["x"]"#,
        r#""alg":"dir""#,
    ] {
        let header = format!(r#"{{"alg":"RSA-OAEP-256","enc":"A256GCM",{member}}}"#);
        let result = jwe::decrypt(&key, &encrypted(&key, &header));
        assert_eq!(result.err(), Some(Error::Decrypt), "{member}");
    }
}

#[test]
fn t24_stretching_algorithms_are_refused() {
    let key = DecryptionKey::generate_rsa();
    for alg in [
        "PBES2-HS256+A128KW",
        "PBES2-HS512+A256KW",
        "dir",
        "A128KW",
        "RSA1_5",
        "RSA-OAEP",
        "ECDH-ES+A128KW",
        "ECDH-ES",
        "none",
        "",
    ] {
        let header = json!({"alg": alg, "enc": "A256GCM", "p2c": 2_000_000_000, "p2s": "AAAA"});
        let token = encrypted(&key, &header.to_string());
        assert_eq!(
            jwe::decrypt(&key, &token).err(),
            Some(Error::Decrypt),
            "{alg}"
        );
    }
    for enc in ["A128GCM", "A256CBC-HS512", "A128CBC-HS256", "none", ""] {
        let header = json!({"alg": "RSA-OAEP-256", "enc": enc}).to_string();
        let token = encrypted(&key, &header);
        assert_eq!(
            jwe::decrypt(&key, &token).err(),
            Some(Error::Decrypt),
            "{enc}"
        );
    }
}

#[test]
fn t24_oversize_is_refused_unparsed() {
    let token = jws::sign(&ES256, "test+jwt", PAYLOAD).unwrap();
    let key = ES256.verifying_key();
    assert!(jws::verify(&token, token.len(), &key, TYP).is_ok());
    assert_eq!(
        jws::verify(&token, token.len() - 1, &key, TYP).err(),
        Some(Error::TooLarge)
    );
    // The error is not "malformed", since nothing was parsed.
    for filler in [".", "{", "A", "é"] {
        let big = filler.repeat(LIMIT + 1);
        assert_eq!(
            jws::decode_unverified(&big, LIMIT).err(),
            Some(Error::TooLarge)
        );
        let big = filler.repeat(jwe::MAX_TOKEN + 1);
        let decryption = DecryptionKey::generate_ec();
        assert_eq!(jwe::decrypt(&decryption, &big).err(), Some(Error::TooLarge));
    }
}

#[test]
fn t24_headers_have_a_limit_of_their_own() {
    let header = json!({"alg": "ES256", "typ": "test+jwt", "x": "y".repeat(jws::MAX_HEADER)});
    let token = signed(&ES256, header.to_string().as_bytes(), PAYLOAD);
    assert_eq!(
        jws::decode_unverified(&token, LIMIT).err(),
        Some(Error::TooLarge)
    );
    let key = DecryptionKey::generate_rsa();
    let header = |padding: usize| {
        json!({"alg": "RSA-OAEP-256", "enc": "A256GCM", "x": "y".repeat(padding)}).to_string()
    };
    assert!(jwe::decrypt(&key, &encrypted(&key, &header(2000))).is_ok());
    assert_eq!(
        jwe::decrypt(&key, &encrypted(&key, &header(4000))).err(),
        Some(Error::Decrypt)
    );
}

#[test]
fn t24_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(1000), close.repeat(1000));
        let header = format!(r#"{{"alg":"ES256","typ":"test+jwt","x":{deep}}}"#);
        assert!(matches!(result_for(&header), Err(Error::Malformed(_))));
        let unclosed = format!(
            r#"{{"alg":"ES256","typ":"test+jwt","x":{}"#,
            open.repeat(2000)
        );
        assert!(matches!(result_for(&unclosed), Err(Error::Malformed(_))));
    }
}
