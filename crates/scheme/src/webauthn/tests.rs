use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use ciborium::Value;
use ipse_jose::b64;
use ipse_protocol::bytes::B64u;

use super::*;

const ORIGIN: &str = "https://app.example";
const RP: &str = "app.example";
const CHALLENGE: [u8; 32] = [7; 32];

fn expected() -> Expected<'static> {
    Expected {
        challenge: &CHALLENGE,
        origin: ORIGIN,
        rp_id: RP,
    }
}

fn key() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap_or_else(|_| panic!("a key"))
}

fn client_data(kind: &str, challenge: &[u8], origin: &str) -> Vec<u8> {
    let challenge = b64::encode(challenge);
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false,"more":1}}"#)
        .into_bytes()
}

fn head(rp: &str, flags: u8) -> Vec<u8> {
    let mut data = sha256(rp.as_bytes()).to_vec();
    data.push(flags);
    data.extend_from_slice(&[0; 4]);
    data
}

fn cose(point: &[u8]) -> Vec<(Value, Value)> {
    let int = |n: i64| Value::Integer(n.into());
    vec![
        (int(1), int(2)),
        (int(3), int(-7)),
        (int(-1), int(1)),
        (int(-2), Value::Bytes(point[1..33].to_vec())),
        (int(-3), Value::Bytes(point[33..].to_vec())),
    ]
}

fn cbor(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).unwrap_or_else(|e| panic!("{e}"));
    out
}

fn auth_data(rp: &str, flags: u8, key: &[(Value, Value)]) -> Vec<u8> {
    let mut data = head(rp, flags);
    data.extend_from_slice(&[0; 16]);
    data.extend_from_slice(&4u16.to_be_bytes());
    data.extend_from_slice(b"cred");
    data.extend_from_slice(&cbor(&Value::Map(key.to_vec())));
    data
}

fn attestation(format: &str, data: Vec<u8>) -> Vec<u8> {
    let text = |t: &str| Value::Text(t.to_owned());
    cbor(&Value::Map(vec![
        (text("fmt"), text(format)),
        (text("attStmt"), Value::Map(Vec::new())),
        (text("authData"), Value::Bytes(data)),
    ]))
}

fn registration(client: Vec<u8>, object: Vec<u8>) -> BiometricRegistration {
    BiometricRegistration {
        client_data: B64u(client),
        attestation_object: B64u(object),
    }
}

fn good_client() -> Vec<u8> {
    client_data("webauthn.create", &CHALLENGE, ORIGIN)
}

#[test]
fn a_registration_gives_the_credential() {
    let key = key();
    let point = key.public_key().as_ref().to_vec();
    let object = attestation("none", auth_data(RP, UP | UV | AT, &cose(&point)));
    let found = verify_registration(&registration(good_client(), object), &expected());
    let found = found.unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(found.id, b"cred");
    assert_eq!(found.public_key, point);
}

