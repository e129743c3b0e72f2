//! `POST /refuse`.

use axum::http::StatusCode;

use crate::network::{ISSUER, TestNetwork};

#[tokio::test]
async fn a_refusal_returns_to_the_client() {
    let network = TestNetwork::new();
    let mut browser = network.with_session(&[]).await;
    browser.sign_in("an").await;
    let csrf = browser.get("/agree").await.hidden("refuse");
    let answer = browser.post("/refuse", &[("csrf", &csrf)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.parameter("error").unwrap(), "access_denied");
    assert_eq!(answer.parameter("state").unwrap(), "a-state");
    assert_eq!(answer.parameter("iss").unwrap(), ISSUER);
    assert!(answer.parameter("code").is_none());
}
