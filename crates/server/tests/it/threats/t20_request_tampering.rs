//! Threat 20: tampering with a request, downgrade.

use crate::support::oidc::{ISSUER, REDIRECT, TestServer, authorize_url, plain_url, query};

#[tokio::test]
async fn t20_outer_parameters_change_nothing() {
    let server = TestServer::new().await;
    let pushed = server.as_partner("/par", &server.request()).await.json();
    let url = authorize_url(&server.partner, pushed["request_uri"].as_str().unwrap());
    let url = format!(
        "{url}&scope=openid&acr_values=advanced&redirect_uri=https%3A%2F%2Fevil.example&state=evil"
    );
    let begun = server.get(&url, &[]).await;
    let page = begun.action_page();
    let action = query(&format!("{ISSUER}{page}"), "action").unwrap();
    server.approve(&action, &[]).await;
    let back = server
        .get(&page, &[("cookie", &begun.cookie().unwrap())])
        .await;
    assert!(
        back.location().starts_with(&format!("{REDIRECT}?code=")),
        "{}",
        back.location()
    );
    assert_eq!(query(back.location(), "state").as_deref(), Some("s1"));
}

#[tokio::test]
async fn t20_a_client_with_par_cannot_send_plain_requests() {
    let server = TestServer::new().await;
    let answer = server
        .get(&plain_url(&server.partner, &server.request()), &[])
        .await;
    assert_eq!(
        query(answer.location(), "error").as_deref(),
        Some("invalid_request")
    );
}
