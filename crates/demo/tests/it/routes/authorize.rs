//! `GET /authorize`.

use axum::http::StatusCode;

use crate::network::{CALLBACK, TestNetwork};

#[tokio::test]
async fn a_pushed_request_is_for_one_browser_and_expires() {
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
    // After a reload the same browser keeps its session. Another browser gets none.
    assert_eq!(browser.authorize(&first).await.location(), "/sign-in");
    let other = network.browser().authorize(&first).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST);
    assert!(other.body.contains("request_unknown"));

    let late = uri().await;
    network.shift(91);
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
