//! What every endpoint of `/sim-controller/v1` has in common.

mod challenges;
mod events;
mod jwks;
mod resolve;
mod sims;
mod token;

use std::collections::BTreeSet;

use ipse_store::testing::TestDb;

use super::code;
use crate::log::Log;
use crate::network::{READY, TestNetwork, answer};

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_needs_a_valid_token() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let handle = network.handle(READY).await;
    let mut bent = network.token.clone();
    let last = if bent.ends_with('A') { "Q" } else { "A" };
    bent.replace_range(bent.len() - 1.., last);
    let http = &network.http;
    let requests = || {
        [
            http.post(network.path("/resolve")),
            http.get(network.path(&format!("/sims/{handle}"))),
            http.post(network.path(&format!("/sims/{handle}/challenges"))),
            http.post(network.path("/challenges/x/answer")),
            http.delete(network.path(&format!("/sims/{handle}/binding"))),
            http.get(network.path("/events?after=0")),
        ]
    };
    for token in [
        None,
        Some(""),
        Some("x"),
        Some(bent.as_str()),
        Some(&network.token[1..]),
    ] {
        for request in requests() {
            let request = match token {
                Some(token) => request.bearer_auth(token),
                None => request,
            };
            let request = request.header("content-type", "application/json");
            let (status, body) = answer(request.body("{}")).await;
            assert_eq!((status, code(&body)), (401, "UNAUTHENTICATED"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_expires_after_five_minutes() {
    TestNetwork::on_both(async |network| {
        network.shift(4 * 60_000);
        assert_eq!(network.resolve(READY).await.0, 200);
        network.shift(60_000);
        assert_eq!(network.resolve(READY).await.0, 401);
        let (_, answer) = network.ask_token(&network.assertion()).await;
        assert_eq!(answer["expires_in"], 300);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_has_a_stable_code() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let (_, not_allowed) = network.get("/resolve").await;
    insta::assert_json_snapshot!(not_allowed, @r#"
    {
      "code": "METHOD_NOT_ALLOWED",
      "message": "no such method here",
      "status": 405
    }
    "#);
    let (_, unknown) = network.get("/sims/nobody").await;
    insta::assert_json_snapshot!(unknown, @r#"
    {
      "code": "IDENTIFIER_NOT_FOUND",
      "message": "this operator has no such number or handle; ask the others",
      "status": 404
    }
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_correlator_comes_back() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    for path in ["/jwks", "/nothing"] {
        let request = network
            .http
            .get(network.path(path))
            .header("x-correlator", "abc-1");
        let response = request.send().await.expect("an answer");
        assert_eq!(response.headers()["x-correlator"], "abc-1", "{path}");
    }
    let response = network.http.get(network.path("/jwks")).send().await;
    let response = response.expect("an answer");
    assert!(response.headers().get("x-correlator").is_none());
}

#[tokio::test]
async fn the_correlator_is_not_logged() {
    let log = Log::start();
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let mut ids = BTreeSet::new();
    for _ in 0..2 {
        let request = network.http.get(network.path("/nothing"));
        let request = request.header("x-correlator", "+32470000001");
        assert_eq!(answer(request).await.0, 404);
    }
    for line in log.lines("refused") {
        assert!(!format!("{line:?}").contains("+32470000001"), "{line:?}");
        ids.insert(line.fields["request_id"].clone());
    }
    assert_eq!(ids.len(), 2, "one id for each request");
}
