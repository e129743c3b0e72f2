//! `GET /userinfo`.

use axum::http::StatusCode;
use serde_json::json;

use crate::network::{ISSUER, TestNetwork, full_claims};

#[tokio::test]
async fn the_client_gets_what_the_customer_agreed_to() {
    let network = TestNetwork::new();
    let (id_token, userinfo) = network.whole(&[]).await;

    assert_eq!(id_token["iss"], ISSUER);
    assert_eq!(id_token["aud"], "ipse");
    assert_eq!(id_token["nonce"], "a-nonce");
    assert_eq!(id_token["acr"], ipse_demo::bank::ACR);
    assert!(network.now() - id_token["auth_time"].as_i64().unwrap() < 60);

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
async fn only_requested_claims_are_released() {
    let network = TestNetwork::new();
    let requested = json!({"userinfo": {"verified_claims": {
        "verification": {"trust_framework": null}, "claims": {"given_name": null, "shoe_size": null}}}});
    let (_, userinfo) = network.whole(&[("claims", &requested.to_string())]).await;
    let verified = &userinfo["verified_claims"];
    assert_eq!(verified["claims"], json!({"given_name": "An <b>"}));
    assert!(verified["verification"].get("evidence").is_none());
}

#[tokio::test]
async fn a_restriction_that_the_bank_cannot_meet_removes_the_element() {
    let network = TestNetwork::new();
    for (member, restriction) in [
        ("trust_framework", json!({"value": "eidas"})),
        ("assurance_level", json!({"values": ["very_high"]})),
        ("time", json!({"max_age": 1})),
    ] {
        let mut claims = full_claims();
        claims["userinfo"]["verified_claims"]["verification"][member] = restriction;
        let (_, userinfo) = network.whole(&[("claims", &claims.to_string())]).await;
        assert!(userinfo.get("verified_claims").is_none(), "{member}");
    }
}

#[tokio::test]
async fn an_access_token_expires() {
    let network = TestNetwork::new();
    let code = network.code(&[]).await;
    let tokens = network.redeem(&code, &[]).await.json();
    network.shift(301);
    let answer = network
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        network.userinfo("unknown").await.status,
        StatusCode::UNAUTHORIZED
    );
}
