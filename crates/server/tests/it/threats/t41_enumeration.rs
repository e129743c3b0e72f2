//! Threat 41: finding out who has an Ipse.

use ipse_protocol::wire::{DeviceKey, EnrolmentRequest};
use serde_json::{Value, json};

use crate::support::sims::sim_path;
use crate::support::{TestNetwork, number};

/// Members of an answer, without those that differ each time.
fn shape(body: &Value) -> Value {
    let mut body = body.clone();
    for own in ["enrolment", "device", "expires"] {
        assert!(!body[own].is_null(), "{own}");
        body[own] = Value::Null;
    }
    body
}

#[tokio::test]
async fn t41_enrolment_does_not_reveal_who_is_enrolled() {
    for network in TestNetwork::both().await {
        network.enrolled(0).await;
        let taken = network.phone(0).begin_enrolment(&network).await;
        let free = network.phone(1).begin_enrolment(&network).await;
        assert_eq!(taken.status, free.status);
        assert_eq!(shape(&taken.body), shape(&free.body));
        network.end().await;
    }
}

#[tokio::test]
async fn t41_a_message_limit_does_not_reveal_who_is_enrolled() {
    let network = TestNetwork::new().await;
    network.enrolled(0).await;
    let mut told = Vec::new();
    for n in [0, 1] {
        let mut stranger = network.phone(n);
        stranger.begin_enrolment(&network).await;
        let mut answers = Vec::new();
        for _ in 0..7 {
            let asked = stranger.post(&sim_path(&stranger), &json!({})).await;
            answers.push((asked.status, asked.body));
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    network.end().await;
}

#[tokio::test]
async fn t41_enrolment_does_not_reveal_line_state() {
    for network in TestNetwork::both().await {
        let ready = network.phone(2).begin_enrolment(&network).await;
        for (n, change) in [(0, "lose"), (1, "port_pending")] {
            network.sim(change, n).await;
            network.operator_heard().await;
            let mut phone = network.phone(n);
            let begun = phone.begin_enrolment(&network).await;
            assert_eq!(begun.status, ready.status, "{change}: {}", begun.body);
            assert_eq!(begun.body["sim"], ready.body["sim"], "{change}");
            let path = format!("/enrolments/{}", phone.enrolment);
            let shown = phone.get(&path).await;
            assert_eq!(shown.body["sim"], ready.body["sim"], "{change}");
            // Such a line is texted nothing, and nobody enrols without.
            let refused = phone.post(&sim_path(&phone), &json!({})).await;
            refused.refused("sim_not_ready");
            assert_eq!(refused.body["reason"], "line", "{change}");
            phone.visit_bank(&format!("customer{n}")).await;
            phone.finish_enrolment().await.refused("sim_not_ready");
            network.sim("restore", n).await;
            phone.connect_sim(&network).await;
            let done = phone.finish_enrolment().await;
            assert_eq!(done.body["level"], "advanced", "{}", done.body);
        }
        // Nor that it happened since.
        let mut phone = network.phone(3);
        phone.begin_enrolment(&network).await;
        network.sim("swap", 3).await;
        network.operator_heard().await;
        let path = format!("/enrolments/{}", phone.enrolment);
        let shown = phone.get(&path).await;
        assert_eq!(shown.body["sim"], ready.body["sim"]);
        phone
            .post(&sim_path(&phone), &json!({}))
            .await
            .refused("sim_mismatch");
        network.end().await;
    }
}

#[tokio::test]
async fn t41_a_known_number_costs_the_same_work_as_an_unknown_one() {
    for network in TestNetwork::both().await {
        network.enrolled(0).await;
        let node = network.another_node();
        let mut seen = Vec::new();
        // 0 is enrolled, 1 is not.
        for n in [0, 1, 0, 1] {
            let mut stranger = network.phone(n);
            let body = EnrolmentRequest {
                phone_number: number(n),
                device_key: DeviceKey::of(&stranger.key).expect("key"),
                device_name: "Test phone".into(),
                key_kind: ipse_protocol::terms::KeyKind::Software,
                language: "en".into(),
            };
            let request = stranger.seal("/enrolments", &body);
            let before = node.scheme.store.stats();
            let here = std::net::Ipv4Addr::LOCALHOST.into();
            let begun = node.scheme.begin_enrolment(request.incoming(), &body, here);
            let answer = begun.await;
            let answer = serde_json::to_value(answer.expect("an enrolment")).expect("json");
            let after = node.scheme.store.stats();
            let work = after.transactions - before.transactions;
            let length = answer.to_string().len();
            seen.push((answer["sim"].clone(), work, length));
        }
        assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
        network.end().await;
    }
}
