//! Which statements and events the scheme accepts.

use ipse_jose::{JwkSet, SigningKey, jws};
use ipse_protocol::bytes::Fixed;
use ipse_sim::event::{self, Event, Kind, Subject};
use ipse_sim::statement::{self, Claims, Expect, Line, Method, Readiness, Refusal};
use ipse_sim::{Keys, signed::KeyProblem};

const OPERATOR: &str = "https://leie.example";
const SCHEME: &str = "https://ipse.example";
const NOW: i64 = 1_800_000_000;
const NONCE: [u8; 32] = [3; 32];

fn keys(key: &SigningKey) -> Keys {
    Keys::new(&JwkSet {
        keys: vec![key.public_jwk()],
    })
    .expect("keys")
}

fn claims() -> Claims {
    Claims {
        iss: OPERATOR.into(),
        aud: SCHEME.into(),
        sub: "handle".into(),
        jti: "1".into(),
        iat: NOW,
        exp: NOW + 60,
        nonce_hash: Fixed(NONCE),
        method: Method::Silent,
        changed_at: NOW - 1000,
        readiness: Readiness::Ready,
        line: Line::Active,
        kvn: 1,
        ctr: 7,
    }
}

fn expect() -> Expect<'static> {
    Expect {
        issuer: OPERATOR,
        audience: SCHEME,
        handle: "handle",
        nonce_hash: &NONCE,
        method_min: Method::Silent,
        changed_at: Some(NOW - 1000),
        now: NOW,
    }
}

fn verify(change: impl FnOnce(&mut Claims)) -> Result<Claims, Refusal> {
    let key = SigningKey::generate_es256();
    let mut claims = claims();
    change(&mut claims);
    statement::verify(
        &statement::sign(&claims, &key).expect("sign"),
        &keys(&key),
        &expect(),
    )
}

#[test]
fn a_valid_statement_is_accepted() {
    assert_eq!(verify(|_| {}), Ok(claims()));
    // Holder is stronger than silent.
    assert!(verify(|c| c.method = Method::Holder).is_ok());
    // The clocks may differ.
    assert!(verify(|c| (c.iat, c.exp) = (NOW + 20, NOW + 80)).is_ok());
    assert!(verify(|c| (c.iat, c.exp) = (NOW - 80, NOW - 20)).is_ok());
}

#[test]
fn a_wrong_claim_is_refused() {
    assert_eq!(verify(|c| c.iss = SCHEME.into()), Err(Refusal::Issuer));
    assert_eq!(verify(|c| c.aud = OPERATOR.into()), Err(Refusal::Audience));
    assert_eq!(verify(|c| c.exp = NOW + 61), Err(Refusal::Time));
    assert_eq!(verify(|c| c.exp = NOW - 1), Err(Refusal::Time));
    assert_eq!(
        verify(|c| (c.iat, c.exp) = (NOW - 100, NOW - 40)),
        Err(Refusal::Time)
    );
    assert_eq!(
        verify(|c| (c.iat, c.exp) = (NOW + 31, NOW + 60)),
        Err(Refusal::Time)
    );
    assert_eq!(
        verify(|c| (c.iat, c.exp) = (i64::MIN, i64::MAX)),
        Err(Refusal::Time)
    );
    assert_eq!(
        verify(|c| c.nonce_hash = Fixed([4; 32])),
        Err(Refusal::Nonce)
    );
    assert_eq!(
        verify(|c| c.readiness = Readiness::Provisioning),
        Err(Refusal::NotReady)
    );
    let key = SigningKey::generate_es256();
    let text = statement::sign(&claims(), &key).expect("sign");
    let holder = Expect {
        method_min: Method::Holder,
        ..expect()
    };
    assert_eq!(
        statement::verify(&text, &keys(&key), &holder),
        Err(Refusal::Method)
    );
    let binding = Expect {
        changed_at: None,
        ..expect()
    };
    assert!(statement::verify(&text, &keys(&key), &binding).is_ok());
}

/// Row 7 of the threat model: a swapped, moved or barred SIM is refused, even if everything else is right.
#[test]
fn t07_a_changed_sim_is_refused() {
    for (result, refusal) in [
        (verify(|c| c.sub = "another".into()), Refusal::Handle),
        (verify(|c| c.changed_at = NOW), Refusal::Changed),
        (
            verify(|c| c.line = Line::BarredLost),
            Refusal::LineNotActive,
        ),
        (
            verify(|c| c.line = Line::PortPending),
            Refusal::LineNotActive,
        ),
        (verify(|c| c.line = Line::Ported), Refusal::LineNotActive),
    ] {
        assert_eq!(result, Err(refusal));
        assert_eq!(refusal.code(), "sim_mismatch");
    }
}

