//! `POST /phone/v1/enrolments`. Threats: t29, t38, t41.

mod bank;
mod code;
mod complete;
mod show;
mod sim;
mod unlock;

use reqwest::StatusCode;
use serde_json::json;

use crate::support::TestNetwork;
use crate::support::sims::is_bound;

#[tokio::test]
async fn repeated_steps_change_nothing() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        phone.connect_sim(&network).await;
        // The secret serves once, the answer as often as it is asked for.
        let path = format!("/enrolments/{}/sim/answer", phone.enrolment);
        let again = phone.post(&path, &json!({"secret": "000000"})).await;
        assert_eq!(again.body, json!({"connected": true}));
        phone.visit_bank("customer0").await;
        let first = phone.finish_enrolment().await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
        assert_eq!(first.body["level"], "advanced");
        let body = json!({
            "registration_record": ipse_jose::b64::encode(&[0; 192]), "terms_version": "2026-11", "unlock": null,
        });
        let path = format!("/enrolments/{}/complete", phone.enrolment);
        let second = phone.post(&path, &body).await;
        assert_eq!(second.status, StatusCode::CREATED, "{}", second.body);
        assert_eq!(first.body, second.body);
        let state = phone.get(&format!("/enrolments/{}", phone.enrolment)).await;
        assert_eq!(state.body["status"], "completed");
        network.end().await;
    }
}

#[tokio::test]
async fn a_repeated_start_returns_the_same_enrolment() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        let first = phone.begin_enrolment(&network).await;
        // The phone never saw the answer: same key, same sequence, same bytes.
        let mut lost = network.phone(0);
        lost.key = phone.key.clone();
        let again = lost.begin_enrolment(&network).await;
        assert_eq!(again.body, first.body);
        // It changed its mind: a new enrolment, and the old one is gone.
        lost.state.device = None;
        let second = lost.begin_enrolment(&network).await;
        assert_eq!(second.status, StatusCode::CREATED, "{}", second.body);
        assert_ne!(second.body["enrolment"], first.body["enrolment"]);
        let path = format!("/enrolments/{}", phone.enrolment);
        phone.get(&path).await.refused("device_signature_invalid");
        network.end().await;
    }
}

#[tokio::test]
async fn phone_numbers_are_normalised_or_refused_with_a_reason() {
    for network in TestNetwork::both().await {
        for (number, reason) in [
            ("02 555 12 12", "landline"),
            ("+31 6 12345678", "foreign"),
            ("0470 00 OO 01", "not_digits"),
            ("0470", "too_short"),
        ] {
            let mut phone = network.phone(0);
            let refused = phone.begin_with(number).await;
            refused.refused("malformed_request");
            assert_eq!(refused.body["reason"], reason, "{number}");
        }
        let mut phone = network.phone(0);
        let begun = phone.begin_with("0470 00 01 00").await;
        assert_eq!(begun.body["sim"]["state"], "ready", "{}", begun.body);
        network.end().await;
    }
}

#[tokio::test]
async fn abandoned_enrolments_and_their_keys_are_deleted() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.enrol_to_code(&network).await;
        let done = network.enrolled(1).await;
        network.pass(31 * 60_000);
        assert_eq!(
            network
                .server
                .scheme
                .sweep_enrolments()
                .await
                .expect("swept"),
            1
        );
        assert_eq!(
            network
                .server
                .scheme
                .sweep_enrolments()
                .await
                .expect("swept"),
            0
        );
        let path = format!("/enrolments/{}", phone.enrolment);
        phone.get(&path).await.refused("device_signature_invalid");
        ipse_server::outbox::drain(&network.server.scheme)
            .await
            .expect("drained");
        network
            .soon("letting go of the SIM", || async {
                !is_bound(&network, 0).await
            })
            .await;
        // A completed enrolment is not deleted.
        assert!(is_bound(&network, 1).await);
        let mut done = done;
        assert_eq!(done.get("/me").await.status, StatusCode::OK);
        network.end().await;
    }
}
