//! `POST /phone/v1/enrolments/{id}/complete`. Threats: t04, t07.

use serde_json::json;

use crate::support::TestNetwork;
use crate::support::sims::is_bound;

#[tokio::test]
async fn a_second_identity_is_refused_and_its_sim_released() {
    for network in TestNetwork::both().await {
        network.enrolled(0).await;
        let mut second = network.phone(1);
        second.begin_enrolment(&network).await;
        second.connect_sim(&network).await;
        assert!(is_bound(&network, 1).await);
        second.visit_bank("customer0").await;
        second.finish_enrolment().await.refused("already_enrolled");
        second.finish_enrolment().await.refused("already_enrolled");
        network
            .soon("letting go of the SIM", || async {
                !is_bound(&network, 1).await
            })
            .await;
        // The owner of that SIM is not shut out.
        network.enrolled(1).await;
        network.end().await;
    }
}

#[tokio::test]
async fn a_second_enrolment_with_the_same_sim_keeps_the_identitys_sim() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let mut second = network.phone(0);
        second.begin_enrolment(&network).await;
        second.connect_sim(&network).await;
        second.visit_bank("customer0").await;
        second.finish_enrolment().await.refused("already_enrolled");
        ipse_server::outbox::drain(&network.server.scheme)
            .await
            .expect("drained");
        assert!(is_bound(&network, 0).await);
        let me = phone.get("/me").await;
        assert_eq!(me.body["sim"]["state"], "connected", "{}", me.body);
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