#[test]
fn a_wrong_key_signature_type_or_form_is_refused() {
    let (key, other) = (SigningKey::generate_es256(), SigningKey::generate_es256());
    let pinned = keys(&key);
    let open = |text: &str| statement::verify(text, &pinned, &expect());
    let good = statement::sign(&claims(), &key).expect("sign");
    assert_eq!(
        open(&statement::sign(&claims(), &other).expect("sign")),
        Err(Refusal::UnknownKey)
    );
    let json = serde_json::to_vec(&claims()).expect("json");
    // The right key id with another key.
    assert_eq!(
        open(&jws::sign_with_kid(&other, statement::TYP, key.kid(), &json).expect("sign")),
        Err(Refusal::Signature)
    );
    // An event is not a statement.
    assert_eq!(
        open(&jws::sign(&key, event::TYP, &json).expect("sign")),
        Err(Refusal::Signature)
    );
    for text in [
        "",
        "a.b.c",
        &good[..good.len() - 4],
        &good.replace('.', ".."),
        &"A".repeat(5000),
    ] {
        let refusal = open(text).expect_err("refused");
        assert!(
            matches!(refusal, Refusal::Malformed | Refusal::Signature),
            "{text}"
        );
        assert_eq!(refusal.code(), "sim_unavailable");
    }
    let text = String::from_utf8(json).expect("utf-8");
    for bent in [
        text.replacen('{', r#"{"loa":"high","#, 1),
        text.replacen('{', r#"{"iss":"x","#, 1),
        text.replace(r#""ctr":7"#, r#""ctr":-1"#),
        text.replace("silent", "none"),
    ] {
        assert_eq!(
            open(&jws::sign(&key, statement::TYP, bent.as_bytes()).expect("sign")),
            Err(Refusal::Malformed)
        );
    }
    assert!(matches!(
        Keys::new(&JwkSet::default()),
        Err(KeyProblem::Empty)
    ));
}

fn event() -> Event {
    Event {
        id: "1".into(),
        source: OPERATOR.into(),
        kind: Kind::Swapped,
        time: "2027-01-15T08:00:00Z".into(),
        sequence: 1,
        iat: NOW,
        subject: Some(Subject {
            handle: "handle".into(),
            changed_at: NOW,
        }),
    }
}

fn verify_event(change: impl FnOnce(&mut Event)) -> Result<Event, event::Refusal> {
    let key = SigningKey::generate_es256();
    let mut event = event();
    change(&mut event);
    event::verify(&event.sign(&key).expect("sign"), &keys(&key), OPERATOR, NOW)
}

#[test]
fn a_wrong_member_of_an_event_is_refused() {
    use event::Refusal;
    assert_eq!(verify_event(|_| {}), Ok(event()));
    assert!(verify_event(|e| (e.kind, e.subject) = (Kind::Heartbeat, None)).is_ok());
    assert_eq!(
        verify_event(|e| e.source = "https://dijle.example".into()),
        Err(Refusal::Source)
    );
    assert_eq!(verify_event(|e| e.iat = NOW - 301), Err(Refusal::Age));
    assert_eq!(verify_event(|e| e.iat = NOW + 31), Err(Refusal::Age));
    assert_eq!(verify_event(|e| e.sequence = 0), Err(Refusal::Malformed));
    assert_eq!(verify_event(|e| e.subject = None), Err(Refusal::Malformed));
    assert_eq!(
        verify_event(|e| e.kind = Kind::Heartbeat),
        Err(Refusal::Malformed)
    );
    let key = SigningKey::generate_es256();
    let json = |version: &str, kind: &str| {
        format!(
            r#"{{"specversion":"{version}","id":"1","source":"{OPERATOR}","type":"eu.ipse.sim.{kind}","time":"2027-01-15T08:00:00Z","sequence":1,"iat":{NOW},"data":{{"handle":"handle","changedAt":{NOW}}}}}"#
        )
    };
    for (typ, json, result) in [
        (event::TYP, json("1.0", "swapped"), Ok(event())),
        (event::TYP, json("0.3", "swapped"), Err(Refusal::Malformed)),
        (event::TYP, json("1.0", "sold"), Err(Refusal::Malformed)),
        (
            statement::TYP,
            json("1.0", "swapped"),
            Err(Refusal::Signature),
        ),
    ] {
        let text = jws::sign(&key, typ, json.as_bytes()).expect("sign");
        assert_eq!(event::verify(&text, &keys(&key), OPERATOR, NOW), result);
    }
}
