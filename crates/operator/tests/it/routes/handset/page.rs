//! `GET /handset`.

use ipse_store::testing::TestDb;

use crate::network::{APP, READY, TestNetwork};

struct Page {
    policy: String,
    html: String,
}

async fn page(network: &TestNetwork, path: &str) -> Page {
    let request = network.http.get(format!("{}{path}", network.url));
    let response = request.send().await.expect("an answer");
    let policy = response.headers()["content-security-policy"].to_str();
    Page {
        policy: policy.expect("text").to_owned(),
        html: response.text().await.expect("a page"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_the_messages_of_a_number() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let handle = network.handle(READY).await;
    assert_eq!(network.holder(&handle, [1; 32]).await.0, 202);
    let Page { policy, html } = page(&network, "/handset?number=%2B32470000001").await;
    assert!(policy.starts_with("default-src 'none'") && policy.contains(APP));
    assert!(
        html.contains("je SIM") && html.contains("Leie Mobiel"),
        "{html}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_without_a_number_offers_the_phones() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let Page { html, .. } = page(&network, "/handset").await;
    assert!(html.contains("/handset?number=%2B32470000001"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_no_number_is_explained_and_not_shown() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let Page { html, .. } = page(&network, "/handset?number=%3Cscript%3E").await;
    assert!(
        html.contains("digits only") && !html.contains("<script"),
        "{html}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_speaks_the_language_of_the_browser() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    for (accepted, language, title) in [
        ("de-AT, en;q=0.5", "de", "Welches Telefon?"),
        ("fr", "fr", "Quel téléphone\u{202f}?"),
        ("es", "en", "Which phone?"),
    ] {
        let request = network.http.get(format!("{}/handset", network.url));
        let response = request.header("accept-language", accepted).send().await;
        let response = response.expect("an answer");
        assert_eq!(response.headers()["content-language"], language);
        let html = response.text().await.expect("a page");
        assert!(html.contains(title), "{html}");
    }
}