#[test]
fn whatever_is_not_asked_for_is_refused() {
    let key = key();
    let point = key.public_key().as_ref().to_vec();
    let good = || attestation("none", auth_data(RP, UP | UV | AT, &cose(&point)));
    for client in [
        client_data("webauthn.get", &CHALLENGE, ORIGIN),
        client_data("webauthn.create", &[8; 32], ORIGIN),
        client_data(
            "webauthn.create",
            &CHALLENGE,
            "https://app.example.evil.example",
        ),
        client_data("webauthn.create", &CHALLENGE, "http://app.example"),
        b"{}".to_vec(),
        String::from_utf8_lossy(&good_client())
            .replace("\"crossOrigin\":false", "\"crossOrigin\":true")
            .into_bytes(),
        String::from_utf8_lossy(&good_client())
            .replace("\"more\":1", "\"origin\":\"https://app.example\"")
            .into_bytes(),
    ] {
        let refused = verify_registration(&registration(client.clone(), good()), &expected());
        assert_eq!(
            refused.err(),
            Some(Refusal::ClientData),
            "{}",
            String::from_utf8_lossy(&client)
        );
    }
    let int = |n: i64| Value::Integer(n.into());
    let mut rs256 = cose(&point);
    rs256[1].1 = int(-257);
    let mut off_curve = cose(&point);
    off_curve[4].1 = Value::Bytes(vec![1; 32]);
    let mut twice = cose(&point);
    twice.push((int(1), int(2)));
    let mut tail = auth_data(RP, UP | UV | AT, &cose(&point));
    tail.push(0);
    let mut doubled = good();
    doubled.push(0xf6);
    for (object, refusal) in [
        (
            attestation("packed", auth_data(RP, UP | UV | AT, &cose(&point))),
            Refusal::Attestation,
        ),
        (
            attestation(
                "none",
                auth_data("evil.example", UP | UV | AT, &cose(&point)),
            ),
            Refusal::AuthenticatorData,
        ),
        (
            attestation("none", auth_data(RP, UP | AT, &cose(&point))),
            Refusal::UserNotVerified,
        ),
        (
            attestation("none", auth_data(RP, UV | AT, &cose(&point))),
            Refusal::UserNotVerified,
        ),
        (
            attestation("none", auth_data(RP, UP | UV, &cose(&point))),
            Refusal::AuthenticatorData,
        ),
        (
            attestation("none", auth_data(RP, UP | UV | AT, &rs256)),
            Refusal::Key,
        ),
        (
            attestation("none", auth_data(RP, UP | UV | AT, &off_curve)),
            Refusal::Key,
        ),
        (
            attestation("none", auth_data(RP, UP | UV | AT, &twice)),
            Refusal::Key,
        ),
        (attestation("none", tail), Refusal::AuthenticatorData),
        (
            attestation("none", head(RP, UP | UV | AT)),
            Refusal::AuthenticatorData,
        ),
        (doubled, Refusal::Attestation),
        (Vec::new(), Refusal::Attestation),
        (vec![0xbf; 5_000], Refusal::Attestation),
        (
            vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            Refusal::Attestation,
        ),
    ] {
        let refused = verify_registration(&registration(good_client(), object), &expected());
        assert_eq!(refused.err(), Some(refusal));
    }
}

/// Packed self attestation by `signer`, of a credential whose authenticator data are `data`.
fn self_attestation(signer: &EcdsaKeyPair, data: Vec<u8>, alg: i64) -> Vec<u8> {
    let signed = [&data[..], &sha256(&good_client())].concat();
    let signature = signer
        .sign(&SystemRandom::new(), &signed)
        .unwrap_or_else(|_| panic!("signed"));
    let text = |t: &str| Value::Text(t.to_owned());
    let statement = vec![
        (text("alg"), Value::Integer(alg.into())),
        (text("sig"), Value::Bytes(signature.as_ref().to_vec())),
    ];
    packed(statement, data)
}

fn packed(statement: Vec<(Value, Value)>, data: Vec<u8>) -> Vec<u8> {
    let text = |t: &str| Value::Text(t.to_owned());
    cbor(&Value::Map(vec![
        (text("fmt"), text("packed")),
        (text("attStmt"), Value::Map(statement)),
        (text("authData"), Value::Bytes(data)),
    ]))
}

