//! The SIM while an identity lives: swaps and losses block, a new SIM comes in by its holder, feeds stay whole.

use ipse_protocol::wire::Offer;
use ipse_sim::event::{Event, Kind, Subject};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Partner, Phone, TestNetwork};

async fn reasons(phone: &mut Phone) -> Vec<String> {
    let me = phone.get("/me").await;
    let all = me.body["reasons"]
        .as_array()
        .unwrap_or_else(|| panic!("{}", me.body));
    all.iter()
        .filter_map(|r| r["reason"].as_str().map(str::to_owned))
        .collect()
}

async fn until_blocked(network: &TestNetwork, phone: &Phone, reason: &str) {
    let (who, reason) = (phone.identity.clone(), reason.to_owned());
    network
        .soon("the block", || {
            let (store, who, reason) = (
                network.server.scheme.store.clone(),
                who.clone(),
                reason.clone(),
            );
            async move {
                store
                    .read(move |tx| ipse_store::identity::reasons(tx, &who))
                    .await
                    .expect("store")
                    .iter()
                    .any(|r| r.reason == reason)
            }
        })
        .await;
}

async fn claimed(network: &TestNetwork, partner: &Partner, phone: &mut Phone) -> Offer {
    let mut browser = network.browser();
    let login = partner.begin(&mut browser).await;
    let page = browser.get(&login.action_page).await;
    let link = page.attribute("id=\"open-app\"", "href").expect("open-app");
    phone.claim(&link).await.json()
}

/// Connects whatever SIM the number has now, and approves that with the code.
async fn connect(network: &TestNetwork, phone: &mut Phone) -> crate::support::Reply {
    let sent = phone.post("/sim", &json!({})).await;
    assert_eq!(sent.body, json!({"sent": true, "tries_left": 3}));
    let secret = phone.last_secret(network).await;
    let answer = phone.post("/sim/answer", &json!({"secret": secret})).await;
    let action = answer.body["action"]
        .as_str()
        .unwrap_or_else(|| panic!("{}", answer.body));
    let again = phone.post("/sim/answer", &json!({"secret": secret})).await;
    assert_eq!(again.body, answer.body);
    let shown = phone.get(&format!("/actions/{action}")).await;
    let offer: Offer = serde_json::from_value(shown.body["offer"].clone())
        .unwrap_or_else(|error| panic!("{error}: {}", shown.body));
    phone.approve_offer(&offer).await
}

#[tokio::test]
async fn t07_a_swap_blocks_also_in_the_middle_of_an_approval() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let offer = claimed(&network, &partner, &mut phone).await;
        let opened = phone
            .open(&offer)
            .await
            .unwrap_or_else(|r| panic!("{}", r.body));
        network.sim("swap", 0).await;
        until_blocked(&network, &phone, "sim_changed").await;
        let transcript = phone.transcript(&offer, &opened);
        let late = phone.send_approval(&offer, &opened, &transcript).await;
        assert!(
            ["identity_blocked", "epoch_changed", "action_closed"].contains(&late.code()),
            "{}",
            late.body
        );
        let me = phone.get("/me").await;
        assert_eq!(me.body["status"], "suspended");
        assert_eq!(me.body["sim"]["state"], "changed", "{}", me.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t07_every_change_of_sim_or_line_blocks() {
    for network in TestNetwork::both().await {
        for (n, change, reason) in [
            (0, "swap", "sim_changed"),
            (1, "port", "sim_changed"),
            (2, "lose", "sim_lost"),
        ] {
            let mut phone = network.enrolled(n).await;
            network.sim(change, n).await;
            until_blocked(&network, &phone, reason).await;
            assert_eq!(reasons(&mut phone).await, [reason], "{change}");
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t07_a_number_that_is_about_to_move_stops_what_runs() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let offer = claimed(&network, &partner, &mut phone).await;
        let opened = phone
            .open(&offer)
            .await
            .unwrap_or_else(|r| panic!("{}", r.body));
        network.sim("port_pending", 0).await;
        network.operator_heard().await;
        let transcript = phone.transcript(&offer, &opened);
        let late = phone.send_approval(&offer, &opened, &transcript).await;
        late.refused("epoch_changed");
        // Nobody is blocked by that, but nothing above basic passes until it is over.
        assert!(reasons(&mut phone).await.is_empty());
        let offer = claimed(&network, &partner, &mut phone).await;
        phone.approve_offer(&offer).await.refused("sim_mismatch");
        network.sim("restore", 0).await;
        let offer = claimed(&network, &partner, &mut phone).await;
        let decided = phone.approve_offer(&offer).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        network.end().await;
    }
}

#[tokio::test]
async fn the_holder_of_a_new_sim_brings_the_identity_back() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        network.sim("swap", 0).await;
        until_blocked(&network, &phone, "sim_changed").await;
        let decided = connect(&network, &mut phone).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        let me = phone.get("/me").await;
        assert_eq!(me.body["status"], "active", "{}", me.body);
        assert_eq!(me.body["sim"]["state"], "connected");
        let offer = claimed(&network, &partner, &mut phone).await;
        let decided = phone.approve_offer(&offer).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        network.end().await;
    }
}

