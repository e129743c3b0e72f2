//! Threat 22: poisoned key sets. Only registered keys are used, and their id is an opaque name.

use ipse_jose::{Alg, Error, Jwk, JwkSet, MAX_KEYS, SigningKey};
use serde_json::{Value, json};

use crate::support::{ES256, PAYLOAD, RS256, check, signed};

fn set(keys: impl IntoIterator<Item = Jwk>) -> JwkSet {
    JwkSet {
        keys: keys.into_iter().collect(),
    }
}

#[test]
fn t22_keys_in_the_header_are_ignored() {
    let attacker = SigningKey::generate_es256();
    let registered = ES256.verifying_key();
    for (member, value) in [
        ("jwk", attacker.public_jwk().to_value()),
        ("jku", "https://attacker.example/jwks".into()),
        ("x5u", "https://attacker.example/chain.pem".into()),
        ("x5c", json!(["MIIB"])),
        ("x5t", "AAAA".into()),
        ("x5t#S256", "AAAA".into()),
    ] {
        let mut header = json!({"alg": "ES256", "typ": "test+jwt", "kid": attacker.kid()});
        header[member] = value;
        let header = header.to_string();
        // The attacker's key in the attacker's token has no effect.
        let token = signed(&attacker, header.as_bytes(), PAYLOAD);
        assert_eq!(
            check(&token, &registered),
            Err(Error::Signature),
            "{member}"
        );
        // In a valid token it has no effect either.
        let token = signed(&ES256, header.as_bytes(), PAYLOAD);
        let parsed = ipse_jose::jws::decode_unverified(&token, 4096).unwrap();
        assert!(parsed.header.others);
        assert_eq!(parsed.verify(&registered, &["test+jwt"]), Ok(()));
    }
}

#[test]
fn t22_an_unknown_id_finds_nothing() {
    let jwk = ES256.public_jwk();
    let keys = set([jwk.clone(), RS256.public_jwk()]);
    assert_eq!(keys.find(ES256.kid(), Alg::Es256), Some(&jwk));
    let upper = ES256.kid().to_uppercase();
    for kid in [
        "",
        "../keys/a",
        "' OR 1=1 --",
        "null",
        "0",
        &upper,
        &"a".repeat(9999),
    ] {
        assert_eq!(keys.find(kid, Alg::Es256), None, "{kid}");
    }
    // The id of a key for another algorithm finds nothing.
    assert_eq!(keys.find(RS256.kid(), Alg::Es256), None);
    assert_eq!(keys.find(RS256.kid(), Alg::Ps256), None);
    assert!(keys.find(RS256.kid(), Alg::Rs256).is_some());
}

#[test]
fn t22_an_ambiguous_id_finds_nothing() {
    let mut other = SigningKey::generate_es256().public_jwk();
    other.kid = Some(ES256.kid().to_owned());
    let keys = set([ES256.public_jwk(), other]);
    assert_eq!(keys.find(ES256.kid(), Alg::Es256), None);
    assert_eq!(keys.find(None, Alg::Es256), None);
    assert!(set([ES256.public_jwk()]).find(None, Alg::Es256).is_some());
}

#[test]
fn t22_a_key_serves_only_what_it_is_for() {
    let with = |change: &dyn Fn(&mut Jwk)| {
        let mut jwk = ES256.public_jwk();
        change(&mut jwk);
        let found = set([jwk.clone()]).find(ES256.kid(), Alg::Es256).is_some();
        let usable = ipse_jose::VerifyingKey::from_jwk(&jwk, Alg::Es256).is_ok();
        assert_eq!(found, usable);
        found
    };
    assert!(with(&|_| ()));
    assert!(with(&|jwk| *jwk = Jwk {
        kid: jwk.kid.clone(),
        ..jwk.bare()
    }));
    assert!(with(&|jwk| jwk.key_ops = Some(vec!["verify".into()])));
    assert!(!with(
        &|jwk| jwk.key_ops = Some(vec!["sign".into(), "deriveKey".into()])
    ));
    assert!(!with(&|jwk| jwk.use_ = Some("enc".into())));
    assert!(!with(&|jwk| jwk.use_ = Some("SIG".into())));
    assert!(!with(&|jwk| jwk.alg = Some("ECDH-ES".into())));
}

#[test]
fn t22_private_and_symmetric_keys_spoil_a_set() {
    let public = ES256.public_jwk().to_value();
    for bad in [
        ES256.to_private_jwk().unwrap(),
        RS256.to_private_jwk().unwrap(),
        json!({"kty": "oct", "k": "AAAA"}),
        json!({"kty": "OKP", "crv": "Ed25519", "x": "AAAA", "d": null}),
    ] {
        let text = json!({"keys": [public, bad]}).to_string();
        assert!(JwkSet::parse(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn unknown_kinds_are_left_out_of_a_set() {
    let text = json!({"keys": [
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        {"kty": "EC", "crv": "P-384", "x": "AAAA", "y": "AAAA"},
        {"kty": "new", "anything": [1, {"a": null}]},
        ES256.public_jwk(),
    ], "also": 1})
    .to_string();
    let keys = JwkSet::parse(text.as_bytes()).unwrap();
    assert_eq!(keys.keys, [ES256.public_jwk()]);
}

#[test]
fn a_malformed_key_is_refused() {
    let good = ES256.public_jwk().to_value();
    let rsa = RS256.public_jwk().to_value();
    let b64 = |bytes: &[u8]| Value::from(ipse_jose::b64::encode(bytes));
    let changes: [(&Value, &str, Value); 16] = [
        (&good, "kty", Value::Null),
        (&good, "crv", "P-257".into()),
        (&good, "x", "".into()),
        (&good, "x", b64(&[1; 31])),
        (&good, "x", b64(&[1; 33])),
        (&good, "y", 7.into()),
        (&good, "kid", 7.into()),
        (&good, "kid", Value::Null),
        (&good, "alg", json!(["ES256"])),
        (&good, "key_ops", "verify".into()),
        (&rsa, "n", b64(&[0xff; 128])),
        (&rsa, "n", b64(&[0xff; 513])),
        (&rsa, "n", b64(&[0xfe; 256])),
        (&rsa, "e", b64(&[3])),
        (&rsa, "e", b64(&[1, 0, 0])),
        (&rsa, "e", b64(&[1, 0, 0, 0, 1])),
    ];
    for (base, member, value) in changes {
        let mut jwk = base.clone();
        jwk[member] = value;
        let read = serde_json::from_value::<Jwk>(jwk.clone());
        assert!(read.is_err(), "{jwk}");
    }
    let double = r#"{"keys":[],"keys":[]}"#;
    assert!(JwkSet::parse(double.as_bytes()).is_err());
    let many = json!({"keys": vec![good; MAX_KEYS + 1]}).to_string();
    assert!(JwkSet::parse(many.as_bytes()).is_err());
}

#[test]
fn t22_private_keys_never_serialize_as_public() {
    let text = serde_json::to_string(&set([ES256.public_jwk(), RS256.public_jwk()])).unwrap();
    for member in ["\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\""] {
        assert!(!text.contains(member));
    }
    for key in [&*ES256, &*RS256] {
        let private = key.to_private_jwk().unwrap();
        assert!(!format!("{key:?}").contains(private["d"].as_str().unwrap()));
    }
}
