//! Text messages to handsets: who may cause them, how many, and what the answers give away.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Phone, World, number};

/// How many messages lie on the handset of person `n`.
async fn messages(world: &World, n: usize) -> usize {
    let url = url::Url::parse_with_params(
        &format!("{}/handset/messages", world.operator_url),
        [("number", number(n))],
    )
    .expect("a URL");
    let answer = world.http.get(url).send().await.expect("an answer");
    let body: serde_json::Value = answer.json().await.expect("json");
    body["messages"].as_array().expect("messages").len()
}

/// Where an enrolment asks for its text message.
fn sim(phone: &Phone) -> String {
    format!("/enrolments/{}/sim", phone.enrolment)
}

#[tokio::test]
async fn an_enrolment_that_has_its_sim_or_is_over_sends_no_more_messages() {
    for world in World::both().await {
        let mut phone = world.phone(0);
        phone.begin_enrolment(&world).await;
        phone.connect_sim(&world).await;
        let path = sim(&phone);
        phone.post(&path, &json!({})).await.refused("not_found");
        phone.visit_bank("customer0").await;
        let done = phone.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        phone.post(&path, &json!({})).await.refused("not_found");
        assert_eq!(messages(&world, 0).await, 1);
        world.end().await;
    }
}
