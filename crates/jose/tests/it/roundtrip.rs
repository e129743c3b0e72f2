//! Encoding and decoding are inverse, and keys of another kind are refused.

use ipse_jose::jwe::{self, DecryptionKey, Enc, KeyAlg};
use ipse_jose::{Alg, SigningKey, VerifyingKey, b64, jws, strict_json};
use proptest::prelude::*;
use serde_json::Value;
use std::sync::LazyLock;

use crate::support::{LIMIT, key};

static EC: LazyLock<DecryptionKey> = LazyLock::new(DecryptionKey::generate_ec);
static RSA: LazyLock<DecryptionKey> = LazyLock::new(DecryptionKey::generate_rsa);

fn any_alg() -> impl Strategy<Value = Alg> {
    // RSA signs slowly.
    prop_oneof![8 => Just(Alg::Es256), 1 => Just(Alg::Ps256), 1 => Just(Alg::Rs256)]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn b64_round_trips(bytes: Vec<u8>) {
        prop_assert_eq!(b64::decode(&b64::encode(&bytes)), Ok(bytes));
    }

    #[test]
    fn b64_has_one_spelling(text in "[A-Za-z0-9_-]{0,40}") {
        if let Ok(bytes) = b64::decode(&text) {
            prop_assert_eq!(b64::encode(&bytes), text);
        }
    }

    #[test]
    fn jws_round_trips(alg in any_alg(), typ in "[a-z+]{1,20}", kid: String, payload: Vec<u8>) {
        let key = key(alg);
        let token = jws::sign_with_kid(key, &typ, &kid, &payload).unwrap();
        let parsed = jws::verify(&token, LIMIT, &key.verifying_key(), &[&typ]).unwrap();
        prop_assert_eq!(parsed.payload, payload);
        prop_assert_eq!(parsed.header.kid, Some(kid));
        prop_assert_eq!(parsed.header.typ, Some(typ));
    }

    #[test]
    fn jwe_round_trips(rsa: bool, gcm: bool, cty: Option<String>, plain: Vec<u8>) {
        let key = if rsa { &*RSA } else { &*EC };
        let enc = if gcm { Enc::A256Gcm } else { Enc::A128CbcHs256 };
        let token = jwe::encrypt(&key.public_jwk(), key.alg(), enc, cty.as_deref(), &plain).unwrap();
        let (header, opened) = jwe::decrypt(key, &token).unwrap();
        prop_assert_eq!(opened, plain);
        prop_assert_eq!(header.cty, cty);
        prop_assert_eq!((header.alg, header.enc), (key.alg(), enc));
        prop_assert_eq!(header.kid.as_deref(), Some(key.kid()));
    }

    #[test]
    fn strict_json_reads_what_serde_writes(value in json()) {
        let text = value.to_string();
        prop_assert_eq!(strict_json::<Value>(text.as_bytes()), Ok(value));
    }

    #[test]
    fn arbitrary_input_does_not_panic(text: String, bytes: Vec<u8>) {
        let _ = jws::decode_unverified(&text, LIMIT);
        let _ = jwe::decrypt(&EC, &text);
        let _ = strict_json::<Value>(&bytes);
    }
}

#[test]
fn private_keys_round_trip() {
    for alg in Alg::ALL {
        let key = key(alg);
        for again in [
            SigningKey::from_pkcs8(alg, &key.to_pkcs8().unwrap()).unwrap(),
            SigningKey::from_jwk(&key.to_private_jwk().unwrap()).unwrap(),
        ] {
            assert_eq!(again.kid(), key.kid());
            assert_eq!(again.public_jwk(), key.public_jwk());
            assert_eq!(*again.to_pkcs8().unwrap(), *key.to_pkcs8().unwrap());
            let public =
                serde_json::from_value(serde_json::to_value(key.public_jwk()).unwrap()).unwrap();
            let verifying = VerifyingKey::from_jwk(&public, alg).unwrap();
            assert_eq!(
                verifying.verify(b"msg", &again.sign(b"msg").unwrap()),
                Ok(())
            );
            assert_eq!(b64::encode(&verifying.thumbprint()), key.kid());
        }
        for other in Alg::ALL {
            let fits = (alg == Alg::Es256) == (other == Alg::Es256);
            assert_eq!(
                SigningKey::from_pkcs8(other, &key.to_pkcs8().unwrap()).is_ok(),
                fits
            );
        }
        assert!(SigningKey::from_pkcs8(alg, &[]).is_err());
    }
    for key in [&*EC, &*RSA] {
        for again in [
            DecryptionKey::from_pkcs8(key.alg(), &key.to_pkcs8().unwrap()).unwrap(),
            DecryptionKey::from_jwk(&key.to_private_jwk().unwrap()).unwrap(),
        ] {
            assert_eq!(again.public_jwk(), key.public_jwk());
            let token =
                jwe::encrypt(&key.public_jwk(), key.alg(), Enc::A256Gcm, None, b"x").unwrap();
            assert_eq!(jwe::decrypt(&again, &token).unwrap().1, b"x");
        }
        // A key for encryption does not sign, and a key for signatures does not decrypt.
        assert!(SigningKey::from_jwk(&key.to_private_jwk().unwrap()).is_err());
    }
    assert!(DecryptionKey::from_jwk(&key(Alg::Es256).to_private_jwk().unwrap()).is_err());
    assert!(
        jwe::encrypt(
            &key(Alg::Es256).public_jwk(),
            KeyAlg::EcdhEs,
            Enc::A256Gcm,
            None,
            b"x"
        )
        .is_err()
    );
    assert!(jwe::encrypt(&RSA.public_jwk(), KeyAlg::EcdhEs, Enc::A256Gcm, None, b"x").is_err());
}

#[test]
fn a_private_part_of_another_key_is_refused() {
    for alg in Alg::ALL {
        let mut mixed = key(alg).to_private_jwk().unwrap();
        let other = SigningKey::generate_es256().to_private_jwk().unwrap();
        mixed["d"] = other["d"].clone();
        assert!(SigningKey::from_jwk(&mixed).is_err());
    }
    let mut mixed = EC.to_private_jwk().unwrap();
    mixed["d"] = DecryptionKey::generate_ec().to_private_jwk().unwrap()["d"].clone();
    assert!(DecryptionKey::from_jwk(&mixed).is_err());
    let mut unnamed = key(Alg::Rs256).to_private_jwk().unwrap();
    unnamed.as_object_mut().unwrap().remove("alg");
    assert!(
        SigningKey::from_jwk(&unnamed).is_err(),
        "an RSA key must name its padding"
    );
}
