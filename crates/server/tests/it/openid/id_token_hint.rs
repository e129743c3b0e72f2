//! `id_token_hint` and a requested `sub`: who must log in.

use reqwest::StatusCode;

use crate::support::{Partner, Phone, TestNetwork, partner_parameter as parameter};

/// A login that this phone approves: the redirect to the partner, and the verifier.
async fn login(
    network: &TestNetwork,
    partner: &Partner,
    phone: &mut Phone,
    changes: &[(&str, &str)],
) -> (String, String) {
    let mut changes = changes.to_vec();
    changes.push(("acr_values", "basic"));
    let mut started = network.start_with(partner, &changes).await;
    let decided = phone.approve(&started.link).await;
    let back = decided.return_url.expect("return_url");
    let location = started.browser.get(&back).await.location;
    (location.expect("to the partner"), started.login.verifier)
}

/// The ID token and the `sub` of a login that this phone approves.
async fn known(network: &TestNetwork, partner: &Partner, phone: &mut Phone) -> (String, String) {
    let (location, verifier) = login(network, partner, phone, &[]).await;
    let code = parameter(&location, "code").expect("a code");
    let tokens = partner.redeem(&code, &verifier).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    (
        text(&tokens.body["id_token"]),
        text(&tokens.claims()["sub"]),
    )
}

#[tokio::test]
async fn only_the_person_of_the_hint_or_of_the_requested_sub_logs_in() {
    let network = TestNetwork::new().await;
    let partner = network.partner().await;
    let (mut ana, mut other) = (network.enrolled(0).await, network.enrolled(1).await);
    let (hint, sub) = known(&network, &partner, &mut ana).await;
    // The ID token is long over; it still says who is meant (OpenID Connect Core §3.1.2.2).
    network.pass(400_000);
    let claims = format!(r#"{{"id_token":{{"sub":{{"value":"{sub}"}}}}}}"#);
    for change in [("id_token_hint", &*hint), ("claims", &claims)] {
        let (location, _) = login(&network, &partner, &mut other, &[change]).await;
        let error = parameter(&location, "error");
        assert_eq!(error.as_deref(), Some("login_required"), "{}", change.0);
        assert_eq!(parameter(&location, "code"), None);
        let (location, verifier) = login(&network, &partner, &mut ana, &[change]).await;
        let code = parameter(&location, "code").expect("a code");
        let tokens = partner.redeem(&code, &verifier).await;
        assert_eq!(tokens.claims()["sub"], *sub);
    }
    network.end().await;
}

#[tokio::test]
async fn t39_a_hint_names_somebody_for_the_clients_of_its_sector_only() {
    let network = TestNetwork::new().await;
    let (partner, other) = (network.partner().await, network.partner().await);
    let sector = serde_json::json!({"sector": partner.client_id});
    let sibling = Partner::register(&network, sector).await;
    let (mut ana, mut bert) = (network.enrolled(0).await, network.enrolled(1).await);
    let (hint, sub) = known(&network, &partner, &mut ana).await;
    let login_of = |client: &Partner| {
        let mut request = client.request(&client.login());
        request.push(("id_token_hint".to_owned(), hint.clone()));
        request
    };
    let (status, answer) = other.push(login_of(&other)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(answer["error"], "invalid_request");
    let text = answer["error_description"].as_str().expect("text");
    assert!(text.contains("another sector"), "{text}");

    let change = [("id_token_hint", &*hint)];
    let (location, verifier) = login(&network, &sibling, &mut ana, &change).await;
    let code = parameter(&location, "code").expect("a code");
    let tokens = sibling.redeem(&code, &verifier).await;
    assert_eq!(tokens.claims()["sub"], *sub);
    let (location, _) = login(&network, &sibling, &mut bert, &change).await;
    let error = parameter(&location, "error");
    assert_eq!(error.as_deref(), Some("login_required"));
    network.end().await;
}