#[tokio::test]
async fn a_line_that_was_lost_needs_its_holder_too() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        network.sim("lose", 0).await;
        until_blocked(&network, &phone, "sim_lost").await;
        phone
            .post("/sim", &json!({}))
            .await
            .refused("sim_not_ready");
        network.sim("restore", 0).await;
        // The operator's word alone brings nothing back.
        network.operator_heard().await;
        assert_eq!(reasons(&mut phone).await, ["sim_lost"]);
        let decided = connect(&network, &mut phone).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        assert!(reasons(&mut phone).await.is_empty());
        network.end().await;
    }
}

#[tokio::test]
async fn a_swap_while_a_sim_is_being_connected_ends_that() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        network.sim("swap", 0).await;
        until_blocked(&network, &phone, "sim_changed").await;
        phone.post("/sim", &json!({})).await;
        let secret = phone.last_secret(&network).await;
        let answer = phone.post("/sim/answer", &json!({"secret": secret})).await;
        let action = answer.body["action"].as_str().expect("action").to_owned();
        network.sim("swap", 0).await;
        network.operator_heard().await;
        let shown = phone.get(&format!("/actions/{action}")).await;
        let offer: Offer = serde_json::from_value(shown.body["offer"].clone()).expect("an offer");
        let refused = phone.approve_offer(&offer).await;
        refused.refused("sim_mismatch");
        assert_eq!(reasons(&mut phone).await, ["sim_changed"]);
        network.end().await;
    }
}

async fn report(network: &TestNetwork, jws: String) -> StatusCode {
    let url = format!("{}/operators/events", network.issuer);
    let request = network
        .http
        .post(url)
        .header("content-type", "application/jwt")
        .body(jws);
    request.send().await.expect("an answer").status()
}

fn event(network: &TestNetwork, sequence: u64, handle: &str) -> Event {
    Event {
        id: format!("test-{sequence}"),
        source: network.operator_url.clone(),
        kind: Kind::Swapped,
        time: "2026-11-23T00:00:00Z".into(),
        sequence,
        iat: ipse_protocol::unix_ms() / 1000,
        subject: Some(Subject {
            handle: handle.to_owned(),
            changed_at: 1,
        }),
    }
}

async fn handle_of(network: &TestNetwork, phone: &Phone) -> String {
    let who = phone.identity.clone();
    let store = &network.server.scheme.store;
    let binding = store
        .read(move |tx| ipse_store::sim::binding(tx, &who))
        .await;
    binding.expect("store").expect("a binding").handle
}

