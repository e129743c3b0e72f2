//! Rows 1 and 2: who may ask, how, and how often.

use ipse_protocol::terms::Flow;
use ipse_protocol::wire::Offer;
use ipse_scheme::config::Profile;
use ipse_scheme::login::{Browser as Starting, LoginError};
use ipse_scheme::{Scheme, person};
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Partner, Phone, TestNetwork, partner_parameter as parameter, refusal};

// --- 1: talked into approving ---

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
            phone.claim(&forged).await.refused("link_invalid");
        }
        network.pass(10_000);
        phone.claim(&started.qr).await.refused("link_stale");
        // The page shows a newer one all the while.
        let mut browser = started.browser;
        let page = browser.get(&started.login.action_page).await;
        let fresh = page.attribute("id=\"qr\"", "data-text").expect("a QR");
        let offer: Offer = phone.claim(&fresh).await.json();
        assert_eq!(offer.flow, Flow::Qr);
        network.end().await;
    }
}

/// A scheme as in production, but for the keystore, on the database of a demo.
fn in_production(network: &TestNetwork) -> Scheme {
    let mut node = network.another_scheme();
    node.config.profile = Profile::Production;
    node
}

/// Lets partners name this person.
async fn sandbox(network: &TestNetwork, name: &str, identity: &str) {
    let hint = person::lookup_hash(&*network.server.scheme.keys, "sandbox", name);
    let identity = identity.to_owned();
    network
        .server
        .scheme
        .store
        .write(move |tx| ipse_store::person::replace_lookup(tx, "sandbox", &hint, 1, &identity))
        .await
        .expect("store");
}

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

#[tokio::test]
async fn t01_a_request_by_name_alone_stays_below_advanced_in_production() {
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
        sandbox(&network, "anna", &phone.identity).await;
        let partner = Partner::register(&network, json!({"sandbox_people": true})).await;
        let production = in_production(&network);
        for (level, said) in [("advanced", "level_not_allowed"), ("basic", "ok")] {
            let link = asked_by_name(&network, &partner, &mut phone, level).await;
            let request = phone.seal("/actions/claim", &json!({"link": link}));
            assert_eq!(
                refusal(production.claim(request.incoming(), &link).await),
                said
            );
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
        let request = phone.seal("/actions/claim", &json!({"link": started.qr}));
        assert_eq!(
            refusal(production.claim(request.incoming(), &started.qr).await),
            "ok"
        );
        network.end().await;
    }
}

#[tokio::test]
async fn t01_in_production_a_key_in_software_stays_below_advanced() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let started = network.start(&partner).await;
        let request = phone.seal("/actions/claim", &json!({"link": started.qr}));
        let production = in_production(&network);
        let said = refusal(production.claim(request.incoming(), &started.qr).await);
        assert_eq!(said, "level_not_allowed");
        network.end().await;
    }
}

#[tokio::test]
async fn t01_a_link_sent_to_a_victim_brings_its_sender_nothing() {
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

// --- 2: flooding ---

#[tokio::test]
async fn t02_a_thousand_starts_are_one_prompt() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        sandbox(&network, "anna", &phone.identity).await;
        let partner = Partner::register(&network, json!({"sandbox_people": true})).await;
        let mut browser = network.browser();
        partner
            .begin_with(&mut browser, &[("login_hint", "anna")])
            .await;
        // Through the front door the second is a page that says so.
        let mut request = partner.request(&partner.login());
        request.push(("login_hint".into(), "anna".into()));
        let (_, pushed) = partner.push(request).await;
        let url = partner.authorize_url(pushed["request_uri"].as_str().expect("request_uri"));
        let page = network.browser().get(&url).await;
        assert_eq!(page.location, None);
        assert!(page.text.contains("already open"), "{}", page.text);
        let request = {
            let open = phone.get("/actions").await;
            let id = open.body["open"][0]["id"].as_str().expect("one").to_owned();
            let row = network
                .server
                .scheme
                .store
                .read(move |tx| ipse_store::action::by_id(tx, &id))
                .await;
            row.expect("store").expect("row").request
        };
        let asked = serde_json::from_str(&request).expect("asked");
        let starting = Starting {
            binding: [1; 32],
            name: "Firefox".into(),
            language: "en".into(),
        };
        let restarted = network.another_node().scheme;
        let mut begun = 0;
        for n in 0..998 {
            let node = if n % 2 == 0 {
                &network.server.scheme
            } else {
                &restarted
            };
            match node
                .begin_plain(&partner.client_id, &asked, starting.clone())
                .await
            {
                Err(LoginError::PromptOpen) => {}
                _ => begun += 1,
            }
        }
        assert_eq!(begun, 0);
        let open = phone.get("/actions").await;
        assert_eq!(
            open.body["open"].as_array().map(Vec::len),
            Some(1),
            "{}",
            open.body
        );
        // Once it is answered, or its time is over, the partner may ask again.
        let link = open.body["open"][0]["link"]
            .as_str()
            .expect("a link")
            .to_owned();
        let offer: Offer = phone.claim(&link).await.json();
        assert_eq!(phone.refuse(&offer).await.status, StatusCode::OK);
        let again = network
            .server
            .scheme
            .begin_plain(&partner.client_id, &asked, starting)
            .await;
        assert!(again.is_ok());
        network.end().await;
    }
}

#[tokio::test]
async fn t02_a_second_claim_supersedes_the_first() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let (partner, other) = (network.partner().await, network.partner().await);
        let first = network.offer_basic(&partner, &mut phone).await;
        let elsewhere = network.offer_basic(&other, &mut phone).await;
        let second = network.offer_basic(&partner, &mut phone).await;
        phone.approve_offer(&first).await.refused("action_closed");
        let open = phone.get("/actions").await;
        assert_eq!(
            open.body["open"].as_array().map(Vec::len),
            Some(2),
            "{}",
            open.body
        );
        for offer in [elsewhere, second] {
            assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        }
        network.end().await;
    }
}
