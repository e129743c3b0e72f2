//! Each fault changes exactly one thing, so that a test of the scheme shows which checks work.

use axum::http::StatusCode;
use ipse_demo::bank::Fault;
use ipse_jose::jws;
use serde_json::Value;

use crate::network::{ISSUER, TestNetwork};

struct Outcome {
    network: TestNetwork,
    iss: String,
    id_token: Value,
    userinfo_status: StatusCode,
    userinfo: String,
}

async fn run_with(fault: Fault) -> Outcome {
    let network = TestNetwork::with_fault(Some(fault));
    let mut browser = network.with_session(&[]).await;
    browser.sign_in("an").await;
    let answer = browser.agree().await;
    let tokens = network
        .redeem(&answer.parameter("code").unwrap(), &[])
        .await
        .json();
    let id_token = network.verified(tokens["id_token"].as_str().unwrap()).await;
    let userinfo = network
        .userinfo(tokens["access_token"].as_str().unwrap())
        .await;
    Outcome {
        iss: answer.parameter("iss").unwrap(),
        id_token,
        userinfo_status: userinfo.status,
        userinfo: userinfo.body,
        network,
    }
}

impl Outcome {
    async fn payload(&self) -> Value {
        self.network
            .verified(&self.network.decrypted(&self.userinfo))
            .await
    }
}

#[tokio::test]
async fn other_person_verifies_the_next_customer() {
    let payload = run_with(Fault::OtherPerson).await.payload().await;
    assert_eq!(payload["verified_claims"]["claims"]["given_name"], "Tom");
}

#[tokio::test]
async fn low_level_says_low() {
    let payload = run_with(Fault::LowLevel).await.payload().await;
    assert_eq!(
        payload["verified_claims"]["verification"]["assurance_level"],
        "low"
    );
}

#[tokio::test]
async fn missing_claims_and_missing_evidence_omit_them() {
    let payload = run_with(Fault::MissingClaims).await.payload().await;
    let claims = payload["verified_claims"]["claims"].as_object().unwrap();
    assert_eq!(claims.len(), 4);
    let payload = run_with(Fault::MissingEvidence).await.payload().await;
    assert!(
        payload["verified_claims"]["verification"]
            .get("evidence")
            .is_none()
    );
}

#[tokio::test]
async fn bad_signature_does_not_verify() {
    let outcome = run_with(Fault::BadSignature).await;
    let parsed =
        jws::decode_unverified(&outcome.network.decrypted(&outcome.userinfo), 16 * 1024).unwrap();
    assert!(
        parsed
            .verify(&outcome.network.bank_key().await, &["JWT"])
            .is_err()
    );
}

#[tokio::test]
async fn unencrypted_userinfo_is_only_signed() {
    let outcome = run_with(Fault::Unencrypted).await;
    assert_eq!(
        outcome.network.verified(&outcome.userinfo).await["iss"],
        ISSUER
    );
}

#[tokio::test]
async fn wrong_issuer_audience_and_sub_differ() {
    assert_ne!(run_with(Fault::WrongIss).await.iss, ISSUER);
    assert_ne!(
        run_with(Fault::WrongUserinfoIss).await.payload().await["iss"],
        ISSUER
    );
    assert_ne!(
        run_with(Fault::WrongAudience).await.payload().await["aud"],
        "ipse"
    );
    let outcome = run_with(Fault::OtherSub).await;
    assert_ne!(outcome.payload().await["sub"], outcome.id_token["sub"]);
}

#[tokio::test]
async fn wrong_nonce_and_stale_auth_time_differ() {
    assert_ne!(
        run_with(Fault::WrongNonce).await.id_token["nonce"],
        "a-nonce"
    );
    let outcome = run_with(Fault::StaleAuthTime).await;
    assert!(outcome.network.now() - outcome.id_token["auth_time"].as_i64().unwrap() >= 3600);
}

#[tokio::test]
async fn unavailable_userinfo_is_an_error() {
    assert_eq!(
        run_with(Fault::Unavailable).await.userinfo_status,
        StatusCode::SERVICE_UNAVAILABLE
    );
}
