//! Threat 1: a partner that deceives people is suspended while its requests are open.

use ipse_protocol::wire::Offer;
use ipse_store::partner::{self, PartnerStatus};
use reqwest::StatusCode;

use crate::support::{Partner, Phone, TestNetwork, parsed, partner_parameter};

/// Suspends or activates a partner, as staff do.
async fn set_status(network: &TestNetwork, partner: &Partner, status: PartnerStatus) {
    let id = parsed(&partner.client_id);
    let store = &network.server.scheme.store;
    let found = store.write(move |tx| partner::set_status(tx, &id, status));
    assert!(found.await.expect("the store"));
    // A node uses a registration that it has read for a second.
    network.pass(1_000);
}

/// A login that the person approved: its code and its verifier.
async fn approved(network: &TestNetwork, partner: &Partner, phone: &mut Phone) -> (String, String) {
    let mut started = network.start_basic(partner).await;
    let decided = phone.approve(&started.link).await;
    let back = decided.return_url.expect("return_url");
    let location = started.browser.get(&back).await.location;
    let location = location.expect("to the partner");
    let code = partner_parameter(&location, "code").expect("code");
    (code, started.login.verifier)
}

#[tokio::test]
async fn t01_a_suspended_partner_is_approved_by_nobody_and_gets_nothing() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let (code, verifier) = approved(&network, &partner, &mut phone).await;
        let tokens = partner.redeem(&code, &verifier).await;
        let (unused, its_verifier) = approved(&network, &partner, &mut phone).await;
        let opened = network.start_basic(&partner).await;
        let offer: Offer = phone.claim(&opened.link).await.json();
        let waiting = network.start_basic(&partner).await;

        set_status(&network, &partner, PartnerStatus::Suspended).await;
        phone.claim(&waiting.link).await.refused("action_closed");
        phone.approve_offer(&offer).await.refused("action_closed");
        let (status, body) = partner.userinfo(tokens.access_token()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{body}");
        let redeemed = partner.redeem(&unused, &its_verifier).await;
        assert_eq!(redeemed.body["error"], "invalid_client");
        let (_, pushed) = partner.push(partner.request(&partner.login())).await;
        assert_eq!(pushed["error"], "invalid_client");

        // Nothing else stood in the way.
        set_status(&network, &partner, PartnerStatus::Active).await;
        let decided = phone.approve_offer(&offer).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        let _: Offer = phone.claim(&waiting.link).await.json();
        network.end().await;
    }
}
