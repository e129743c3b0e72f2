//! `POST /phone/v1/fingerprint/add`, `POST /phone/v1/fingerprint/add/answer` and `POST /phone/v1/fingerprint/remove`. Threats: t05,
//! t06.

use ipse_phone::requests;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::sims::wait_for_block;
use crate::support::{Phone, TestNetwork};

async fn approve(phone: &mut Phone, offer: &ipse_protocol::wire::Offer) {
    let decided = phone.approve_offer(offer).await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
}

#[tokio::test]
async fn the_code_adds_a_fingerprint_and_removes_it() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let (finger, offer) = phone.begin_adding().await;
        assert_eq!(offer.open().expect("a view").service, "FINGERPRINT_ADD");
        // Nothing changes before the approval.
        assert!(!phone.has_fingerprint().await);
        approve(&mut phone, &offer).await;
        assert!(phone.has_fingerprint().await);
        let login = network.offer(&partner, &mut phone).await;
        let decided = phone.approve_by_biometric(&login, &finger).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);

        let offer = phone.begin_removing().await;
        assert_eq!(offer.open().expect("a view").service, "FINGERPRINT_REMOVE");
        approve(&mut phone, &offer).await;
        assert!(!phone.has_fingerprint().await);
        let login = network.offer(&partner, &mut phone).await;
        let refused = phone.approve_by_biometric(&login, &finger).await;
        refused.refused("malformed_request");
        // The code works as before.
        approve(&mut phone, &login).await;
        network.end().await;
    }
}

#[tokio::test]
async fn a_refused_change_changes_nothing() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let (_, offer) = phone.begin_adding().await;
        let refused = phone.refuse(&offer).await;
        assert_eq!(refused.status, StatusCode::OK, "{}", refused.body);
        assert!(!phone.has_fingerprint().await);
        network.give_biometric(&phone).await;
        let offer = phone.begin_removing().await;
        phone
            .wrong_code(&offer, "96172")
            .await
            .refused("code_wrong");
        assert!(phone.has_fingerprint().await);
        network.end().await;
    }
}

#[tokio::test]
async fn what_there_is_cannot_be_added_and_what_is_missing_cannot_be_removed() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let missing = phone.exchange(requests::remove_fingerprint()).await;
        missing.refused("fingerprint_missing");
        let (_, registration) = phone.new_fingerprint().await;
        network.give_biometric(&phone).await;
        let there = phone.exchange(requests::add_fingerprint()).await;
        there.refused("fingerprint_exists");
        let there = phone.submit_fingerprint(&registration).await;
        there.refused("fingerprint_exists");

        // A phone whose enrolment runs has no identity yet.
        let mut pending = network.phone(1);
        pending.begin_enrolment(&network).await;
        let early = pending.exchange(requests::add_fingerprint()).await;
        early.refused("not_found");
        let early = pending.exchange(requests::remove_fingerprint()).await;
        early.refused("not_found");
        network.end().await;
    }
}

#[tokio::test]
async fn a_newer_change_closes_the_earlier_one() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let (_, earlier) = phone.begin_adding().await;
        let (_, newer) = phone.begin_adding().await;
        let closed = phone.approve_offer(&earlier).await;
        closed.refused("action_closed");
        assert!(!phone.has_fingerprint().await);
        approve(&mut phone, &newer).await;
        assert!(phone.has_fingerprint().await);
        network.end().await;
    }
}

#[tokio::test]
async fn a_repeated_request_begins_nothing_new() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let asked = phone.seal_message(requests::add_fingerprint());
        let (first, again) = (phone.send(&asked).await, phone.send(&asked).await);
        assert_eq!(first.body["challenge"], again.body["challenge"]);
        let (_, registration) = phone.new_fingerprint().await;
        let answered = phone.seal_message(requests::add_fingerprint_answer(&registration));
        let (first, again) = (phone.send(&answered).await, phone.send(&answered).await);
        assert!(first.body["action"].is_string(), "{}", first.body);
        assert_eq!(first.body, again.body);
        phone.send(&asked).await.refused("busy");
        network.end().await;
    }
}

#[tokio::test]
async fn a_suspended_person_removes_their_fingerprint_and_stays_suspended() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        network.give_biometric(&phone).await;
        network.sim("swap", 0).await;
        wait_for_block(&network, &phone, "sim_changed").await;
        let offer = phone.begin_removing().await;
        approve(&mut phone, &offer).await;
        let me = phone.get("/me").await;
        assert_eq!(
            (&me.body["unlock"], &me.body["status"]),
            (&json!(false), &json!("suspended"))
        );
        network.end().await;
    }
}

#[tokio::test]
async fn t06_the_phone_of_a_blocked_person_gets_no_new_fingerprint() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let (_, registration) = phone.new_fingerprint().await;
        phone.post("/block", &json!({"reason": "person"})).await;
        let begun = phone.exchange(requests::add_fingerprint()).await;
        begun.refused("identity_blocked");
        let answered = phone.submit_fingerprint(&registration).await;
        answered.refused("identity_blocked");
        network.end().await;
    }
}

/// An addition that began before the block does not outlive it.
#[tokio::test]
async fn t06_a_block_ends_the_addition_of_a_fingerprint() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let (_, offer) = phone.begin_adding().await;
        phone.post("/block", &json!({"reason": "person"})).await;
        phone.approve_offer(&offer).await.refused("epoch_changed");
        assert!(!phone.has_fingerprint().await);
        network.end().await;
    }
}

#[tokio::test]
async fn a_fingerprint_does_not_shorten_the_wait_of_a_new_phone() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        network.enrolled(0).await;
        let mut new = network.enrolled(0).await;
        let (finger, offer) = new.begin_adding().await;
        approve(&mut new, &offer).await;
        let me = new.get("/me").await;
        assert_eq!(
            (&me.body["unlock"], &me.body["level"]),
            (&json!(true), &json!("basic"))
        );
        assert!(!me.body["limited"].is_null(), "{}", me.body);
        let login = network.offer_basic(&partner, &mut new).await;
        let decided = new.approve_by_biometric(&login, &finger).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        let started = network.start(&partner).await;
        new.claim(&started.link).await.refused("level_not_allowed");
        network.end().await;
    }
}
