//! `GET /authorize` and `POST /authorize`. Threats: t14, t17, t18, t20.

use reqwest::StatusCode;

use crate::support::oidc::{TestServer, authorize_url, plain_url};

#[tokio::test]
async fn a_pushed_request_is_used_once_by_its_client() {
    let server = TestServer::new().await;
    let pushed = server.as_partner("/par", &server.request()).await.json();
    let uri = pushed["request_uri"].as_str().unwrap();
    let foreign = server.get(&authorize_url(&server.plain, uri), &[]).await;
    assert_eq!(
        (foreign.status, foreign.page_code()),
        (StatusCode::BAD_REQUEST, "request_expired")
    );
    let begun = server.get(&authorize_url(&server.partner, uri), &[]).await;
    assert_eq!(begun.status, StatusCode::OK);
    assert!(begun.action_page().starts_with("/sign-in?action=act_"));
    let again = server.get(&authorize_url(&server.partner, uri), &[]).await;
    assert_eq!(again.page_code(), "request_expired");
}

#[tokio::test]
async fn a_client_registered_for_plain_requests_may_send_one() {
    let server = TestServer::new().await;
    let begun = server
        .get(
            &plain_url(&server.plain, &server.request()),
            &[("accept-language", "fr")],
        )
        .await;
    assert!(begun.location().starts_with("/sign-in?action=act_"));
    let page = server
        .get(begun.location(), &[("cookie", &begun.cookie().unwrap())])
        .await;
    assert!(page.text.contains("<html lang=\"fr\">"));
    let posted = server
        .post("/authorize", &[("client_id", server.plain.as_str())], &[])
        .await;
    assert_eq!(posted.page_code(), "redirect_missing");
}

#[tokio::test]
async fn an_unknown_client_or_an_unreadable_request_gets_a_page() {
    let server = TestServer::new().await;
    for (path, code) in [
        ("/authorize", "client_missing"),
        ("/authorize?client_id=par_nobody", "client_unknown"),
        ("/authorize?client_id=%ff", "request_unreadable"),
        ("/authorize?client_id=a&client_id=b", "request_unreadable"),
        (
            "/authorize?client_id=a&request_uri=urn:ietf:params:oauth:request_uri:x",
            "request_expired",
        ),
    ] {
        let answer = server.get(path, &[]).await;
        assert_eq!(
            (answer.status, answer.page_code()),
            (StatusCode::BAD_REQUEST, code),
            "{path}"
        );
    }
    let nowhere = server.get("/nowhere", &[]).await;
    assert_eq!(
        (nowhere.status, nowhere.page_code()),
        (StatusCode::NOT_FOUND, "not_found")
    );
}
