//! Threat 17: mix-up of issuers.

use crate::support::TestNetwork;
use crate::support::bank_visits::{landing, start_bank_visit};
use crate::support::oidc::{ISSUER, REDIRECT, TestServer, plain_url, query};

#[tokio::test]
async fn t17_a_bank_response_without_its_issuer_is_refused() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        for change in ["other", "none"] {
            let callback = start_bank_visit(&mut phone).await;
            let mut url = url::Url::parse(&callback).expect("url");
            let pairs: Vec<(String, String)> = url
                .query_pairs()
                .filter(|(name, _)| name != "iss")
                .map(|(k, v)| (k.into_owned(), v.into_owned()))
                .collect();
            url.query_pairs_mut().clear().extend_pairs(pairs);
            if change == "other" {
                url.query_pairs_mut()
                    .append_pair("iss", "https://other-bank.example");
            }
            let end = phone.browser.get(url.as_str()).await;
            let end = end.location.expect("to the app");
            assert_eq!(landing(&end), "?problem=registrar_failed", "{change}");
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t17_error_responses_contain_state_and_issuer() {
    let server = TestServer::new().await;
    let mut request = server.request();
    request.push(("prompt", "none"));
    let answer = server.get(&plain_url(&server.plain, &request), &[]).await;
    let back = answer.location();
    assert!(back.starts_with(REDIRECT));
    assert_eq!(query(back, "error").as_deref(), Some("login_required"));
    assert_eq!(query(back, "state").as_deref(), Some("s1"));
    assert_eq!(query(back, "iss").as_deref(), Some(ISSUER));
}
