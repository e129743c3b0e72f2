//! `GET /userinfo` and `POST /userinfo`. Threats: t16, t40.

use insta::assert_json_snapshot;
use reqwest::StatusCode;

use crate::support::oidc::{PERSON, TestServer, fetch_userinfo, redemption};
use crate::support::snapshot::stable;

#[tokio::test]
async fn userinfo_has_the_released_attributes() {
    let server = TestServer::new().await;
    let code = server.code(&PERSON).await;
    let tokens = server.as_partner("/token", &redemption(&code)).await.json();
    let token = tokens["access_token"].as_str().expect("a token");
    let info = fetch_userinfo(&server, token).await;
    assert_eq!(info.status, StatusCode::OK, "{}", info.text);
    assert_json_snapshot!(stable(&info.json()));
    let posted = server
        .post("/userinfo", &[("access_token", token)], &[])
        .await;
    assert_eq!(posted.json(), info.json());
}
