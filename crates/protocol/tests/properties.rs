//! Properties for random input, and the tests of threats that need no server.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]

mod samples;

use ipse_jose::SigningKey;
use ipse_protocol::device_request::{self, RequestClaims};
use ipse_protocol::link::{self, QrStatus};
use ipse_protocol::terms::{Decision, Factor, Flow};
use ipse_protocol::transcript::Transcript;
use ipse_protocol::view::ViewError;
use ipse_protocol::{code, merkle, sim_statement, text, view};
use proptest::prelude::*;

fn transcript() -> Transcript {
    let (offer, view) = samples::offer();
    offer.transcript(
        &view,
        samples::ISSUER,
        samples::DEVICE,
        7,
        Some("e30.e30.AA"),
        Factor::Code,
        Decision::Approve,
        &[],
    )
}

/// A change of each field, with the name of the field.
type Change = fn(&mut Transcript);

fn changes() -> Vec<(&'static str, Change)> {
    vec![
        ("issuer", |t| t.issuer.push('x')),
        ("identity", |t| t.identity.push('x')),
        ("device", |t| t.device.push('x')),
        ("sequence", |t| t.sequence += 1),
        ("epoch", |t| t.epoch += 1),
        ("code_version", |t| t.code_version += 1),
        ("nonce", |t| t.nonce[31] ^= 1),
        ("action", |t| t.action.push('x')),
        ("partner", |t| t.partner.push('x')),
        ("domain", |t| t.domain.push('x')),
        ("flow", |t| t.flow = Flow::App),
        ("browser_binding", |t| t.browser_binding[0] ^= 1),
        ("view_hash", |t| t.view_hash[0] ^= 1),
        ("attributes_hash", |t| t.attributes_hash[0] ^= 1),
        ("choices_hash", |t| t.choices_hash = Some([0; 32])),
        ("documents", |t| t.documents.push([0; 32])),
        ("sim_statement_hash", |t| t.sim_statement_hash = None),
        ("factor", |t| t.factor = Factor::Biometric),
        ("decision", |t| t.decision = Decision::Refuse),
        ("expires", |t| t.expires -= 1),
    ]
}

#[test]
fn t06_proof_covers_transcript_with_every_field() {
    let original = transcript();
    let key = [9; 64];
    let proof = code::code_proof(&key, &original.hash());
    let fields = serde_json::to_value(&original).unwrap();
    let mut names = vec!["version"];
    for (name, change) in changes() {
        let mut changed = original.clone();
        change(&mut changed);
        assert_ne!(changed.hash(), original.hash(), "{name} is not in T");
        assert_ne!(
            code::code_proof(&key, &changed.hash()),
            proof,
            "the code proof does not cover {name}"
        );
        names.push(name);
    }
    // The list contains every field.
    let all: Vec<_> = fields.as_object().unwrap().keys().collect();
    names.sort_unstable();
    assert_eq!(all, names);
}

/// Moving bytes from one field to the next changes T, since the lengths are included.
#[test]
fn moving_bytes_between_fields_changes_the_hash() {
    let mut moved = transcript();
    let last = moved.partner.pop().unwrap();
    moved.domain.insert(0, last);
    assert_ne!(moved.hash(), transcript().hash());
}

#[test]
fn t01_qr_freshness_is_ten_seconds_and_needs_the_key() {
    let (key, id) = ([1; 32], [2; 16]);
    let mac = link::qr_mac(&key, &id, 100);
    let check = |time, mac: &_, age| link::check_qr(&key, &id, time, mac, age);
    assert_eq!(check(100, &mac, 100), QrStatus::Fresh);
    assert_eq!(check(100, &mac, 109), QrStatus::Fresh);
    assert_eq!(check(100, &mac, 110), QrStatus::Stale);
    assert_eq!(check(100, &mac, 99), QrStatus::Stale);
    assert_eq!(check(101, &mac, 101), QrStatus::Forged);
    let mut other = mac;
    other[15] ^= 1;
    assert_eq!(check(100, &other, 100), QrStatus::Forged);
    assert_eq!(
        link::check_qr(&[3; 32], &id, 100, &mac, 100),
        QrStatus::Forged
    );
}