#[test]
fn t05_a_packed_self_attestation_is_verified() {
    let key = key();
    let point = key.public_key().as_ref().to_vec();
    let data = || auth_data(RP, UP | UV | AT, &cose(&point));
    let register =
        |object: Vec<u8>| verify_registration(&registration(good_client(), object), &expected());
    let found = register(self_attestation(&key, data(), -7)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(found.public_key, point);

    let by_other = self_attestation(&self::key(), data(), -7);
    assert_eq!(register(by_other).err(), Some(Refusal::Signature));
    let mut named = data();
    named[HEAD] = 1;
    for refused in [
        // Another algorithm than the credential's.
        self_attestation(&key, data(), -257),
        // An authenticator that names its model.
        self_attestation(&key, named, -7),
    ] {
        assert_eq!(register(refused).err(), Some(Refusal::Attestation));
    }
    // With a certificate it is no self attestation.
    let text = |t: &str| Value::Text(t.to_owned());
    let with_certificate = vec![
        (text("alg"), Value::Integer((-7).into())),
        (text("sig"), Value::Bytes(vec![1; 70])),
        (text("x5c"), Value::Array(vec![Value::Bytes(vec![1; 9])])),
    ];
    let refused = register(packed(with_certificate, data()));
    assert_eq!(refused.err(), Some(Refusal::Attestation));
}

#[test]
fn cbor_has_one_spelling() {
    // {1: 2} with a two-byte 1, and as a map of indefinite length.
    for bytes in [&[0xa1, 0x18, 0x01, 0x02][..], &[0xbf, 0x01, 0x02, 0xff][..]] {
        assert!(read_cbor(bytes).is_none());
    }
    assert!(read_cbor(&[0xa1, 0x01, 0x02]).is_some());
}

fn assertion(key: &EcdsaKeyPair, data: Vec<u8>, client: Vec<u8>) -> Assertion {
    let mut signed = data.clone();
    signed.extend_from_slice(&sha256(&client));
    let signature = key
        .sign(&SystemRandom::new(), &signed)
        .unwrap_or_else(|_| panic!("signed"));
    Assertion {
        authenticator_data: B64u(data),
        client_data: B64u(client),
        signature: B64u(signature.as_ref().to_vec()),
    }
}

#[test]
fn an_assertion_needs_its_key_its_challenge_and_a_verified_person() {
    let key = key();
    let point = key.public_key().as_ref().to_vec();
    let client = || client_data("webauthn.get", &CHALLENGE, ORIGIN);
    let good = assertion(&key, head(RP, UP | UV), client());
    assert_eq!(verify_assertion(&good, &point, None, &expected()), Ok(()));

    let stranger = self::key();
    let other = stranger.public_key().as_ref().to_vec();
    assert_eq!(
        verify_assertion(&good, &other, None, &expected()),
        Err(Refusal::Signature)
    );
    let mut bent = good.clone();
    bent.authenticator_data.0[36] ^= 1;
    assert_eq!(
        verify_assertion(&bent, &point, None, &expected()),
        Err(Refusal::Signature)
    );
    for (data, client, refusal) in [
        (head(RP, UP), client(), Refusal::UserNotVerified),
        (
            head("evil.example", UP | UV),
            client(),
            Refusal::AuthenticatorData,
        ),
        (
            head(RP, UP | UV)[..36].to_vec(),
            client(),
            Refusal::AuthenticatorData,
        ),
        (
            [head(RP, UP | UV), vec![0]].concat(),
            client(),
            Refusal::AuthenticatorData,
        ),
        (head(RP, UP | UV), good_client(), Refusal::ClientData),
        (
            head(RP, UP | UV),
            client_data("webauthn.get", &[8; 32], ORIGIN),
            Refusal::ClientData,
        ),
    ] {
        let bad = assertion(&key, data, client);
        assert_eq!(
            verify_assertion(&bad, &point, None, &expected()),
            Err(refusal)
        );
    }
}

#[test]
fn t05_the_backup_flags_are_read_and_do_not_contradict_each_other() {
    let key = key();
    let point = key.public_key().as_ref().to_vec();
    let register = |flags: u8| {
        let data = auth_data(RP, UP | UV | AT | flags, &cose(&point));
        let object = attestation("none", data);
        let found = verify_registration(&registration(good_client(), object), &expected());
        found.map(|credential| credential.backup)
    };
    let assert = |flags: u8, registered: Option<Backup>| {
        let client = client_data("webauthn.get", &CHALLENGE, ORIGIN);
        let assertion = assertion(&key, head(RP, UP | UV | flags), client);
        verify_assertion(&assertion, &point, registered, &expected())
    };
    for (flags, backup) in [
        (0, Backup::Bound),
        (BE, Backup::Eligible),
        (BE | BS, Backup::Copied),
    ] {
        assert_eq!(register(flags), Ok(backup));
        assert_eq!(assert(flags, Some(backup)), Ok(()));
        assert_eq!(assert(flags, None), Ok(()));
    }
    assert_eq!(register(BS), Err(Refusal::Backup));
    assert_eq!(assert(BS, None), Err(Refusal::Backup));
    // It may be copied later, but whether it may be copied never changes.
    assert_eq!(assert(BE | BS, Some(Backup::Eligible)), Ok(()));
    assert_eq!(assert(BE, Some(Backup::Copied)), Ok(()));
    assert_eq!(assert(BE, Some(Backup::Bound)), Err(Refusal::Backup));
    assert_eq!(assert(0, Some(Backup::Copied)), Err(Refusal::Backup));
}
