//! Threat 25: an attacker who sends tokens learns nothing from the answers.

use ipse_jose::jwe::{self, DecryptionKey, Enc, KeyAlg};
use ipse_jose::{Error, b64, jws};
use serde_json::{Value, json};

use crate::support::{ES256, PAYLOAD};

fn cases() -> Vec<(DecryptionKey, String)> {
    let mut cases = Vec::new();
    for make in [DecryptionKey::generate_ec, DecryptionKey::generate_rsa] {
        for enc in [Enc::A256Gcm, Enc::A128CbcHs256] {
            let key = make();
            let token =
                jwe::encrypt(&key.public_jwk(), key.alg(), enc, Some("JWT"), b"content").unwrap();
            cases.push((key, token));
        }
    }
    cases
}

#[test]
fn t25_every_failed_decryption_gets_the_same_answer() {
    for (key, token) in cases() {
        assert_eq!(jwe::decrypt(&key, &token).unwrap().1, b"content");
        let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let mut wrong: Vec<String> = vec![
            String::new(),
            "....".into(),
            token[..token.len() - 1].into(),
            format!("{token}."),
            format!("{token}A"),
            jws::sign(&ES256, "JWT", PAYLOAD).unwrap(),
        ];
        for at in 0..parts.len() {
            let mut with = |part: String| {
                let mut parts = parts.clone();
                parts[at] = part;
                wrong.push(parts.join("."));
            };
            let bytes = b64::decode(&parts[at]).unwrap();
            for changed in [
                if bytes.is_empty() {
                    vec![1]
                } else {
                    Vec::new()
                },
                [&bytes[..], &[0]].concat(),
                [&[0], &bytes[..]].concat(),
                bytes.iter().map(|byte| byte ^ 1).collect(),
                bytes.iter().map(|byte| byte ^ 0x80).collect(),
                vec![0xff; bytes.len() + 1],
                vec![0; bytes.len() + 2],
            ] {
                with(b64::encode(&changed));
            }
            with(format!("{}=", parts[at]));
            with(" ".into());
        }
        // An empty part has no bit to flip, so the token stays the same.
        wrong.retain(|changed| *changed != token);
        for token in wrong {
            assert_eq!(
                jwe::decrypt(&key, &token).err(),
                Some(Error::Decrypt),
                "{token}"
            );
        }
        // Another key of the same kind.
        for (other, _) in cases() {
            assert_eq!(jwe::decrypt(&other, &token).err(), Some(Error::Decrypt));
        }
    }
}

#[test]
fn t25_an_ephemeral_key_off_the_curve_is_refused() {
    let key = DecryptionKey::generate_ec();
    let token = jwe::encrypt(&key.public_jwk(), KeyAlg::EcdhEs, Enc::A256Gcm, None, b"x").unwrap();
    let (header, rest) = token.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&b64::decode(header).unwrap()).unwrap();
    let mut off = b64::decode(header["epk"]["y"].as_str().unwrap()).unwrap();
    off[31] ^= 1;
    for epk in [
        json!(null),
        json!({}),
        json!({"kty": "EC", "crv": "P-256", "x": header["epk"]["x"], "y": b64::encode(&off)}),
        json!({"kty": "EC", "crv": "P-256", "x": b64::encode(&[0; 32]), "y": b64::encode(&[0; 32])}),
        json!({"kty": "EC", "crv": "P-384", "x": header["epk"]["x"], "y": header["epk"]["y"]}),
        json!({"kty": "OKP", "crv": "X25519", "x": header["epk"]["x"]}),
        ES256.to_private_jwk().unwrap(),
        DecryptionKey::generate_rsa().public_jwk().to_value(),
    ] {
        let mut header = header.clone();
        header["epk"] = epk;
        let token = format!("{}.{rest}", b64::encode(header.to_string().as_bytes()));
        assert_eq!(jwe::decrypt(&key, &token).err(), Some(Error::Decrypt));
    }
}
