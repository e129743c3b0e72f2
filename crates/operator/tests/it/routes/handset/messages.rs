//! `GET /handset/messages`.

use ipse_store::testing::TestDb;

use crate::network::{APP, READY, TestNetwork, answer};
use crate::routes::code;

#[tokio::test(flavor = "multi_thread")]
async fn only_the_phone_app_reads_messages_from_another_origin() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let url = format!("{}/handset/messages?number={READY}", network.url);
    for (origin, allowed) in [(APP, Some(APP)), ("http://evil.example", None)] {
        let request = network.http.get(&url).header("origin", origin);
        let response = request.send().await.expect("an answer");
        let header = response.headers().get("access-control-allow-origin");
        assert_eq!(header.and_then(|value| value.to_str().ok()), allowed);
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["vary"], "origin");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_foreign_number_is_an_invalid_argument() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    for query in ["", "?number=", "?number=%2B31612345678"] {
        let url = format!("{}/handset/messages{query}", network.url);
        let (status, body) = answer(network.http.get(url)).await;
        assert_eq!((status, code(&body)), (400, "INVALID_ARGUMENT"), "{query}");
    }
}
