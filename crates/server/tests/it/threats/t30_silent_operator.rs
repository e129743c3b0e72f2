//! Threat 30, during a login: an operator that fails, hangs or is slow.

use std::time::{Duration, Instant};

use ipse_operator::config::Fault;
use ipse_protocol::wire::{AttemptResponse, Offer};
use reqwest::StatusCode;

use crate::support::{CODE, Phone, Reply, TestNetwork, start_login};

fn waits(reply: &Reply) -> bool {
    let wait = serde_json::from_value(reply.body.clone());
    let wait = matches!(
        wait,
        Ok(AttemptResponse::Wait {
            contacting_sim: true,
            ..
        })
    );
    wait && reply.status == StatusCode::ACCEPTED
}

async fn nothing_was_spent(network: &TestNetwork, phone: &Phone) {
    let identity = network.identity(&phone.identity).await;
    let open = network.open_attempt(&phone.identity).await;
    assert_eq!((open, identity.wrong_codes), (None, 0));
    assert_eq!(identity.status.as_str(), "active");
}

/// What an attempt is told, once.
async fn ask(phone: &mut Phone, offer: &Offer, first: [u8; 96]) -> Reply {
    let path = format!("/actions/{}/attempt", offer.action);
    phone.post(&path, &Phone::attempt_body(offer, first)).await
}

/// No statement, no try spent, and nobody in.
#[tokio::test]
async fn t30_a_failing_operator_costs_no_try_and_approves_nothing() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        for fault in [Fault::Error, Fault::Garbage, Fault::Lying] {
            network.operator.set_fault(Some(fault));
            let offer = network.offer(&partner, &mut phone).await;
            let refused = phone.attempt(&offer, CODE).await.map(drop);
            let refused = refused.expect_err("nothing to go by");
            assert!(
                ["sim_unavailable", "sim_mismatch"].contains(&refused.code()),
                "{fault:?}: {}",
                refused.body
            );
            let identity = network.identity(&phone.identity).await;
            let open = network.open_attempt(&phone.identity).await;
            assert_eq!((open, identity.wrong_codes), (None, 0));
            assert_eq!(identity.status.as_str(), "active", "{fault:?}");
            // What needs no SIM goes on.
            let basic = network.offer_basic(&partner, &mut phone).await;
            assert_eq!(phone.approve_offer(&basic).await.status, StatusCode::OK);
        }
        network.operator.set_fault(None);
        let offer = network.offer(&partner, &mut phone).await;
        assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        network.end().await;
    }
}

#[tokio::test]
async fn t30_a_hanging_operator_makes_the_phone_wait_and_costs_no_try() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let (partner, other) = (network.partner().await, network.partner().await);
    network.operator.set_fault(Some(Fault::Silent));
    let offer = network.offer(&partner, &mut phone).await;
    let (_, first) = start_login(CODE);
    for _ in 0..2 {
        let begun = Instant::now();
        let reply = ask(&mut phone, &offer, first).await;
        assert!(waits(&reply), "{} {}", reply.status, reply.body);
        // The phone is not left hanging itself.
        assert!(begun.elapsed() < Duration::from_secs(10));
        nothing_was_spent(&network, &phone).await;
    }
    // What needs no SIM goes on.
    let basic = network.offer_basic(&other, &mut phone).await;
    assert_eq!(phone.approve_offer(&basic).await.status, StatusCode::OK);
    if ipse_store::testing::long() {
        // The scheme's patience with a SIM is half a minute; then the phone is told.
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let reply = ask(&mut phone, &offer, first).await;
            if reply.code() == "sim_unavailable" {
                break;
            }
            assert!(waits(&reply), "{} {}", reply.status, reply.body);
            assert!(Instant::now() < until, "nobody was told");
        }
        nothing_was_spent(&network, &phone).await;
    }
    network.operator.set_fault(None);
    let offer = network.offer(&partner, &mut phone).await;
    assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
    network.end().await;
}

#[tokio::test]
async fn t30_a_slow_operator_costs_no_try() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    network.operator.set_fault(Some(Fault::Slow));
    let offer = network.offer(&partner, &mut phone).await;
    let (_, first) = start_login(CODE);
    let reply = ask(&mut phone, &offer, first).await;
    assert!(waits(&reply), "{} {}", reply.status, reply.body);
    nothing_was_spent(&network, &phone).await;
    // It answers in the end, and the code that was typed meanwhile opens.
    let reply = phone.approve_offer(&offer).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    const ATTEMPTS: &str = "SELECT COUNT(*) FROM attempt WHERE identity = $1";
    assert_eq!(network.count(ATTEMPTS, &phone.identity).await, 1);
    nothing_was_spent(&network, &phone).await;
    network.end().await;
}
