//! The examples in `vectors/*.json`, which the phone app also reproduces.
//!
//! `IPSE_WRITE_VECTORS=1 cargo nextest run -p ipse-protocol --test vectors` writes them. Otherwise each file must be equal to
//! the output of this code.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test ends at a panic"
)]

mod samples;

use ipse_jose::{Alg, SigningKey, b64};
use ipse_protocol::bytes::B64u;
use ipse_protocol::code::{self, Hints};
use ipse_protocol::device_request::{self, RequestClaims};
use ipse_protocol::link::{self, Link};
use ipse_protocol::receipt::{self, Evidence, Leaf, LeafKind};
use ipse_protocol::terms::{Decision, Factor};
use ipse_protocol::transcript::{Transcript, attributes_hash};
use ipse_protocol::{merkle, sha256, sim_statement, text, view};
use serde_json::{Value, json};

fn path(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("vectors")
        .join(name)
}

fn writing() -> bool {
    std::env::var_os("IPSE_WRITE_VECTORS").is_some()
}

fn stored(name: &str) -> Value {
    let bytes = std::fs::read(path(name)).expect("IPSE_WRITE_VECTORS=1 writes the vectors");
    serde_json::from_slice(&bytes).unwrap()
}

fn compare_or_write(name: &str, made: &Value) {
    if writing() {
        let mut text = serde_json::to_string_pretty(made).unwrap();
        text.push('\n');
        std::fs::write(path(name), text).unwrap();
    } else {
        assert_eq!(&stored(name), made, "{name}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn the_view_vectors_agree() {
    let views = [
        samples::view(),
        samples::plain_view(),
        samples::rich_view(),
        samples::missing_view(),
    ];
    let good: Vec<Value> = views
        .iter()
        .map(|v| {
            let bytes = v.to_bytes();
            assert_eq!(view::parse(&bytes).as_ref(), Ok(v));
            json!({
                "view": b64::encode(&bytes),
                "view_hash": b64::encode(&view::hash(&bytes)),
                "attributes_hash": b64::encode(&attributes_hash(v)),
            })
        })
        .collect();
    let bad: Vec<Value> = samples::bad_views()
        .into_iter()
        .map(|(why, bytes)| {
            let error = view::parse(&bytes).expect_err(why);
            assert!(
                !error.is_newer() || why == "other version",
                "{why}: {error}"
            );
            json!({ "why": why, "view": b64::encode(&bytes) })
        })
        .collect();
    let newer: Vec<Value> = samples::newer_views()
        .into_iter()
        .map(|(why, bytes)| {
            assert!(view::parse(&bytes).expect_err(why).is_newer(), "{why}");
            json!({ "why": why, "view": b64::encode(&bytes) })
        })
        .collect();
    let texts: Vec<Value> = samples::texts()
        .into_iter()
        .map(|(text, ok)| {
            assert_eq!(text::check(&text).is_ok(), ok, "{}", text.escape_unicode());
            json!({ "text": text, "safe": ok })
        })
        .collect();
    compare_or_write(
        "view_hash.json",
        &json!({
            "about": "Views as bytes (base64url): hashed as they arrived; `refused` must not parse; `newer` must not either, and the phone says that it is too old; `texts` by the rule of section 5.",
            "views": good, "refused": bad, "newer": newer, "texts": texts,
        }),
    );
}

fn transcripts() -> Vec<(&'static str, Transcript)> {
    let (offer, view) = samples::offer();
    let device = samples::DEVICE;
    let make = |sequence, sim: Option<&str>, factor, decision| {
        offer.transcript(
            &view,
            samples::ISSUER,
            device,
            sequence,
            sim,
            factor,
            decision,
            &[],
        )
    };
    let mut documents = make(44, Some("e30.e30.AA"), Factor::Code, Decision::Approve);
    documents.documents = vec![sha256(b"first document"), sha256(b"second document")];
    vec![
        (
            "approved with the code",
            make(41, Some("e30.e30.AA"), Factor::Code, Decision::Approve),
        ),
        (
            "approved with a fingerprint, no SIM",
            make(42, None, Factor::Biometric, Decision::Approve),
        ),
        ("refused", make(43, None, Factor::None, Decision::Refuse)),
        ("two documents", documents),
    ]
}

/// Nothing of what is missing is shown or approved.
#[test]
fn what_is_missing_is_not_among_the_shown_claims() {
    let (view, missing) = (samples::plain_view(), samples::missing_view());
    assert_eq!(
        missing.missing_claims().collect::<Vec<_>>(),
        ["email", "email_verified"]
    );
    assert!(missing.shown_claims().all(|(claim, _)| claim != "email"));
    let without = view::View {
        fields: Vec::new(),
        ..missing.clone()
    };
    assert_eq!(attributes_hash(&missing), attributes_hash(&without));
    assert_eq!(view.missing_claims().count(), 0);
}

/// An approval with choices, as of [`samples::rich_offer`].
fn chosen_transcript() -> Transcript {
    let (offer, view) = samples::rich_offer();
    let chosen = samples::chosen();
    assert!(view.accepts(&chosen) && view.accepts(&view.defaults()));
    assert!(!view.accepts(&[]) && !view.accepts(&chosen[..1]));
    offer.transcript(
        &view,
        samples::ISSUER,
        samples::DEVICE,
        45,
        None,
        Factor::Code,
        Decision::Approve,
        &chosen,
    )
}

#[test]
fn the_transcript_vectors_agree() {
    let (offer, _) = samples::offer();
    let cases: Vec<Value> = transcripts()
        .into_iter()
        .map(|(name, t)| {
            let again: Transcript =
                serde_json::from_value(serde_json::to_value(&t).unwrap()).unwrap();
            assert_eq!(again, t);
            json!({
                "name": name, "fields": t, "bytes": b64::encode(&t.to_bytes()), "t": b64::encode(&t.hash()),
                "unlock_challenge": b64::encode(&Transcript::biometric_challenge(&t.hash())),
            })
        })
        .collect();
    compare_or_write(
        "transcript.json",
        &json!({
            "about": "`fields` by their labels (byte strings base64url), `bytes` as they are hashed, `t` = T. The first three are decisions on `offer`, by device and issuer of their fields, SIM statement `sim_statement` where the hash is not empty.",
            "sim_statement": "e30.e30.AA", "offer": offer, "cases": cases,
            "chosen": {
                "about": "An approval of `offer` with `choices`.",
                "offer": samples::rich_offer().0, "choices": samples::chosen(), "fields": chosen_transcript(),
                "t": b64::encode(&chosen_transcript().hash()),
            },
        }),
    );
}

#[test]
fn the_code_proof_vectors_agree() {
    let ke3: Vec<u8> = (0..64).collect();
    let cases: Vec<Value> = transcripts()
        .into_iter()
        .take(2)
        .enumerate()
        .map(|(at, (_, t))| {
            let session_key = [at as u8 + 0x5a; 64];
            let proof = code::code_proof(&session_key, &t.hash());
            json!({
                "session_key": b64::encode(&session_key), "t": b64::encode(&t.hash()),
                "code_proof": b64::encode(&proof), "ke3": b64::encode(&ke3),
                "proof_hash": b64::encode(&code::proof_hash(&ke3, &proof)),
            })
        })
        .collect();
    compare_or_write(
        "code_proof.json",
        &json!({
            "about": "code_proof = HMAC-SHA256(session_key, \"ipse/code-proof/1\" || T); proof_hash = SHA256(KE3 || code_proof). `unlock`: SHA256(authenticator_data || client_data || signature). `none`: SHA256(\"\").",
            "cases": cases,
            "unlock": {
                "authenticator_data": b64::encode(&[7; 37]), "client_data": b64::encode(b"{}"), "signature": b64::encode(&[9; 70]),
                "proof_hash": b64::encode(&code::biometric_proof_hash(&[7; 37], b"{}", &[9; 70])),
            },
            "none": b64::encode(&code::no_proof_hash()),
        }),
    );
}

#[test]
fn the_code_rule_vectors_agree() {
    let hints = Hints {
        phone_number: Some("+32470000158"),
        birth_date: Some("1971-01-01"),
    };
    let codes = [
        "58204",
        "10293",
        "00000",
        "99999",
        "01234",
        "12345",
        "56789",
        "67890",
        "78901",
        "89012",
        "90123",
        "98765",
        "43210",
        "32109",
        "10987",
        "09876",
        "12321",
        "12121",
        "50505",
        "45654",
        "00158",
        "00159",
        "19710",
        "71971",
        "11971",
        "19719",
        "97119",
        "1234",
        "123456",
        "",
        "1234a",
        "１２３４５",
        " 1234",
        "+1234",
        "1197",
        "13579",
        "24680",
        "11223",
    ];
    let cases: Vec<Value> = codes
        .iter()
        .map(|c| json!({ "code": c, "problem": code::check(c, &hints).err().map(|p| p.as_str()) }))
        .collect();
    compare_or_write(
        "code.json",
        &json!({
            "about": "Which codes are refused, and why, for this phone number and birth date; null: accepted.",
            "phone_number": hints.phone_number, "birth_date": hints.birth_date, "cases": cases,
        }),
    );
}

#[test]
fn the_device_request_vectors_agree() {
    const NAME: &str = "device_request.json";
    let key = if writing() && !path(NAME).exists() {
        SigningKey::generate_es256()
    } else {
        SigningKey::from_jwk(&stored(NAME)["private_jwk"]).unwrap()
    };
    let body = br#"{"phone_number":"+32470000001"}"#;
    let thumbprint = b64::encode(&key.verifying_key().thumbprint());
    let t = transcripts()[0].1.hash();
    let requests = [
        (
            "first request, before there is a device id",
            "POST",
            "/phone/v1/enrolments",
            &body[..],
            &*thumbprint,
            1,
            None,
        ),
        (
            "no body",
            "GET",
            "/phone/v1/actions?limit=5",
            &b""[..],
            samples::DEVICE,
            2,
            None,
        ),
        (
            "approval",
            "POST",
            "/phone/v1/actions/act_AAAAAAAAAAAAAAAAAAAAAA/approve",
            &b"{}"[..],
            samples::DEVICE,
            9_007_199_254_740_991,
            Some((t, code::no_proof_hash())),
        ),
    ];
    let cases: Vec<Value> = requests
        .into_iter()
        .enumerate()
        .map(|(at, (name, htm, htu, body, dev, seq, decision))| {
            let mut claims = RequestClaims::new(samples::APP, htm, htu, body, dev, seq);
            if let Some((t, h)) = decision {
                claims = claims.with_decision(t, h);
            }
            let jws = if writing() {
                claims.sign(&key).unwrap()
            } else {
                stored(NAME)["cases"][at]["jws"].as_str().unwrap().to_owned()
            };
            let parsed = device_request::parse(&jws).unwrap();
            parsed.verify(&key.verifying_key()).unwrap();
            parsed.claims.check(samples::APP, htm, htu, body).unwrap();
            assert_eq!(parsed.claims, claims);
            let signing_input = jws.rsplit_once('.').unwrap().0;
            json!({
                "name": name, "method": htm, "path": htu, "body": b64::encode(body), "device": dev, "sequence": seq,
                "t": decision.map(|d| b64::encode(&d.0)), "h": decision.map(|d| b64::encode(&d.1)),
                "payload": String::from_utf8(claims.to_bytes()).unwrap(),
                "payload_hash": b64::encode(&parsed.hash), "signing_input": signing_input, "jws": jws,
            })
        })
        .collect();
    compare_or_write(
        NAME,
        &json!({
            "about": "Header `Ipse-Device` (section 2). ECDSA signatures differ each time: verify `jws`, compare `signing_input`. The key is for tests only.",
            "audience": samples::APP, "private_jwk": key.to_private_jwk().unwrap(), "thumbprint": thumbprint, "cases": cases,
        }),
    );
    assert_eq!(key.alg(), Alg::Es256);
}

#[test]
fn the_link_vectors_agree() {
    let key = [0x11; 32];
    let id = [0x22; 16];
    let accepted: Vec<Value> = [0, 1, 59, 4_294_967_296]
        .into_iter()
        .map(|time| Link::Qr {
            link: id,
            time,
            mac: link::qr_mac(&key, &id, time),
        })
        .chain([
            Link::App {
                link: id,
                secret: vec![0x33; 16],
            },
            Link::App {
                link: id,
                secret: vec![0x33; 32],
            },
        ])
        .map(|l| {
            let text = l.format(samples::APP);
            assert_eq!(link::parse(samples::APP, &text).as_ref(), Ok(&l));
            json!({ "text": text, "flow": if matches!(l, Link::Qr { .. }) { "qr" } else { "app" } })
        })
        .collect();
    let (l, m) = (b64::encode(&id), b64::encode(&link::qr_mac(&key, &id, 1)));
    let app = samples::APP;
    let refused = [
        String::new(),
        format!("{app}/app/"),
        format!("{app}/app/#q.{l}.1"),
        format!("{app}/app/#q.{l}.01.{m}"),
        format!("{app}/app/#q.{l}.-1.{m}"),
        format!("{app}/app/#q.{l}.1.{m}.x"),
        format!("{app}/app/#q.{l}.1.{m}="),
        format!("{app}/app/#q.{l}.11111111111.{m}"),
        format!("{app}/app/#x.{l}.{m}"),
        format!("{app}/app/#a.{l}.AAAA"),
        format!("{app}/app/#a.{l}"),
        format!("{app}/app/#a.{l}A.{m}"),
        format!("{app}/app?#a.{l}.{m}"),
        format!("{app}.evil.example/app/#a.{l}.{m}"),
        format!("{app}@evil.example/app/#a.{l}.{m}"),
        format!("http://evil.example/app/#a.{l}.{m}"),
        format!("javascript:alert(1)//{app}/app/#a.{l}.{m}"),
    ];
    for text in &refused {
        assert!(link::parse(app, text).is_err(), "{text}");
    }
    compare_or_write(
        "link.json",
        &json!({
            "about": "Link texts of the app at `app`. `qr_mac` is for the scheme: HMAC-SHA256(link_key, \"ipse/qr/1\" || link || u64be(time)), first 16 bytes.",
            "app": app, "accepted": accepted, "refused": refused,
            "qr_mac": { "link_key": b64::encode(&key), "link": l, "time": 1, "mac": m },
        }),
    );
}

#[test]
fn the_receipt_vectors_agree() {
    let salt = [0x44; 32];
    let (offer, _) = samples::offer();
    let evidence = Evidence {
        view: Some(B64u(offer.view.0.clone())),
        transcript: Some(transcripts()[0].1.clone()),
        device_jws: Some("e30.e30.AA".into()),
        sim_statement: Some("e30.e30.AA".into()),
        decision: Some(Decision::Approve),
        factor: Some(Factor::Code),
        choices: Vec::new(),
        time: 1_800_000_000_000,
    }
    .to_bytes();
    let (disclosure_salt, disclosure) = ([0x45; 32], b"{\"confirmed\":\"12.50 EUR\"}");
    let leaf = Leaf {
        kind: LeafKind::Approval,
        time: 1_800_000_000_000,
        subject: receipt::subject(&salt, samples::IDENTITY),
        commitment: receipt::commitment(&salt, &sha256(&evidence)),
        disclosure: Some(receipt::commitment(&disclosure_salt, &sha256(disclosure))),
    };
    assert_eq!(Leaf::parse(&leaf.to_bytes()), Some(leaf.clone()));
    let later = String::from_utf8(leaf.to_bytes()).unwrap();
    let later = later.replace("\"version\":2", "\"version\":3");
    assert_eq!(Leaf::parse(later.as_bytes()), None);
    assert!(Leaf::is_newer(later.as_bytes()) && !Leaf::is_newer(&leaf.to_bytes()));
    let trees: Vec<Value> = [1usize, 2, 3, 5, 8, 11]
        .into_iter()
        .map(|size| {
            let leaves: Vec<_> = (0..size)
                .map(|i| merkle::leaf_hash(format!("leaf {i}").as_bytes()))
                .collect();
            let root = merkle::root(&leaves);
            let proofs: Vec<Value> = (0..size)
                .map(|i| {
                    let proof = merkle::inclusion_proof(&leaves, i).unwrap();
                    assert!(merkle::verify_inclusion(
                        &leaves[i],
                        i as u64,
                        size as u64,
                        &proof,
                        &root
                    ));
                    json!(proof.iter().map(|h| b64::encode(h)).collect::<Vec<_>>())
                })
                .collect();
            let growth: Vec<Value> = (1..=size)
                .map(|old| {
                    let before = merkle::root(&leaves[..old]);
                    let proof = merkle::consistency_proof(&leaves, old).unwrap();
                    let (old, size) = (old as u64, size as u64);
                    assert!(merkle::verify_consistency(
                        old, size, &before, &root, &proof
                    ));
                    let proof: Vec<_> = proof.iter().map(|h| b64::encode(h)).collect();
                    json!({ "size": old, "root": b64::encode(&before), "proof": proof })
                })
                .collect();
            json!({ "size": size, "root": b64::encode(&root), "proofs": proofs, "growth": growth })
        })
        .collect();
    let sim = sim_statement::nonce_hash(&offer.action, &offer.nonce.0, &offer.view_hash());
    compare_or_write(
        "receipt.json",
        &json!({
            "about": "Leaf, commitment and subject (section 7); trees whose leaf i is the ASCII text `leaf i`, with the inclusion proof of each, and with the proof that each shorter tree grew into it; the SIM nonce hash (section 6).",
            "identity": samples::IDENTITY, "salt": b64::encode(&salt), "evidence": b64::encode(&evidence),
            "disclosure_salt": b64::encode(&disclosure_salt), "disclosure": b64::encode(disclosure),
            "leaf": b64::encode(&leaf.to_bytes()), "leaf_hash": b64::encode(&merkle::leaf_hash(&leaf.to_bytes())),
            "trees": trees,
            "sim_nonce_hash": { "id": offer.action, "nonce": offer.nonce, "view_hash": b64::encode(&offer.view_hash()), "nonce_hash": b64::encode(&sim) },
        }),
    );
}

/// `receipt_v1.json` never changes: receipts of version 1 stay verifiable.
#[test]
fn a_receipt_of_version_1_still_parses() {
    let old = stored("receipt_v1.json");
    let bytes = |member: &str| b64::decode(old["receipt"][member].as_str().unwrap()).unwrap();
    let leaf = Leaf::parse(&bytes("leaf")).unwrap();
    assert_eq!((leaf.disclosure, leaf.to_bytes()), (None, bytes("leaf")));
    let evidence: Evidence = serde_json::from_slice(&bytes("evidence")).unwrap();
    assert_eq!(evidence.to_bytes(), bytes("evidence"));
    let transcript = evidence.transcript.unwrap();
    assert_eq!(transcript.choices_hash, None);
    let shown = view::parse_shown(&evidence.view.clone().unwrap().0).unwrap();
    let view::Shown::V1(shown) = shown else {
        panic!("not of version 1")
    };
    assert_eq!(shown.warnings.len(), 1);
    assert!(
        view::parse(&evidence.view.unwrap().0)
            .unwrap_err()
            .is_newer()
    );
}

/// RFC 9162 has no vectors. These are the widely used ones of the reference tree of RFC 6962.
#[test]
fn the_roots_of_the_reference_tree_agree() {
    let inputs: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let leaves: Vec<_> = inputs.iter().map(|i| merkle::leaf_hash(i)).collect();
    let roots = [
        (
            1,
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        ),
        (
            2,
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        ),
        (
            3,
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        ),
        (
            8,
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ),
    ];
    for (size, root) in roots {
        assert_eq!(hex(&merkle::root(&leaves[..size])), root);
    }
}
