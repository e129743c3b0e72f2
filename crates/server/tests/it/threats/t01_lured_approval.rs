//! Threat 1: a victim is lured into approving an attacker's login.

use ipse_phone::requests;
use ipse_protocol::terms::{Flow, Obtained};
use ipse_protocol::wire::Offer;
use ipse_scheme::Scheme;
use ipse_scheme::config::Profile;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::logins::add_sandbox_person;
use crate::support::{Partner, Phone, TestNetwork, partner_parameter as parameter, refusal};

/// A partner names its person; what the phone finds to claim.
async fn asked_by_name(
    network: &TestNetwork,
    partner: &Partner,
    phone: &mut Phone,
    level: &str,
) -> String {
    let mut browser = network.browser();
    let named = [("login_hint", "anna"), ("acr_values", level)];
    partner.begin_with(&mut browser, &named).await;
    let open = phone.get("/actions").await;
    let link = open.body["open"][0]["link"].as_str();
    link.unwrap_or_else(|| panic!("no link: {}", open.body))
        .to_owned()
}

/// A scheme as in production, but for the keystore, on the database of a demo.
fn in_production(network: &TestNetwork) -> Scheme {
    let mut node = network.another_scheme();
    node.config.profile = Profile::Production;
    node
}

#[tokio::test]
async fn t01_a_stale_or_forged_qr_is_refused() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let started = network.start_basic(&partner).await;
        let (head, mac) = started.qr.rsplit_once('.').expect("a mac");
        let (link, time) = head.rsplit_once('.').expect("a time");
        let flipped = if mac.starts_with('A') { "B" } else { "A" };
        let later = time.parse::<u64>().expect("seconds") + 1;
        for forged in [
            format!("{link}.{time}.{flipped}{}", &mac[1..]),
            format!("{link}.{later}.{mac}"),
            format!("{link}.{time}"),
            started.qr.replace("#q.", "#a."),
            started.qr.replace(&network.app, "http://localhost:1"),
            started.qr.replace(&network.app, &network.issuer),
        ] {
            phone.scan(&forged).await.refused("link_invalid");
        }
        network.pass(10_000);
        phone.scan(&started.qr).await.refused("link_stale");
        // The page shows a newer one all the while.
        let mut browser = started.browser;
        let page = browser.get(&started.login.action_page).await;
        let fresh = page.attribute("id=\"qr\"", "data-text").expect("a QR");
        let offer: Offer = phone.scan(&fresh).await.json();
        assert_eq!(offer.flow, Flow::Qr);
        network.end().await;
    }
}

#[tokio::test]
async fn t01_a_request_by_hint_stays_below_advanced_in_production() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        // A key in hardware, so that only the flow speaks against the level.
        network
            .change(
                "UPDATE device SET key_kind = 'hardware' WHERE id = $1",
                phone.device_id(),
            )
            .await;
        network.change_device(&phone, |_| {}).await;
        add_sandbox_person(&network, "anna", &phone).await;
        let partner = Partner::register(&network, json!({"sandbox_people": true})).await;
        let production = in_production(&network);
        for (level, said) in [("advanced", "level_not_allowed"), ("basic", "ok")] {
            let link = asked_by_name(&network, &partner, &mut phone, level).await;
            let request = phone.seal_message(requests::claim(&link, Obtained::Navigation));
            let claimed = production.claim(request.incoming(), &link, Obtained::Navigation);
            assert_eq!(refusal(claimed.await), said);
            if level == "basic" {
                continue;
            }
            phone.claim(&link).await.refused("action_closed");
            // The demo may: that is what its sandbox is for, and it says so in the view.
            let link = asked_by_name(&network, &partner, &mut phone, level).await;
            let offer: Offer = phone.claim(&link).await.json();
            assert_eq!(offer.flow, Flow::Link);
            assert_eq!(offer.open().expect("a view").warnings.len(), 1);
            phone.refuse(&offer).await;
        }
        // The same phone with a QR code that it saw itself is welcome.
        let started = network.start(&partner).await;
        let request = phone.seal_message(requests::claim(&started.qr, Obtained::Camera));
        let claimed = production.claim(request.incoming(), &started.qr, Obtained::Camera);
        assert_eq!(refusal(claimed.await), "ok");
        network.end().await;
    }
}

#[tokio::test]
async fn t01_a_software_key_stays_below_advanced_in_production() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let started = network.start(&partner).await;
        let request = phone.seal_message(requests::claim(&started.qr, Obtained::Camera));
        let production = in_production(&network);
        let claimed = production.claim(request.incoming(), &started.qr, Obtained::Camera);
        assert_eq!(refusal(claimed.await), "level_not_allowed");
        network.end().await;
    }
}

#[tokio::test]
async fn t01_a_link_sent_to_a_victim_gives_its_sender_nothing() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        // The attacker starts, the victim opens the link and approves.
        let mut attacker = network.start(&partner).await;
        let decided = phone.approve(&attacker.link).await;
        let back = decided.return_url.expect("return_url");
        let page = attacker.browser.get(&attacker.login.action_page).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert_eq!(page.location, None);
        let state = attacker
            .login
            .action_page
            .replace("/sign-in?", "/sign-in/state?");
        let state = attacker.browser.get(&state).await;
        assert!(!state.text.contains("code="), "{}", state.text);
        // The victim's browser is another one, with or without a cookie of its own.
        let mut victim = network.browser();
        for _ in 0..2 {
            let page = victim.get(&back).await;
            assert_eq!(page.location, None);
            assert!(page.status.is_client_error(), "{}", page.status);
            partner.begin(&mut victim).await;
        }
        // Had it been the starting one, it would have been let in.
        let page = attacker.browser.get(&back).await;
        let location = page.location.expect("to the partner");
        assert!(parameter(&location, "code").is_some(), "{location}");
        network.end().await;
    }
}
