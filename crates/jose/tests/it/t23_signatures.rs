//! Threat 23: signatures and keys that are almost valid.

use ipse_jose::{Alg, Error, Jwk, VerifyingKey, b64, jwe};

use crate::support::{ES256, PS256, RS256};

/// Order of P-256 (SEC 2 §2.4.2).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
    0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

fn order_minus(s: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let mut borrow = 0;
    for i in (0..32).rev() {
        let (digit, b1) = ORDER[i].overflowing_sub(s[i]);
        let (digit, b2) = digit.overflowing_sub(borrow);
        out[i] = digit;
        borrow = u8::from(b1 || b2);
    }
    out
}

#[test]
fn t23_ecdsa_signatures_must_have_the_exact_form() {
    let verifying = ES256.verifying_key();
    let signature = ES256.sign(b"msg").unwrap();
    assert_eq!(signature.len(), 64);
    let (r, s) = signature.split_at(32);
    let refused = |sig: &[u8]| {
        assert_eq!(
            verifying.verify(b"msg", sig),
            Err(Error::Signature),
            "{sig:?}"
        )
    };
    refused(&[]);
    refused(&[0; 64]);
    refused(&signature[..63]);
    refused(&signature[1..]);
    refused(&[&signature[..], &[0]].concat());
    refused(&[&[0], &signature[..]].concat());
    refused(&[r, &[0; 32]].concat());
    refused(&[&[0; 32], s].concat());
    refused(&[r, &ORDER].concat());
    refused(&[&ORDER, s].concat());
    refused(&[s, r].concat());
    // Longer halves, and the DER form that TLS uses.
    refused(&[&[0], r, &[0], s].concat());
    let der = [&[0x30, 70, 2, 33, 0], r, &[2, 33, 0], s].concat();
    refused(&der);
    // Both values of s are valid in ECDSA, and the key hardware of phones produces both.
    let twin = [r, &order_minus(s)[..]].concat();
    assert_ne!(twin, signature);
    assert_eq!(verifying.verify(b"msg", &signature), Ok(()));
    assert_eq!(verifying.verify(b"msg", &twin), Ok(()));
}

#[test]
fn t23_rsa_signatures_must_have_the_exact_form() {
    for key in [&*RS256, &*PS256] {
        let verifying = key.verifying_key();
        let signature = key.sign(b"msg").unwrap();
        assert_eq!(verifying.verify(b"msg", &signature), Ok(()));
        let refused = |sig: &[u8]| assert_eq!(verifying.verify(b"msg", sig), Err(Error::Signature));
        refused(&[]);
        refused(&[0; 256]);
        refused(&[0xff; 256]);
        refused(&signature[1..]);
        refused(&signature[..255]);
        refused(&[&[0], &signature[..]].concat());
        refused(&[&signature[..], &[0]].concat());
        assert_eq!(
            verifying.verify(b"other", &signature),
            Err(Error::Signature)
        );
    }
}

#[test]
fn t23_points_off_the_curve_are_refused() {
    let private = ES256.to_private_jwk().unwrap();
    let (x, y) = (
        private["x"].as_str().unwrap(),
        private["y"].as_str().unwrap(),
    );
    let zero = b64::encode(&[0; 32]);
    let big = b64::encode(&[0xff; 32]);
    let mut other = b64::decode(y).unwrap();
    other[31] ^= 1;
    let other = b64::encode(&other);
    for (x, y) in [
        (&*zero, &*zero),
        (x, &*other),
        (x, &*zero),
        (&*zero, y),
        (x, x),
        (&*big, y),
        (x, &*big),
        (&*big, &*big),
    ] {
        let jwk = Jwk::ec_p256(x, y).unwrap();
        assert!(
            matches!(VerifyingKey::from_jwk(&jwk, Alg::Es256), Err(Error::Key(_))),
            "{x} {y}"
        );
        let encrypted = jwe::encrypt(&jwk, jwe::KeyAlg::EcdhEs, jwe::Enc::A256Gcm, None, b"x");
        assert!(matches!(encrypted, Err(Error::Key(_))), "{x} {y}");
        let mut pair = private.clone();
        pair["x"] = x.into();
        pair["y"] = y.into();
        assert!(ipse_jose::SigningKey::from_jwk(&pair).is_err());
        assert!(
            jwe::DecryptionKey::from_jwk(&{
                let mut p = pair;
                p["alg"] = "ECDH-ES".into();
                p
            })
            .is_err()
        );
    }
}
