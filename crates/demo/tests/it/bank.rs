//! What a client can rely on, and what the bank refuses.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use ipse_jose::SigningKey;
use serde_json::json;

use crate::network::{CALLBACK, ISSUER, TestNetwork, full_claims};

#[tokio::test]
async fn a_customer_agrees_and_the_client_gets_what_was_shown() {
    let network = TestNetwork::new();
    let (id_token, userinfo) = network.whole(&[]).await;

    assert_eq!(id_token["iss"], ISSUER);
    assert_eq!(id_token["aud"], "ipse");
    assert_eq!(id_token["nonce"], "a-nonce");
    assert_eq!(id_token["acr"], ipse_demo::bank::ACR);
    assert!(network.bank.clock().now() - id_token["auth_time"].as_i64().unwrap() < 60);

    assert_eq!(
        (&userinfo["iss"], &userinfo["aud"]),
        (&json!(ISSUER), &json!("ipse"))
    );
    assert_eq!(userinfo["sub"], id_token["sub"]);
    let verified = &userinfo["verified_claims"];
    let verification = &verified["verification"];
    assert_eq!(
        verification["trust_framework"],
        ipse_demo::bank::TRUST_FRAMEWORK
    );
    assert_eq!(verification["assurance_level"], "high");
    assert_eq!(
        verification["assurance_process"]["policy"],
        ipse_demo::bank::DEMO_POLICY
    );
    assert_eq!(verification["evidence"][0]["type"], "document");
    assert_eq!(
        verified["claims"],
        json!({"given_name": "An <b>", "family_name": "Specimen", "birthdate": "1971-03-14", "nationalities": ["BE"],
            "https://ipse.example/claims/be_national_number": "71715100070"})
    );
}

#[tokio::test]
async fn only_what_was_asked_is_handed_over() {
    let network = TestNetwork::new();
    let asked = json!({"userinfo": {"verified_claims": {
        "verification": {"trust_framework": null}, "claims": {"given_name": null, "shoe_size": null}}}});
    let (_, userinfo) = network.whole(&[("claims", &asked.to_string())]).await;
    let verified = &userinfo["verified_claims"];
    assert_eq!(verified["claims"], json!({"given_name": "An <b>"}));
    assert!(verified["verification"].get("evidence").is_none());
}

#[tokio::test]
async fn demands_that_the_bank_cannot_meet_leave_the_element_out() {
    let network = TestNetwork::new();
    for (member, demand) in [
        ("trust_framework", json!({"value": "eidas"})),
        ("assurance_level", json!({"values": ["very_high"]})),
        ("time", json!({"max_age": 1})),
    ] {
        let mut claims = full_claims();
        claims["userinfo"]["verified_claims"]["verification"][member] = demand;
        let (_, userinfo) = network.whole(&[("claims", &claims.to_string())]).await;
        assert!(userinfo.get("verified_claims").is_none(), "{member}");
    }
}

#[tokio::test]
async fn requests_that_are_not_in_order_are_refused() {
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
async fn only_a_fresh_assertion_for_this_bank_by_the_clients_key_authenticates() {
    let network = TestNetwork::new();
    let now = network.bank.clock().now();
    let used = network.assertion();
    assert_eq!(
        network.push(&[("client_assertion", &used)]).await.status,
        StatusCode::CREATED
    );
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

#[tokio::test]
async fn a_request_is_for_one_browser_and_for_a_short_time() {
    let network = TestNetwork::new();
    let uri = async || {
        network.push(&[]).await.json()["request_uri"]
            .as_str()
            .unwrap()
            .to_owned()
    };

    let first = uri().await;
    let mut browser = network.browser();
    assert_eq!(
        browser.authorize(&first).await.status,
        StatusCode::SEE_OTHER
    );
    // Reload and back: the same browser keeps its seat, another gets none.
    assert_eq!(browser.authorize(&first).await.location(), "/sign-in");
    let other = network.browser().authorize(&first).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST);
    assert!(other.body.contains("request_unknown"));

    let late = uri().await;
    network.bank.clock().advance(91);
    assert_eq!(
        network.browser().authorize(&late).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_request_that_was_not_pushed_gets_a_page_and_no_redirect() {
    let network = TestNetwork::new();
    let plain = format!(
        "/authorize?client_id=ipse&response_type=code&scope=openid&redirect_uri={CALLBACK}"
    );
    let answer = network.browser().get(&plain).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains("request_not_pushed"));
    let answer = network
        .browser()
        .get("/authorize?client_id=another&request_uri=urn:x")
        .await;
    assert!(answer.body.contains("unknown_client"));
}

#[tokio::test]
async fn a_code_works_once_and_a_second_use_takes_the_token_back() {
    let network = TestNetwork::new();
    let code = network.code(&[]).await;
    let tokens = network.redeem(&code, &[]).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(network.userinfo(token).await.status, StatusCode::OK);

    let again = network.redeem(&code, &[]).await;
    assert_eq!(
        (again.status, &again.json()["error"]),
        (StatusCode::BAD_REQUEST, &json!("invalid_grant"))
    );
    let userinfo = network.userinfo(token).await;
    assert_eq!(
        (userinfo.status, &userinfo.json()["error"]),
        (StatusCode::UNAUTHORIZED, &json!("invalid_token"))
    );
}

#[tokio::test]
async fn a_code_is_bound_to_verifier_address_and_minute() {
    let network = TestNetwork::new();
    let code = network.code(&[]).await;
    for replaced in [
        (
            "code_verifier",
            "another-verifier-of-at-least-forty-three-characters",
        ),
        ("code_verifier", "short"),
        ("redirect_uri", "http://localhost:4001/elsewhere"),
        ("code", "unknown"),
    ] {
        assert_eq!(
            network.redeem(&code, &[replaced]).await.json()["error"],
            "invalid_grant",
            "{replaced:?}"
        );
    }
    let other = network
        .redeem(&code, &[("grant_type", "refresh_token")])
        .await;
    assert_eq!(other.json()["error"], "unsupported_grant_type");
    network.bank.clock().advance(61);
    assert_eq!(
        network.redeem(&code, &[]).await.json()["error"],
        "invalid_grant"
    );
}

#[tokio::test]
async fn an_access_token_ends() {
    let network = TestNetwork::new();
    let code = network.code(&[]).await;
    let tokens = network.redeem(&code, &[]).await.json();
    network.bank.clock().advance(301);
    let answer = network
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        network.userinfo("unknown").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn discovery_says_what_the_bank_does() {
    let network = TestNetwork::new();
    let request = Request::get("/.well-known/openid-configuration")
        .body(Body::empty())
        .unwrap();
    let metadata = network.send(request).await.json();
    assert_eq!(metadata["issuer"], ISSUER);
    assert_eq!(metadata["require_pushed_authorization_requests"], true);
    assert_eq!(
        metadata["authorization_response_iss_parameter_supported"],
        true
    );
    assert_eq!(
        metadata["code_challenge_methods_supported"],
        json!(["S256"])
    );
    assert_eq!(metadata["verified_claims_supported"], true);
}
