//! `POST /phone/v1/enrolments/{id}/complete`. Threats: t04, t07.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::sims::is_bound;
use crate::support::{TestNetwork, number};

#[tokio::test]
async fn a_person_who_enrols_again_gets_their_identity_on_the_new_phone() {
    for network in TestNetwork::both().await {
        let mut old = network.enrolled(0).await;
        let mut new = network.phone(0);
        new.begin_enrolment(&network).await;
        new.connect_sim(&network).await;
        let path = format!("/enrolments/{}", new.enrolment);
        assert_eq!(new.get(&path).await.body["replaces"], false);
        new.visit_bank("customer0").await;
        assert_eq!(new.get(&path).await.body["replaces"], true);
        let done = new.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        assert_eq!(done.body["identity"], old.identity);
        assert_eq!(done.body["replaced"], true);
        assert_eq!(done.body["code_version"], 2);
        // Sent again, it answers the same.
        let again = new.get(&path).await;
        assert_eq!(again.body["status"], "completed", "{}", again.body);

        old.get("/me").await.refused("device_replaced");
        let devices = new.get("/devices").await;
        let all = devices.body["devices"].as_array().expect("devices");
        let status: Vec<_> = all.iter().map(|d| d["status"].as_str()).collect();
        assert_eq!(status, [Some("replaced"), Some("active")]);
        let me = new.get("/me").await;
        assert_eq!(me.body["status"], "active", "{}", me.body);
        assert_eq!(me.body["sim"]["state"], "connected");
        network.end().await;
    }
}

#[tokio::test]
async fn a_new_phone_with_another_number_moves_the_identity_to_its_sim() {
    for network in TestNetwork::both().await {
        let old = network.enrolled(0).await;
        let mut new = network.phone(1);
        new.begin_enrolment(&network).await;
        new.connect_sim(&network).await;
        new.visit_bank("customer0").await;
        let done = new.finish_enrolment().await;
        assert_eq!(done.body["identity"], old.identity, "{}", done.body);
        let me = new.get("/me").await;
        assert_eq!(me.body["phone_number"], number(1), "{}", me.body);
        // The old SIM is let go of after its holder was told.
        let scheme = &network.server.scheme;
        ipse_server::outbox::drain(scheme).await.expect("drained");
        ipse_server::outbox::drain(scheme).await.expect("drained");
        assert!(!is_bound(&network, 0).await);
        assert!(is_bound(&network, 1).await);
        network.end().await;
    }
}

#[tokio::test]
async fn a_new_phone_needs_the_sim_if_the_identity_has_one() {
    for network in TestNetwork::both().await {
        network.enrolled(0).await;
        let mut new = network.phone(19);
        new.begin_enrolment(&network).await;
        new.visit_bank("customer0").await;
        new.finish_enrolment().await.refused("sim_not_ready");
        network.end().await;
    }
}

#[tokio::test]
async fn a_sim_of_another_person_cannot_come_along() {
    for network in TestNetwork::both().await {
        let (first, mut other) = (network.enrolled(0).await, network.enrolled(1).await);
        let mut new = network.phone(1);
        new.begin_enrolment(&network).await;
        new.connect_sim(&network).await;
        new.visit_bank("customer0").await;
        new.finish_enrolment().await.refused("sim_mismatch");
        assert_eq!(network.identity(&first.identity).await.epoch, 1);
        let me = other.get("/me").await;
        assert_eq!(me.body["sim"]["state"], "connected", "{}", me.body);
        network.end().await;
    }
}

#[tokio::test]
async fn an_identity_that_appeared_meanwhile_needs_the_code_once_more() {
    for network in TestNetwork::both().await {
        let (mut first, mut second) = (network.phone(0), network.phone(1));
        first.enrol_to_code(&network).await;
        second.begin_enrolment(&network).await;
        second.connect_sim(&network).await;
        // The bank vouches before the other phone has made the identity.
        second.visit_bank("customer0").await;
        let done = first.finish_enrolment().await;
        second.finish_enrolment().await.refused("epoch_changed");
        let replaced = second.finish_enrolment().await;
        assert_eq!(replaced.body["identity"], done.body["identity"]);
        assert_eq!(replaced.body["replaced"], true, "{}", replaced.body);
        network.end().await;
    }
}

#[tokio::test]
async fn a_sim_that_is_not_ready_reaches_basic() {
    for network in TestNetwork::both().await {
        for (n, state) in [(18, "upgradable"), (19, "incompatible")] {
            let mut phone = network.phone(n);
            let begun = phone.begin_enrolment(&network).await;
            assert_eq!(
                begun.body["sim"],
                json!({"state": state, "operator": "Leie Mobiel"})
            );
            let path = format!("/enrolments/{}/sim", phone.enrolment);
            phone.post(&path, &json!({})).await.refused("sim_not_ready");
            phone.visit_bank(&format!("customer{n}")).await;
            let done = phone.finish_enrolment().await;
            assert_eq!(done.body["level"], "basic", "{}", done.body);
        }
        network.end().await;
    }
}

#[tokio::test]
async fn steps_cannot_be_skipped() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        phone
            .finish_enrolment()
            .await
            .refused("assurance_insufficient");
        phone.visit_bank("customer0").await;
        // The SIM is ready, so it has to be connected.
        phone.finish_enrolment().await.refused("sim_not_ready");
        let path = format!("/enrolments/{}/sim/answer", phone.enrolment);
        phone
            .post(&path, &json!({"secret": "123456"}))
            .await
            .refused("sim_secret_wrong");
        // Another phone knows the id and gets nothing.
        let mut thief = network.phone(1);
        thief.begin_enrolment(&network).await;
        thief
            .get(&format!("/enrolments/{}", phone.enrolment))
            .await
            .refused("not_found");
        network.end().await;
    }
}
