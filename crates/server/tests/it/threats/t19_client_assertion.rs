//! Threat 19: a stolen or redirected client assertion.

use ipse_store::testing::{TestDb, rounds};
use reqwest::{StatusCode, header};

use crate::support::oidc::TestServer;

#[tokio::test]
async fn t19_an_assertion_is_accepted_once_whatever_the_answer() {
    let server = TestServer::new().await;
    let assertion = server.assertion();
    assert_eq!(
        server
            .with_assertion("/par", &server.request(), &assertion)
            .await
            .status,
        StatusCode::CREATED
    );
    let again = server
        .with_assertion("/par", &server.request(), &assertion)
        .await;
    assert_eq!(
        (again.status, again.error().as_str()),
        (StatusCode::UNAUTHORIZED, "invalid_client")
    );
    assert!(again.headers.contains_key(header::WWW_AUTHENTICATE));
    // Spent by a request that was refused, too.
    let assertion = server.assertion();
    let refused = server
        .with_assertion("/par", &[("response_type", "code")], &assertion)
        .await;
    assert_eq!(refused.error(), "invalid_request");
    let again = server
        .with_assertion(
            "/token",
            &[("grant_type", "authorization_code")],
            &assertion,
        )
        .await;
    assert_eq!(again.error(), "invalid_client");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t19_64_concurrent_requests_spend_an_assertion_once() {
    for db in TestDb::both() {
        let server = TestServer::on(db).await;
        for _ in 0..rounds(1) {
            let (assertion, form) = (server.assertion(), server.request());
            let sent = (0..64).map(|_| server.with_assertion("/par", &form, &assertion));
            let answers = futures_util::future::join_all(sent).await;
            let taken = answers.iter().filter(|a| a.status == StatusCode::CREATED);
            assert_eq!(taken.count(), 1);
        }
    }
}
