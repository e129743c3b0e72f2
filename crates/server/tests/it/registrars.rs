//! The bank's word: what is taken, and every way in which it is not.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::TestNetwork;

/// Where the app goes on, as its last part.
fn landing(location: &str) -> &str {
    location.rsplit('/').next().expect("a path")
}

#[tokio::test]
async fn t30_whatever_a_bank_does_wrong_vouches_for_nobody() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        for (fault, code) in [
            ("low_level", "assurance_insufficient"),
            ("missing_claims", "assurance_insufficient"),
            ("missing_evidence", "assurance_insufficient"),
            ("bad_signature", "registrar_failed"),
            ("wrong_iss", "registrar_failed"),
            ("wrong_userinfo_iss", "registrar_failed"),
            ("wrong_audience", "registrar_failed"),
            ("other_sub", "registrar_failed"),
            ("wrong_nonce", "registrar_failed"),
            ("stale_auth_time", "registrar_failed"),
            ("unencrypted", "registrar_failed"),
            ("unavailable", "registrar_failed"),
        ] {
            let end = phone.visit_bank(fault).await;
            assert_eq!(landing(&end), format!("?problem={code}"), "{fault}");
            let state = phone.get(&format!("/enrolments/{}", phone.enrolment)).await;
            assert!(state.body["vouched"].is_null(), "{fault}");
            assert_eq!(state.body["status"], "created", "{fault}");
        }
        let end = phone.visit_bank("customer0").await;
        assert_eq!(landing(&end), format!("?enrolment={}", phone.enrolment));
        let state = phone.get(&format!("/enrolments/{}", phone.enrolment)).await;
        assert_eq!(
            state.body["vouched"],
            json!({"bank": "Bank Anker", "given_name": "Ana", "family_name": "Peeters", "birthdate": "1971-01-01",
            "nationality": "BE", "document_number": "…0182"})
        );
        network.end().await;
    }
}

#[tokio::test]
async fn t17_the_response_names_its_bank_or_counts_for_nothing() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        for change in ["other", "none"] {
            let callback = begin(&mut phone).await;
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
async fn t22_a_bank_signs_with_its_registered_key_or_counts_for_nothing() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let end = phone.visit_bank("bad_signature").await;
        assert_eq!(landing(&end), "?problem=registrar_failed");
        network.end().await;
    }
}

async fn begin(phone: &mut crate::support::Phone) -> String {
    let path = format!("/enrolments/{}/bank", phone.enrolment);
    let reply = phone.post(&path, &json!({"bank": "Bank Anker"})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    let url = reply.body["authorization_url"]
        .as_str()
        .expect("url")
        .to_owned();
    phone.sign_in_at_bank(&url, "customer0").await
}

#[tokio::test]
async fn t18_only_the_browser_that_began_comes_back_and_only_once() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let callback = begin(&mut phone).await;
        let mut other = network.browser();
        let end = other.get(&callback).await.location.expect("to the app");
        assert_eq!(landing(&end), "?problem=wrong_browser");
        // The right one is not shut out by that.
        let end = phone
            .browser
            .get(&callback)
            .await
            .location
            .expect("to the app");
        let good = format!("?enrolment={}", phone.enrolment);
        assert_eq!(landing(&end), good);
        // Loading the page again leads to the same place and does nothing.
        let end = phone
            .browser
            .get(&callback)
            .await
            .location
            .expect("to the app");
        assert_eq!(landing(&end), good);
        network.end().await;
    }
}

#[tokio::test]
async fn a_state_of_nobody_and_a_refusal_lead_to_the_app() {
    for network in TestNetwork::both().await {
        let mut browser = network.browser();
        for query in [
            "",
            "?state=x&code=y&iss=z",
            "?state=a&state=b&code=c",
            "?code=c",
        ] {
            let url = format!("{}/registrars/callback{query}", network.app);
            let page = browser.get(&url).await;
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{query}");
            let end = page.location.expect("to the app");
            assert_eq!(landing(&end), "?problem=registrar_failed", "{query}");
        }
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let callback = begin(&mut phone).await;
        let url = url::Url::parse(&callback).expect("url");
        let value = |name: &str| {
            url.query_pairs()
                .find(|(k, _)| k == name)
                .map(|(_, v)| v.into_owned())
                .expect("a parameter")
        };
        let refused = url::Url::parse_with_params(
            &format!("{}/registrars/callback", network.app),
            [
                ("error", "access_denied"),
                ("state", &value("state")),
                ("iss", &value("iss")),
            ],
        )
        .expect("url");
        let end = phone
            .browser
            .get(refused.as_str())
            .await
            .location
            .expect("to the app");
        assert_eq!(
            landing(&end),
            "?problem=registrar_failed&reason=access_denied"
        );
        // That visit is over: its code does not count any more.
        let end = phone
            .browser
            .get(&callback)
            .await
            .location
            .expect("to the app");
        assert_eq!(landing(&end), "?problem=registrar_failed");
        network.end().await;
    }
}
