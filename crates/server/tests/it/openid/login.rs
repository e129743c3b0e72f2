//! A whole login, from enrolment to the partner's greeting.

use reqwest::StatusCode;

use crate::support::{TestNetwork, partner_parameter as parameter};

#[tokio::test]
async fn a_person_enrols_and_logs_in_on_the_same_device() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let mut browser = network.browser();
        let login = partner.begin(&mut browser).await;
        let page = browser.get(&login.action_page).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let link = page.attribute("id=\"open-app\"", "href").expect("open-app");
        let decided = phone.approve(&link).await;
        let back = browser.get(&decided.return_url.expect("return_url")).await;
        let location = back.location.expect("to the partner");
        assert_eq!(
            parameter(&location, "state").as_deref(),
            Some(&*login.state)
        );
        assert_eq!(
            parameter(&location, "iss").as_deref(),
            Some(&*network.issuer)
        );
        let code = parameter(&location, "code").expect("code");
        let tokens = partner.redeem(&code, &login.verifier).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        let claims = tokens.claims();
        assert_eq!(claims["acr"], "advanced");
        assert_eq!(claims["amr"], serde_json::json!(["swk", "pin", "mfa"]));
        assert_eq!(claims["nonce"], login.nonce);
        let (status, info) = partner.userinfo(tokens.access_token()).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(info["sub"], claims["sub"]);
        assert_eq!(info["given_name"], "Ana");
        network.end().await;
    }
}

#[tokio::test]
async fn an_id_token_says_that_the_phone_was_unlocked_in_place_of_the_code() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let finger = network.give_biometric(&phone).await;
        let mut started = network.start(&partner).await;
        let offer: ipse_protocol::wire::Offer = phone.claim(&started.link).await.json();
        let mut decided = phone.approve_by_biometric(&offer, &finger).await;
        while decided.body["wait"] == true || decided.body["retry_after_ms"].is_number() {
            decided = phone.approve_by_biometric(&offer, &finger).await;
        }
        let back = decided.body["return_url"].as_str().expect("a way back");
        let location = started.browser.get(back).await.location.expect("back");
        let code = parameter(&location, "code").expect("a code");
        let tokens = partner.redeem(&code, &started.login.verifier).await;
        let claims = tokens.claims();
        assert_eq!(claims["acr"], "advanced");
        assert_eq!(claims["amr"], serde_json::json!(["swk", "user", "mfa"]));
        network.end().await;
    }
}