#[tokio::test]
async fn t22_only_the_operators_registered_key_reports_events() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let handle = handle_of(&network, &phone).await;
        let far = event(&network, 1_000_000, &handle);
        let forged = far
            .sign(&ipse_jose::SigningKey::generate_es256())
            .expect("signed");
        assert_eq!(report(&network, forged).await, StatusCode::BAD_REQUEST);
        let key = network.operator.keys.signing.clone();
        // The right key id over a wrong signature, and a key that the token brings along.
        let stranger = ipse_jose::SigningKey::generate_es256();
        let payload = far.sign(&key).expect("signed");
        let payload = payload.split('.').nth(1).expect("payload").to_owned();
        for header in [
            json!({"alg": "ES256", "typ": "sim-event+jwt", "kid": key.kid()}),
            json!({"alg": "ES256", "typ": "sim-event+jwt", "kid": stranger.kid(), "jwk": stranger.public_jwk()}),
            json!({"alg": "ES256", "typ": "sim-event+jwt", "jwk": stranger.public_jwk()}),
            json!({"alg": "ES256", "typ": "sim-event+jwt", "kid": key.kid(), "jku": "http://127.0.0.1:9/jwks"}),
        ] {
            let head = ipse_jose::b64::encode(header.to_string().as_bytes());
            let signature = stranger.sign(format!("{head}.{payload}").as_bytes());
            let token = format!("{head}.{payload}.{}", ipse_jose::b64::encode(&signature));
            assert_eq!(
                report(&network, token).await,
                StatusCode::BAD_REQUEST,
                "{header}"
            );
        }
        for bad in [
            Event {
                source: "https://other.example".into(),
                ..far.clone()
            },
            Event {
                iat: far.iat - 3_600,
                ..far.clone()
            },
            Event {
                iat: far.iat + 3_600,
                ..far.clone()
            },
            Event {
                subject: None,
                ..far.clone()
            },
        ] {
            let status = report(&network, bad.sign(&key).expect("signed")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{bad:?}");
        }
        assert!(reasons(&mut phone).await.is_empty());
        assert_eq!(
            report(&network, far.sign(&key).expect("signed")).await,
            StatusCode::NO_CONTENT
        );
        assert_eq!(reasons(&mut phone).await, ["sim_changed"]);
        network.end().await;
    }
}

#[tokio::test]
async fn an_event_counts_once_and_a_gap_is_repaired_by_pulling() {
    for network in TestNetwork::both().await {
        let phone = network.enrolled(0).await;
        network.operator_heard().await;
        let scheme = &network.server.scheme;
        assert!(scheme.feed_healthy("Leie Mobiel").await.expect("store"));
        // What the scheme never got, it pulls; what it has, it applies once.
        scheme
            .store
            .write(|tx| tx.exec("DELETE FROM operator_feed", &[]).map(drop))
            .await
            .expect("store");
        network.sim("swap", 0).await;
        let operator = scheme.operators[0].clone();
        scheme.repair_feed(&operator).await.expect("repaired");
        until_blocked(&network, &phone, "sim_changed").await;
        let key = network.operator.keys.signing.clone();
        let first = event(&network, 1, "sim_nobody").sign(&key).expect("signed");
        assert_eq!(report(&network, first).await, StatusCode::NO_CONTENT);
        let far = event(&network, 1_000_000, "sim_nobody")
            .sign(&key)
            .expect("signed");
        assert_eq!(report(&network, far).await, StatusCode::NO_CONTENT);
        assert!(
            !scheme.feed_healthy("Leie Mobiel").await.expect("store"),
            "a gap"
        );
        network.end().await;
    }
}

#[tokio::test]
async fn a_feed_that_falls_silent_is_not_healthy() {
    for network in TestNetwork::both().await {
        network.operator_heard().await;
        let scheme = &network.server.scheme;
        assert!(scheme.feed_healthy("Leie Mobiel").await.expect("store"));
        network
            .operator
            .set_fault(Some(ipse_operator::config::Fault::Silent));
        network.pass(6 * 60_000);
        network
            .soon("noticing", || async {
                // A heartbeat that was on its way may still come in.
                network.pass(6 * 60_000);
                !scheme.feed_healthy("Leie Mobiel").await.expect("store")
            })
            .await;
        network.end().await;
    }
}

#[tokio::test]
async fn a_sim_that_became_ready_can_be_connected_later() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(18);
        phone.begin_enrolment(&network).await;
        phone.visit_bank("customer18").await;
        let done = phone.finish_enrolment().await;
        assert_eq!(done.body["level"], "basic", "{}", done.body);
        phone.identity = done.body["identity"].as_str().expect("identity").to_owned();
        phone
            .post("/sim", &json!({}))
            .await
            .refused("sim_not_ready");
        // A new card: it has the applet.
        network.sim("swap", 18).await;
        let decided = connect(&network, &mut phone).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        let me = phone.get("/me").await;
        assert_eq!(me.body["level"], "advanced", "{}", me.body);
        assert_eq!(me.body["sim"]["state"], "connected");
        network.end().await;
    }
}

#[tokio::test]
async fn t30_a_silent_operator_neither_binds_nor_blocks() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        network
            .operator
            .set_fault(Some(ipse_operator::config::Fault::Error));
        phone
            .post("/sim", &json!({}))
            .await
            .refused("sim_unavailable");
        let me = phone.get("/me").await;
        assert_eq!(me.body["status"], "active");
        assert_eq!(me.body["reasons"], Value::Array(Vec::new()));
        network.end().await;
    }
}