#[test]
fn t08_view_text_that_misleads_is_refused() {
    for (text, safe) in samples::texts() {
        let mut view = samples::view();
        view.purpose = text;
        let result = view::parse(&view.to_bytes());
        if safe {
            assert_eq!(result, Ok(view));
        } else {
            assert!(matches!(result, Err(ViewError::Text("purpose", _))));
        }
    }
    for (why, bytes) in samples::bad_views() {
        assert!(view::parse(&bytes).is_err(), "{why}");
    }
}

#[test]
fn an_offer_that_differs_from_its_view_is_refused() {
    let (offer, view) = samples::offer();
    assert_eq!(offer.open(), Ok(view));
    let changes: [fn(&mut ipse_protocol::wire::Offer); 6] = [
        |o| o.action = "act_EEEEEEEEEEEEEEEEEEEEEA".into(),
        |o| o.partner = "par_EEEEEEEEEEEEEEEEEEEEEA".into(),
        |o| o.domain = "shop.example.evil.example".into(),
        |o| o.level = ipse_protocol::terms::Level::Basic,
        |o| o.expires += 1,
        |o| o.flow = Flow::Link,
    ];
    for change in changes {
        let mut changed = offer.clone();
        change(&mut changed);
        assert!(changed.open().is_err());
    }
}

#[test]
fn a_device_request_with_other_members_or_claims_is_refused() {
    let key = SigningKey::generate_es256();
    let claims = RequestClaims::new(samples::APP, "GET", "/phone/v1/me", b"", samples::DEVICE, 1);
    let good = String::from_utf8(claims.to_bytes()).unwrap();
    let sign = |typ: &str, kid: &str, payload: &str| {
        ipse_jose::jws::sign_with_kid(&key, typ, kid, payload.as_bytes()).unwrap()
    };
    let typ = device_request::TYP;
    assert!(device_request::parse(&sign(typ, samples::DEVICE, &good)).is_ok());
    for (typ, kid, payload) in [
        ("JWT", samples::DEVICE, good.clone()),
        (typ, "dev_EEEEEEEEEEEEEEEEEEEEEA", good.clone()),
        (typ, samples::DEVICE, good.replace("\"seq\":1", "\"seq\":0")),
        (
            typ,
            samples::DEVICE,
            good.replace("\"seq\":1", "\"seq\":-1"),
        ),
        (
            typ,
            samples::DEVICE,
            good.replace("\"seq\":1", "\"seq\":1.0"),
        ),
        (
            typ,
            samples::DEVICE,
            good.replace("\"seq\":1", "\"seq\":18446744073709551615"),
        ),
        (
            typ,
            samples::DEVICE,
            good.replace("\"seq\":1", "\"seq\":1,\"seq\":1"),
        ),
        (
            typ,
            samples::DEVICE,
            good.replace("\"seq\":1", "\"seq\":1,\"t\":null,\"h\":null"),
        ),
        (
            typ,
            samples::DEVICE,
            good.replace("\"seq\":1", "\"seq\":1,\"iat\":1"),
        ),
        (typ, samples::DEVICE, good.replace(",\"seq\":1", "")),
    ] {
        let header = sign(typ, kid, &payload);
        assert!(device_request::parse(&header).is_err(), "{payload}");
    }
    let too_long = RequestClaims {
        htu: "x".repeat(4000),
        ..claims.clone()
    }
    .sign(&key)
    .unwrap();
    assert!(device_request::parse(&too_long).is_err());
    let other = SigningKey::generate_es256();
    let parsed = device_request::parse(&claims.sign(&key).unwrap()).unwrap();
    assert!(parsed.verify(&key.verifying_key()).is_ok());
    assert!(parsed.verify(&other.verifying_key()).is_err());
}

