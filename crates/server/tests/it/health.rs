//! `GET /health`, `GET /ready` and `GET /app/`.

use ipse_store::testing::TestDb;
use reqwest::StatusCode;

use crate::support::{Options, TestNetwork};

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

#[tokio::test]
async fn a_server_that_cannot_write_is_not_ready() {
    for network in TestNetwork::both().await {
        let ready = async || {
            // The outcome of a write is told again for a second.
            network.pass(1_000);
            let answer = network.http.get(format!("{}/ready", network.issuer));
            let answer = answer.send().await.expect("an answer");
            (answer.status(), answer.text().await.expect("text"))
        };
        assert_eq!(ready().await, (StatusCode::OK, "ready".to_owned()));
        const AWAY: &str = "ALTER TABLE clock RENAME TO away";
        const BACK: &str = "ALTER TABLE away RENAME TO clock";
        let store = &network.server.scheme.store;
        // Reads go on.
        let moved = store.write(|tx| tx.exec(AWAY, &[])).await;
        moved.expect("moved");
        let unready = (
            StatusCode::SERVICE_UNAVAILABLE,
            "database unavailable".to_owned(),
        );
        assert_eq!(ready().await, unready);
        let health = network.http.get(format!("{}/health", network.issuer));
        let health = health.send().await.expect("an answer");
        assert_eq!(health.status(), StatusCode::OK);
        store.write(|tx| tx.exec(BACK, &[])).await.expect("back");
        assert_eq!(ready().await.0, StatusCode::OK);
        network.end().await;
    }
}

#[tokio::test]
async fn a_missing_asset_is_not_found_and_not_kept() {
    let app = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(app.path().join("assets")).expect("created");
    let write = |name: &str, text: &str| std::fs::write(app.path().join(name), text);
    write("index.html", "<!doctype html>the app").expect("written");
    write("assets/app-1a2b.js", "the script").expect("written");
    let options = Options {
        scheme: Some(serde_json::json!({"app_dir": app.path()})),
        ..Options::default()
    };
    let network = TestNetwork::on(TestDb::sqlite(), options).await;
    let get = async |path: &str| {
        let answer = network.http.get(format!("{}{path}", network.app));
        let answer = answer.send().await.expect("an answer");
        let kept = answer.headers()["cache-control"].to_str().expect("text");
        let kept = kept.contains("immutable");
        (answer.status(), kept, answer.text().await.expect("text"))
    };
    let script = get("/app/assets/app-1a2b.js").await;
    assert_eq!(script, (StatusCode::OK, true, "the script".to_owned()));
    for path in [
        "/app/assets/app-0000.js",
        "/app/assets/",
        "/app/assets/../x.js",
    ] {
        let (status, kept, text) = get(path).await;
        assert!(!kept && !text.contains("script"), "{path}: {text}");
        assert!(
            status == StatusCode::NOT_FOUND || path.ends_with("../x.js"),
            "{path}: {status}"
        );
    }
    let (status, kept, text) = get("/app/history").await;
    assert_eq!((status, kept), (StatusCode::OK, false));
    assert!(text.contains("the app"), "{text}");
    network.end().await;
}
