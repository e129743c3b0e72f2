//! `POST /par`.

use axum::http::StatusCode;
use ipse_jose::SigningKey;
use serde_json::json;

use crate::network::{ISSUER, TestNetwork};

#[tokio::test]
async fn a_request_with_a_missing_or_wrong_parameter_is_refused() {
    let network = TestNetwork::new();
    let malformed = json!({"userinfo": {"verified_claims": {"verification": {}, "claims": {"given_name": null}}}}).to_string();
    for (replaced, error) in [
        (
            ("redirect_uri", "http://localhost:4001/registrars/callback/"),
            "invalid_request",
        ),
        (("redirect_uri", ""), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("nonce", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("response_mode", "fragment"), "invalid_request"),
        (("scope", "profile"), "invalid_scope"),
        (("prompt", "none"), "interaction_required"),
        (("request", "a.b.c"), "request_not_supported"),
        (
            ("request_uri", "https://elsewhere.example"),
            "invalid_request",
        ),
        (("claims", "{"), "invalid_request"),
        (("claims", malformed.as_str()), "invalid_request"),
        (("client_id", "another"), "invalid_client"),
    ] {
        let answer = network.push(&[replaced]).await;
        assert_eq!(answer.json()["error"], error, "{replaced:?}");
        assert!(answer.status.is_client_error());
    }
    let mut twice = network.request();
    twice.push(("state", "another".to_owned()));
    let twice: Vec<_> = twice
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(
        network.post_form("/par", &twice).await.json()["error"],
        "invalid_request"
    );
}

#[tokio::test]
async fn only_a_new_assertion_for_this_bank_with_the_key_of_the_client_authenticates() {
    let network = TestNetwork::new();
    let now = network.now();
    let used = network.assertion();
    assert_eq!(
        network.push(&[("client_assertion", &used)]).await.status,
        StatusCode::CREATED
    );
    let fraction =
        network.assertion_by(&network.key, |c| c["exp"] = json!((now + 60) as f64 + 0.5));
    let answer = network.push(&[("client_assertion", &fraction)]).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let bad = [
        ("used before", used),
        (
            "endpoint as audience",
            network.assertion_by(&network.key, |c| c["aud"] = json!(format!("{ISSUER}/par"))),
        ),
        (
            "audience list",
            network.assertion_by(&network.key, |c| c["aud"] = json!([ISSUER])),
        ),
        (
            "expired",
            network.assertion_by(&network.key, |c| c["exp"] = json!(now - 120)),
        ),
        (
            "too long",
            network.assertion_by(&network.key, |c| c["exp"] = json!(now + 86_400)),
        ),
        (
            "from the future",
            network.assertion_by(&network.key, |c| c["iat"] = json!(now + 300)),
        ),
        (
            "other subject",
            network.assertion_by(&network.key, |c| c["sub"] = json!("another")),
        ),
        (
            "no jti",
            network.assertion_by(&network.key, |c| c["jti"] = json!("")),
        ),
        (
            "other key",
            network.assertion_by(&SigningKey::generate_es256(), |_| ()),
        ),
        ("no token", "not a token".to_owned()),
        ("nothing", String::new()),
    ];
    for (what, assertion) in bad {
        let answer = network.push(&[("client_assertion", &assertion)]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
        assert_eq!(answer.json()["error"], "invalid_client", "{what}");
    }
}
