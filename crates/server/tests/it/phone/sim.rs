//! `POST /phone/v1/sim` and `POST /phone/v1/sim/answer`. Threats: t07, t30.

use ipse_protocol::wire::Offer;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::logins::claim_login;
use crate::support::sims::{block_reasons, wait_for_block};
use crate::support::{Phone, TestNetwork};

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
async fn connecting_a_new_sim_restores_the_identity() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        network.sim("swap", 0).await;
        wait_for_block(&network, &phone, "sim_changed").await;
        let decided = connect(&network, &mut phone).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        let me = phone.get("/me").await;
        assert_eq!(me.body["status"], "active", "{}", me.body);
        assert_eq!(me.body["sim"]["state"], "connected");
        let offer = claim_login(&network, &partner, &mut phone).await;
        let decided = phone.approve_offer(&offer).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        network.end().await;
    }
}

#[tokio::test]
async fn a_lost_line_needs_a_holder_statement() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        network.sim("lose", 0).await;
        wait_for_block(&network, &phone, "sim_lost").await;
        phone
            .post("/sim", &json!({}))
            .await
            .refused("sim_not_ready");
        network.sim("restore", 0).await;
        // The operator's word alone brings nothing back.
        network.operator_heard().await;
        assert_eq!(block_reasons(&mut phone).await, ["sim_lost"]);
        let decided = connect(&network, &mut phone).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        assert!(block_reasons(&mut phone).await.is_empty());
        network.end().await;
    }
}

#[tokio::test]
async fn a_swap_during_the_connection_of_a_sim_ends_it() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        network.sim("swap", 0).await;
        wait_for_block(&network, &phone, "sim_changed").await;
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
        assert_eq!(block_reasons(&mut phone).await, ["sim_changed"]);
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
