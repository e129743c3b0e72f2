//! Threat 14: redirect bypass.

use reqwest::{StatusCode, header};

use crate::support::oidc::{TestServer, plain_url};

#[tokio::test]
async fn t14_a_wrong_redirect_uri_gives_a_page_and_no_redirect() {
    let server = TestServer::new().await;
    for uri in [
        "https://evil.example/cb",
        "https://shop.example/cb/",
        "https://shop.example@evil.example/cb",
        "javascript:1",
    ] {
        let mut request = server.request();
        request[0].1 = uri;
        let answer = server.get(&plain_url(&server.plain, &request), &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{uri}");
        assert_eq!(answer.page_code(), "redirect_unregistered");
        assert!(
            !answer.headers.contains_key(header::LOCATION) && !answer.text.contains(uri),
            "{uri}"
        );
    }
}
