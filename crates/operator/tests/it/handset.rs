//! The simulated handset.

use ipse_store::testing::TestDb;

use crate::world::{APP, READY, World, answer};

#[tokio::test(flavor = "multi_thread")]
async fn only_the_app_may_read_it_from_another_origin() {
    let world = World::new(TestDb::sqlite()).await;
    let url = format!("{}/handset/messages?number={READY}", world.url);
    for (origin, allowed) in [(APP, Some(APP)), ("http://evil.example", None)] {
        let request = world.http.get(&url).header("origin", origin);
        let response = request.send().await.expect("an answer");
        let header = response.headers().get("access-control-allow-origin");
        assert_eq!(header.and_then(|value| value.to_str().ok()), allowed);
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["vary"], "origin");
    }
    let (status, body) = answer(world.http.get(format!("{}/handset/messages", world.url))).await;
    assert_eq!(
        (status, body["code"].as_str()),
        (400, Some("INVALID_ARGUMENT"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_the_messages() {
    let world = World::new(TestDb::sqlite()).await;
    let handle = world.handle(READY).await;
    assert_eq!(world.holder(&handle, [1; 32]).await.0, 202);
    let page = |path: &'static str| {
        let request = world.http.get(format!("{}{path}", world.url));
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