proptest! {
    #[test]
    fn arbitrary_input_does_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), words in ".{0,200}") {
        let _ = view::parse(&bytes);
        let _ = RequestClaims::parse(&bytes);
        let _ = ipse_protocol::receipt::Leaf::parse(&bytes);
        let _ = merkle::Frontier::from_bytes(&bytes);
        let _ = device_request::parse(&words);
        let _ = sim_statement::read(&words);
        let _ = text::check(&words);
        let _ = link::parse(samples::APP, &words);
        let _ = link::parse(samples::APP, &format!("{}/app/#{words}", samples::APP));
        let _ = code::check(&words, &code::Hints { phone_number: Some(&words), birth_date: Some(&words) });
        let _ = ipse_protocol::ids::valid("act", &words);
        let _ = ipse_protocol::bytes::B64u::decode(&words);
    }

    /// The phone reads a view that the scheme may send, and writes the same bytes.
    #[test]
    fn a_view_is_read_and_written_unchanged(title in ".{0,60}", value in ".{0,60}", expires in 0..u64::MAX) {
        let mut view = samples::view();
        view.title = title;
        view.attributes[0].value = value;
        view.expires = expires;
        if view.check().is_ok() {
            let bytes = view.to_bytes();
            prop_assert_eq!(view::parse(&bytes).unwrap(), view);
        }
    }

    #[test]
    fn claims_are_read_and_written_unchanged(htu in "/[ -~]{0,80}", body in any::<Vec<u8>>(), seq in 1..i64::MAX as u64) {
        let claims = RequestClaims::new(samples::APP, "POST", &htu, &body, samples::DEVICE, seq)
            .with_decision([1; 32], [2; 32]);
        prop_assert_eq!(RequestClaims::parse(&claims.to_bytes()).unwrap(), claims.clone());
        prop_assert!(claims.check(samples::APP, "POST", &htu, &body).is_ok());
        prop_assert!(claims.check(samples::APP, "GET", &htu, &body).is_err());
        prop_assert!(claims.check(samples::APP, "POST", &htu, &[&body[..], b"x"].concat()).is_err());
    }

    #[test]
    fn an_inclusion_proof_holds_for_its_leaf_only(size in 1usize..70, pick in any::<usize>(), flip in any::<u8>()) {
        let leaves: Vec<_> = (0..size).map(|i| merkle::leaf_hash(&i.to_be_bytes())).collect();
        let root = merkle::root(&leaves);
        let mut frontier = merkle::Frontier::default();
        for leaf in &leaves {
            frontier.push(*leaf);
        }
        prop_assert_eq!(frontier.root(), root);
        prop_assert_eq!(merkle::Frontier::from_bytes(&frontier.to_bytes()), Some(frontier));
        let at = pick % size;
        let proof = merkle::inclusion_proof(&leaves, at).unwrap();
        let verify = |leaf: &_, at: usize, proof: &[_]| merkle::verify_inclusion(leaf, at as u64, size as u64, proof, &root);
        prop_assert!(verify(&leaves[at], at, &proof));
        prop_assert!(!verify(&merkle::leaf_hash(b"other"), at, &proof));
        prop_assert!(size == 1 || !verify(&leaves[at], (at + 1) % size, &proof));
        prop_assert!(!verify(&leaves[at], at, &[&proof[..], &[[0; 32]]].concat()));
        if let Some(i) = (!proof.is_empty()).then(|| flip as usize % proof.len()) {
            let mut bad = proof.clone();
            bad[i][0] ^= 1;
            prop_assert!(!verify(&leaves[at], at, &bad));
            prop_assert!(!verify(&leaves[at], at, &proof[1..]));
        }
    }

    #[test]
    fn a_consistency_proof_holds_for_a_longer_log(size in 1usize..70, pick in any::<usize>()) {
        let leaves: Vec<_> = (0..size).map(|i| merkle::leaf_hash(&i.to_be_bytes())).collect();
        let old = pick % size + 1;
        let (before, after) = (merkle::root(&leaves[..old]), merkle::root(&leaves));
        let proof = merkle::consistency_proof(&leaves, old).unwrap();
        let verify = |before: &_, after: &_| merkle::verify_consistency(old as u64, size as u64, before, after, &proof);
        prop_assert!(verify(&before, &after));
        let mut changed = leaves.clone();
        changed[0] = merkle::leaf_hash(b"other");
        prop_assert!(!verify(&merkle::root(&changed[..old]), &after));
        prop_assert!(!verify(&before, &merkle::root(&changed)));
    }
}
