//! Bad input: each a stable error, and nothing half done.

use ipse_jose::b64;
use serde_json::json;

use crate::network::{READY, TestNetwork, answer};

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_are_refused() {
    let network = TestNetwork::new(ipse_store::testing::TestDb::sqlite()).await;
    let handle = network.handle(READY).await;
    let challenges = format!("/sims/{handle}/challenges");
    let nonce = b64::encode(&[1; 32]);
    let big = format!(r#"{{"phoneNumber":"{}"}}"#, "4".repeat(70_000));
    for (path, body, status) in [
        ("/resolve", "", 400),
        ("/resolve", "[]", 400),
        ("/resolve", "{}", 400),
        (
            "/resolve",
            r#"{"phoneNumber":"+32470000001","more":1}"#,
            400,
        ),
        (
            "/resolve",
            r#"{"phoneNumber":"+32470000001","phoneNumber":"+32470000002"}"#,
            400,
        ),
        ("/resolve", r#"{"phoneNumber":32470000001}"#, 400),
        ("/resolve", r#"{"phoneNumber":"+32470000001"} x"#, 400),
        ("/resolve", &big, 413),
        (&challenges, r#"{"method":"silent"}"#, 400),
        (
            &challenges,
            &format!(r#"{{"nonceHash":"{nonce}=","method":"silent"}}"#),
            400,
        ),
        (
            &challenges,
            &format!(r#"{{"nonceHash":"{}","method":"silent"}}"#, &nonce[..42]),
            400,
        ),
        (
            &challenges,
            &format!(r#"{{"nonceHash":"{nonce}","method":"number"}}"#),
            400,
        ),
        (
            &challenges,
            &format!(r#"{{"nonceHash":"{nonce}","method":"holder"}}"#),
            400,
        ),
        (
            &challenges,
            &format!(r#"{{"nonceHash":"{nonce}","method":"silent","purpose":"x"}}"#),
            400,
        ),
        (
            &challenges,
            &format!(r#"{{"nonceHash":"{nonce}","method":"silent","budgetMs":-1}}"#),
            400,
        ),
        ("/challenges/chl_x/answer", r#"{"secret":"12345"}"#, 400),
        ("/challenges/chl_x/answer", r#"{"secret":"12345a"}"#, 400),
        ("/challenges/chl_x/answer", r#"{"secret":"١٢٣٤٥٦"}"#, 400),
        ("/challenges/chl_x/answer", r#"{"secret":"123456"}"#, 410),
    ] {
        let request = network
            .http
            .post(network.path(path))
            .bearer_auth(&network.token);
        let request = request
            .header("content-type", "application/json")
            .body(body.to_owned());
        let (got, answer) = answer(request).await;
        assert_eq!(got, status, "{path} {}", &body[..body.len().min(100)]);
        assert_eq!(answer["status"], status);
    }
    let request = network
        .http
        .post(network.path("/resolve"))
        .bearer_auth(&network.token);
    let request = request
        .header("content-type", "text/plain")
        .body(r#"{"phoneNumber":"+32470000001"}"#);
    assert_eq!(answer(request).await.0, 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_are_not_there() {
    let network = TestNetwork::new(ipse_store::testing::TestDb::sqlite()).await;
    let (status, body) = network.get("/nothing").await;
    assert_eq!((status, body["code"].as_str()), (404, Some("NOT_FOUND")));
    let (status, body) = network.get("/resolve").await;
    assert_eq!(
        (status, body["code"].as_str()),
        (405, Some("METHOD_NOT_ALLOWED"))
    );
    let (status, body) = network.get("/sims/nobody").await;
    assert_eq!(
        (status, body["code"].as_str()),
        (404, Some("IDENTIFIER_NOT_FOUND"))
    );
    assert_eq!(network.get("/sims/%00").await.0 / 100, 4);
    assert_eq!(network.get("/events").await.0, 400);
    assert_eq!(network.get("/events?after=-1").await.0, 400);
    assert_eq!(
        answer(network.http.get(format!("{}/ready", network.url)))
            .await
            .0,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_normalised_or_refused_with_a_reason() {
    let network = TestNetwork::new(ipse_store::testing::TestDb::sqlite()).await;
    let handle = network.handle(READY).await;
    for number in ["0470 00 00 01", "0032 (0)470/000001", "+٣٢ ٤٧٠ ٠٠ ٠٠ ٠١"] {
        assert_eq!(network.handle(number).await, handle);
    }
    for (number, reason) in [
        ("02 555 12 12", "landline"),
        ("0900 12 345", "premium"),
        ("+31612345678", "foreign"),
    ] {
        let (status, body) = network.resolve(number).await;
        assert_eq!(
            (status, &body["code"], &body["reason"]),
            (400, &json!("INVALID_ARGUMENT"), &json!(reason))
        );
    }
    let (status, body) = network.resolve("+32499999999").await;
    assert_eq!(
        (status, body["code"].as_str()),
        (404, Some("IDENTIFIER_NOT_FOUND"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_correlator_comes_back() {
    let network = TestNetwork::new(ipse_store::testing::TestDb::sqlite()).await;
    let request = network
        .http
        .get(network.path("/jwks"))
        .header("x-correlator", "abc-1");
    let response = request.send().await.expect("an answer");
    assert_eq!(response.headers()["x-correlator"], "abc-1");
}
