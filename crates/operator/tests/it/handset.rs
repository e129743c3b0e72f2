//! The simulated handset.

use ipse_store::testing::TestDb;

use crate::network::{APP, READY, TestNetwork, answer};

#[tokio::test(flavor = "multi_thread")]
async fn only_the_app_may_read_it_from_another_origin() {
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
    let (status, body) = answer(
        network
            .http
            .get(format!("{}/handset/messages", network.url)),
    )
    .await;
    assert_eq!(
        (status, body["code"].as_str()),
        (400, Some("INVALID_ARGUMENT"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_the_messages() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let handle = network.handle(READY).await;
    assert_eq!(network.holder(&handle, [1; 32]).await.0, 202);
    let page = |path: &'static str| {
        let request = network.http.get(format!("{}{path}", network.url));
        async {
            let response = request.send().await.expect("an answer");
            let policy = response.headers()["content-security-policy"]
                .to_str()
                .expect("text")
                .to_owned();
            (policy, response.text().await.expect("a page"))
        }
    };
    let (policy, html) = page("/handset?number=%2B32470000001").await;
    assert!(policy.starts_with("default-src 'none'") && policy.contains(APP));
    assert!(
        html.contains("simkaart") && html.contains("Leie Mobiel"),
        "{html}"
    );
    let (_, html) = page("/handset").await;
    assert!(html.contains("/handset?number=%2B32470000001"), "{html}");
    let (_, html) = page("/handset?number=%3Cscript%3E").await;
    assert!(
        html.contains("digits only") && !html.contains("<script"),
        "{html}"
    );
}
