//! `GET /static/{name}`.

use reqwest::{StatusCode, header};

use crate::support::oidc::TestServer;

#[tokio::test]
async fn static_files_are_served() {
    let server = TestServer::new().await;
    for name in [
        "page.css",
        "sign-in.js",
        "mark.svg",
        "atkinson-latin.woff2",
        "atkinson-latin-ext.woff2",
    ] {
        let answer = server.get(&format!("/static/{name}"), &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
    assert_eq!(
        server.get("/static/../Cargo.toml", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}
