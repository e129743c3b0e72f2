//! Threat 2: prompt bombing.

use crate::support::parsed;
use ipse_protocol::wire::Offer;
use ipse_scheme::login::LoginRefusal;
use ipse_scheme::login::{Browser as Starting, LoginError};
use ipse_texts::Language;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::logins::add_sandbox_person;
use crate::support::{Partner, TestNetwork};

#[tokio::test]
async fn t02_a_thousand_starts_show_one_prompt() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        add_sandbox_person(&network, "anna", &phone).await;
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
                .read(move |tx| ipse_store::action::by_id(tx, &parsed(&id)))
                .await;
            row.expect("store").expect("row").request
        };
        let asked = serde_json::from_str(&request).expect("asked");
        let starting = Starting {
            binding: [1; 32],
            name: "Firefox".into(),
            language: Language::En,
            address: std::net::Ipv4Addr::LOCALHOST.into(),
            return_cookie: None,
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
                .begin_plain(&parsed(&partner.client_id), &asked, starting.clone())
                .await
            {
                Err(LoginError::Refused(LoginRefusal::PromptOpen)) => {}
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
            .begin_plain(&parsed(&partner.client_id), &asked, starting)
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
