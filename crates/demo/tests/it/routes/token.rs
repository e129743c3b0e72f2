//! `POST /token`.

use axum::http::StatusCode;
use serde_json::json;

use crate::network::TestNetwork;

#[tokio::test]
async fn a_code_works_one_time_and_a_second_use_revokes_the_token() {
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
async fn a_code_needs_its_verifier_and_redirect_uri_and_expires_after_a_minute() {
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
    network.shift(61);
    assert_eq!(
        network.redeem(&code, &[]).await.json()["error"],
        "invalid_grant"
    );
}
