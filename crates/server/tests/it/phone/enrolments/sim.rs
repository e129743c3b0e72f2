//! `POST /phone/v1/enrolments/{id}/sim` and `POST /phone/v1/enrolments/{id}/sim/answer`. Threats: t12, t30, t38, t41.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::TestNetwork;
use crate::support::sims::{count_messages, sim_path};

#[tokio::test]
async fn a_sim_belongs_to_one_identity() {
    for network in TestNetwork::both().await {
        network.enrolled(0).await;
        let mut other = network.phone(0);
        other.begin_enrolment(&network).await;
        other.connect_sim(&network).await;
        other.visit_bank("customer1").await;
        other.finish_enrolment().await.refused("sim_mismatch");
        network.end().await;
    }
}

#[tokio::test]
async fn a_wrong_secret_costs_a_try_and_the_third_closes_the_challenge() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let sim = format!("/enrolments/{}/sim", phone.enrolment);
        let sent = phone.post(&sim, &json!({})).await;
        assert_eq!(sent.body, json!({"sent": true, "tries_left": 3}));
        let secret = phone.last_secret(&network).await;
        let wrong = if secret == "123456" {
            "654321"
        } else {
            "123456"
        };
        let answer = format!("{sim}/answer");
        phone
            .post(&answer, &json!({"secret": "12345"}))
            .await
            .refused("malformed_request");
        for left in [2, 1, 0] {
            let refused = phone.post(&answer, &json!({"secret": wrong})).await;
            refused.refused("sim_secret_wrong");
            assert_eq!(refused.body["tries_left"], left);
        }
        phone
            .post(&answer, &json!({"secret": secret}))
            .await
            .refused("sim_secret_wrong");
        phone.connect_sim(&network).await;
        network.end().await;
    }
}

#[tokio::test]
async fn messages_to_a_number_are_limited() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let sim = format!("/enrolments/{}/sim", phone.enrolment);
        let mut refused = None;
        for _ in 0..12 {
            let reply = phone.post(&sim, &json!({})).await;
            if reply.status != StatusCode::OK {
                refused = Some(reply);
                break;
            }
        }
        let refused = refused.expect("a limit");
        refused.refused("too_many_requests");
        assert_eq!(refused.body["retry_after_ms"], 24 * 3_600_000);
        network.end().await;
    }
}

#[tokio::test]
async fn no_message_is_sent_after_the_sim_is_bound_or_the_enrolment_is_over() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        phone.connect_sim(&network).await;
        let path = sim_path(&phone);
        phone.post(&path, &json!({})).await.refused("not_found");
        phone.visit_bank("customer0").await;
        let done = phone.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        phone.post(&path, &json!({})).await.refused("not_found");
        assert_eq!(count_messages(&network, 0).await, 1);
        network.end().await;
    }
}

#[tokio::test]
async fn the_message_limit_resets_the_next_day() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        for _ in 0..=ipse_scheme::sim::TEXTS {
            phone = network.phone(0);
            phone.begin_enrolment(&network).await;
            phone.post(&sim_path(&phone), &json!({})).await;
        }
        phone
            .post(&sim_path(&phone), &json!({}))
            .await
            .refused("too_many_requests");
        network.pass(23 * 3_600_000);
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let early = phone.post(&sim_path(&phone), &json!({})).await;
        early.refused("too_many_requests");
        assert_eq!(early.body["retry_after_ms"], 3_600_000);
        network.pass(3_600_000);
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let asked = phone.post(&sim_path(&phone), &json!({})).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
        // Nothing is kept of what counts no more.
        network
            .server
            .scheme
            .sweep_enrolments()
            .await
            .expect("swept");
        let kept = network
            .count("SELECT COUNT(*) FROM sim_text WHERE $1 <> ''", "all")
            .await;
        assert_eq!(kept, 1);
        network.end().await;
    }
}

#[tokio::test]
async fn a_message_request_does_not_reveal_line_state() {
    let network = TestNetwork::new().await;
    network.sim("lose", 0).await;
    network.operator_heard().await;
    let mut phone = network.phone(0);
    phone.begin_enrolment(&network).await;
    for _ in 0..ipse_scheme::sim::TEXTS {
        phone
            .post(&sim_path(&phone), &json!({}))
            .await
            .refused("sim_not_ready");
    }
    phone
        .post(&sim_path(&phone), &json!({}))
        .await
        .refused("too_many_requests");
    network.end().await;
}
