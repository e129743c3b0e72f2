use ipse_jose::SigningKey;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_800_000_000;
const URL: &str = "https://ipse.example/token";

fn nonces(now: i64) -> Nonces {
    Nonces::at(now, |period| format!("nonce-{period}"))
}

/// The claims of a good proof.
fn claims() -> Value {
    json!({"htm": "POST", "htu": URL, "jti": "j1", "iat": NOW, "nonce": nonces(NOW).current(), "more": [1]})
}

fn read(text: &str) -> Result<Proof, OAuthError> {
    let nonces = nonces(NOW);
    let context = Context {
        method: "POST",
        url: URL,
        now: NOW,
        nonces: &nonces,
    };
    Proof::verify(text, &context)
}

fn signed(key: &SigningKey, claims: &Value) -> Result<Proof, OAuthError> {
    read(&jws::sign_with_key(key, TYPE, claims.to_string().as_bytes()).unwrap())
}

/// The answer to a proof with one claim changed; `null` removes it.
fn with(name: &str, value: Value) -> Result<Proof, OAuthError> {
    let mut claims = claims();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    signed(&SigningKey::generate_es256(), &claims)
}

fn refused(result: Result<Proof, OAuthError>) -> bool {
    matches!(result, Err(error) if error.code == OAuthErrorCode::InvalidDpopProof)
}

#[test]
fn a_good_proof_names_its_key_and_how_long_it_must_be_remembered() {
    for key in [SigningKey::generate_es256(), SigningKey::generate_ps256()] {
        let proof = signed(&key, &claims()).unwrap();
        assert_eq!(proof.jkt, key.kid());
        assert_eq!(proof.jti, "j1");
        let left = proof.until - NOW;
        assert!(
            (NONCE_SECONDS..=2 * NONCE_SECONDS).contains(&left),
            "{left}"
        );
    }
    let key = SigningKey::generate_es256();
    let text = sign_proof(
        &key,
        ("POST", URL),
        &[7; 16],
        NOW,
        Some(nonces(NOW).current()),
        Some("token"),
    );
    let proof = read(&text.unwrap()).unwrap();
    assert_eq!(proof.check_token("token"), Ok(()));
}

