//! Threat 16: an authorization code used twice.

use ipse_store::testing::{TestDb, rounds};
use reqwest::{StatusCode, header};

use crate::support::TestNetwork;
use crate::support::oidc::{PERSON, TestServer, fetch_userinfo, redemption};

#[tokio::test]
async fn t16_a_late_reuse_of_a_code_still_revokes_its_token() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let mut browser = network.browser();
        let login = partner.begin(&mut browser).await;
        let page = browser.get(&login.action_page).await;
        let link = page.attribute("id=\"open-app\"", "href").expect("open-app");
        let decided = phone.approve(&link).await;
        let back = browser.get(&decided.return_url.expect("return_url")).await;
        let location = back.location.expect("to the partner");
        let code = crate::support::partner_parameter(&location, "code").expect("code");
        let tokens = partner.redeem(&code, &login.verifier).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        network.pass(130_000);
        assert_ne!(
            partner.redeem(&code, &login.verifier).await.status,
            StatusCode::OK
        );
        let (status, _) = partner.userinfo(tokens.access_token()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        network.end().await;
    }
}

#[tokio::test]
async fn t16_a_second_use_of_a_code_revokes_its_token() {
    let server = TestServer::new().await;
    let code = server.code(&PERSON).await;
    let first = server.as_partner("/token", &redemption(&code)).await.json();
    let token = first["access_token"].as_str().unwrap();
    assert_eq!(fetch_userinfo(&server, token).await.status, StatusCode::OK);
    let second = server.as_partner("/token", &redemption(&code)).await;
    assert_eq!(
        (second.status, second.error().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_grant")
    );
    let gone = fetch_userinfo(&server, token).await;
    assert_eq!(
        (gone.status, gone.error().as_str()),
        (StatusCode::UNAUTHORIZED, "invalid_token")
    );
    assert!(
        gone.headers[header::WWW_AUTHENTICATE]
            .to_str()
            .unwrap()
            .starts_with("Bearer ")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t16_64_concurrent_requests_redeem_a_code_once() {
    for db in TestDb::both() {
        let server = TestServer::on(db).await;
        for _ in 0..rounds(1) {
            let code = server.code(&PERSON).await;
            let body = redemption(&code);
            let sent = (0..64).map(|_| server.as_partner("/token", &body));
            let answers = futures_util::future::join_all(sent).await;
            let won = answers.iter().filter(|a| a.status == StatusCode::OK);
            assert_eq!(won.count(), 1);
            let lost = answers.iter().filter(|a| a.status != StatusCode::OK);
            assert!(lost.into_iter().all(|a| a.error() == "invalid_grant"));
        }
    }
}
