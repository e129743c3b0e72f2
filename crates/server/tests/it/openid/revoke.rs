//! `POST /revoke`.

use reqwest::StatusCode;

use crate::support::oidc::{PERSON, TestServer, fetch_userinfo, redemption};

#[tokio::test]
async fn a_revoked_token_stops_working() {
    let server = TestServer::new().await;
    let code = server.code(&PERSON).await;
    let tokens = server.as_partner("/token", &redemption(&code)).await.json();
    let token = tokens["access_token"].as_str().unwrap();
    for text in ["unknown", "\u{1}", token, token] {
        let answer = server
            .as_partner(
                "/revoke",
                &[("token", text), ("token_type_hint", "access_token")],
            )
            .await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (StatusCode::OK, "{}")
        );
    }
    assert_eq!(
        fetch_userinfo(&server, token).await.error(),
        "invalid_token"
    );
    assert_eq!(
        server.as_partner("/revoke", &[]).await.error(),
        "invalid_request"
    );
    assert_eq!(
        server
            .post("/revoke", &[("token", token)], &[])
            .await
            .error(),
        "invalid_client"
    );
}