#[test]
fn t23_a_proof_is_a_dpop_jwt_that_its_own_public_key_signs() {
    let (es, rs) = (SigningKey::generate_es256(), SigningKey::generate_rs256());
    let payload = claims().to_string();
    let with_header = |header: Value| {
        let text = format!(
            "{}.{}",
            b64::encode(header.to_string().as_bytes()),
            b64::encode(payload.as_bytes())
        );
        let signature = es.sign(text.as_bytes()).unwrap();
        read(&format!("{text}.{}", b64::encode(&signature)))
    };
    let jwk = es.public_jwk().bare().to_value();
    assert!(with_header(json!({"typ": TYPE, "alg": "ES256", "jwk": jwk, "x": 1})).is_ok());
    let mut off_curve = jwk.clone();
    off_curve["y"] = off_curve["x"].clone();
    let other = SigningKey::generate_es256().public_jwk().to_value();
    for header in [
        json!({"alg": "ES256", "jwk": jwk}),
        json!({"typ": "JWT", "alg": "ES256", "jwk": jwk}),
        json!({"typ": "dpop+jwt+", "alg": "ES256", "jwk": jwk}),
        json!({"typ": TYPE, "alg": "none", "jwk": jwk}),
        json!({"typ": TYPE, "alg": "HS256", "jwk": {"kty": "oct", "k": "AAAA"}}),
        json!({"typ": TYPE, "alg": "PS256", "jwk": jwk}),
        json!({"typ": TYPE, "jwk": jwk}),
        json!({"typ": TYPE, "alg": "ES256"}),
        json!({"typ": TYPE, "alg": "ES256", "kid": es.kid()}),
        json!({"typ": TYPE, "alg": "ES256", "jwk": off_curve}),
        json!({"typ": TYPE, "alg": "ES256", "jwk": other}),
        json!({"typ": TYPE, "alg": "ES256", "jwk": es.to_private_jwk().unwrap()}),
        json!({"typ": TYPE, "alg": "ES256", "jwk": jwk, "crit": ["x"]}),
    ] {
        assert!(refused(with_header(header.clone())), "{header}");
    }
    assert!(refused(signed(&rs, &claims())), "RS256");
    let good = jws::sign_with_key(&es, TYPE, payload.as_bytes()).unwrap();
    let parts: Vec<&str> = good.split('.').collect();
    for text in [
        "",
        "..",
        &format!("{}.{}", parts[0], parts[1]),
        &format!("{}.{}.", parts[0], parts[1]),
        &format!("{good}, {good}"),
        &good.replacen('.', "..", 1),
    ] {
        assert!(refused(read(text)), "{text}");
    }
    let twice = format!(r#"{{"htm":"GET",{}"#, &payload[1..]);
    let twice = jws::sign_with_key(&es, TYPE, twice.as_bytes()).unwrap();
    assert!(refused(read(&twice)));
}

#[test]
fn t24_a_long_proof_is_refused_before_it_is_read() {
    let error = read(&"a".repeat(MAX_PROOF + 1)).unwrap_err();
    assert!(error.description.contains("4096"));
}

#[test]
fn t23_claims_are_required_and_have_their_types() {
    for (name, wrong) in [
        ("htm", json!(["POST"])),
        ("htu", json!(7)),
        ("jti", json!("")),
        ("jti", json!("j".repeat(256))),
        ("iat", json!("1800000000")),
        ("iat", json!(-1)),
        ("nonce", json!(7)),
        ("ath", json!(7)),
    ] {
        assert!(refused(with(name, wrong)), "{name}");
    }
    for name in ["htm", "htu", "jti", "iat"] {
        assert!(refused(with(name, Value::Null)), "{name}");
    }
    assert!(with("iat", json!(1_800_000_000.5)).is_ok());
}

#[test]
fn t12_a_proof_is_for_one_method_and_one_address() {
    assert!(refused(with("htm", json!("GET"))));
    assert!(refused(with("htm", json!("post"))));
    for same in [
        "HTTPS://IPSE.EXAMPLE/token",
        "https://ipse.example:443/token",
        "https://ipse.example/token?a=b#c",
        "https://ipse.example/x/../%74oken",
        "https://ipse.example/%2e/token",
    ] {
        assert!(with("htu", json!(same)).is_ok(), "{same}");
    }
    for other in [
        "http://ipse.example/token",
        "https://ipse.example/token/",
        "https://ipse.example/Token",
        "https://ipse.example/userinfo",
        "https://ipse.example:444/token",
        "https://ipse.example.evil.example/token",
        "https://evil.example@ipse.example/token",
        "https:ipse.example/token",
        "https:///ipse.example/token",
        "https:\\\\ipse.example\\token",
        " https://ipse.example/token",
        "https://ipse.example/token%",
        "https://ipse.example/to%6",
        "https://ipse.example/%2Ftoken",
        "/token",
        "token",
        "",
    ] {
        assert!(refused(with("htu", json!(other))), "{other}");
    }
}

#[test]
fn t12_a_clock_may_be_five_minutes_off_and_the_error_names_the_difference() {
    for seconds in [-300, -10, 10, 300] {
        assert!(with("iat", json!(NOW + seconds)).is_ok(), "{seconds}");
    }
    let told = |seconds| with("iat", json!(NOW + seconds)).unwrap_err().text();
    assert!(told(-3600).ends_with("which is 3600 seconds behind ours"));
    assert!(told(301).ends_with("which is 301 seconds ahead of ours"));
    // The clock is the mistake, also without a nonce.
    let mut late = claims();
    late.as_object_mut().unwrap().remove("nonce");
    late["iat"] = json!(NOW + 3600);
    assert!(refused(signed(&SigningKey::generate_es256(), &late)));
    assert!(with("exp", json!(NOW + 60)).is_ok());
    assert!(with("nbf", json!(NOW)).is_ok());
    assert!(refused(with("exp", json!(NOW - 300))));
    assert!(refused(with("nbf", json!(NOW + 301))));
}

#[test]
fn t12_the_last_two_nonces_count() {
    let wanted = |nonce: Value| {
        let result = with("nonce", nonce);
        matches!(result, Err(error) if error.code == OAuthErrorCode::UseDpopNonce)
    };
    assert!(wanted(Value::Null));
    assert!(wanted(json!("")));
    assert!(wanted(json!("made-up")));
    let of = |seconds| json!(nonces(NOW + seconds).current());
    assert!(with("nonce", of(-NONCE_SECONDS)).is_ok());
    assert!(wanted(of(-2 * NONCE_SECONDS)));
    assert!(wanted(of(NONCE_SECONDS)));
    // The clock of another node is a few seconds ahead at the end of a period.
    let end = (NOW / NONCE_SECONDS + 1) * NONCE_SECONDS - 5;
    let next = nonces(end + NONCE_SECONDS).current().to_owned();
    assert!(nonces(end).find(&next).is_some());
    assert!(nonces(end - NODES).find(&next).is_none());
}

#[test]
fn t12_at_userinfo_a_proof_is_for_one_token() {
    let hash = b64::encode(&sha256(b"token"));
    let check = |ath: Value| with("ath", ath).unwrap().check_token("token");
    assert_eq!(check(json!(hash)), Ok(()));
    for wrong in [
        Value::Null,
        json!(""),
        json!(b64::encode(&sha256(b"other"))),
    ] {
        let error = check(wrong).unwrap_err();
        assert_eq!(error.code, OAuthErrorCode::InvalidDpopProof);
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        let _ = read(&text);
        let _ = normal(&text);
    }

    #[test]
    fn a_normal_uri_stays_as_it_is(path in "(/[a-z~%A-F0-9.]{0,8}){0,4}") {
        if let Some(once) = normal(&format!("https://ipse.example{path}")) {
            prop_assert_eq!(normal(&once), Some(once));
        }
    }
}
