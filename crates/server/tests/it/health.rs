//! `GET /health`, `GET /ready` and `GET /app/`.

use reqwest::StatusCode;

use crate::support::TestNetwork;

#[tokio::test]
async fn both_origins_answer_monitors() {
    let network = TestNetwork::new().await;
    for origin in [&network.issuer, &network.app] {
        for (path, text) in [("/health", "ok"), ("/ready", "ready")] {
            let answer = network.http.get(format!("{origin}{path}")).send().await;
            let answer = answer.expect("an answer");
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            assert_eq!(answer.text().await.expect("text"), text);
        }
    }
    network.end().await;
}

#[tokio::test]
async fn a_server_without_the_app_says_how_to_install_it() {
    let network = TestNetwork::new().await;
    let answer = network
        .http
        .get(format!("{}/app/", network.app))
        .send()
        .await;
    let text = answer.expect("an answer").text().await.expect("text");
    assert!(text.contains("app_dir"), "{text}");
    network.end().await;
}
