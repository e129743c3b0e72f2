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

#[tokio::test]
async fn t38_strangers_do_not_use_up_the_messages_of_a_number() {
    for world in World::both().await {
        let mut holder = world.enrolled(0).await;
        let mut stranger = world.phone(0);
        for n in 0..8 {
            // A new enrolment, a new key, the same number.
            if n % 3 == 0 {
                stranger = world.phone(0);
                stranger.begin_enrolment(&world).await;
            }
            let asked = stranger.post(&sim(&stranger), &json!({})).await;
            if n < ipse_scheme::enrolment::TEXTS {
                assert_eq!(asked.status, StatusCode::OK, "{n}: {}", asked.body);
                continue;
            }
            asked.refused("too_many_requests");
            let pause = asked.body["retry_after_ms"].as_i64().expect("a pause");
            assert_eq!(pause, 24 * 3_600_000);
        }
        // One for the enrolment of the holder, who proved to have the SIM: it counts no more.
        assert_eq!(messages(&world, 0).await, 6);
        // The way back of who has the number stays open.
        let sent = holder.post("/sim", &json!({})).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        world.end().await;
    }
}

#[tokio::test]
async fn t38_whom_a_bank_vouched_for_has_messages_of_their_own_and_not_without_end() {
    for world in World::both().await {
        let limit = ipse_scheme::enrolment::TEXTS_VOUCHED;
        let mut phone = world.phone(0);
        phone.begin_enrolment(&world).await;
        phone.visit_bank("customer0").await;
        for n in 0..limit {
            let asked = phone.post(&sim(&phone), &json!({})).await;
            assert_eq!(asked.status, StatusCode::OK, "{n}: {}", asked.body);
        }
        // The same person again, with another number.
        let mut again = world.phone(1);
        again.begin_enrolment(&world).await;
        again.visit_bank("customer0").await;
        for phone in [&mut phone, &mut again] {
            let path = sim(phone);
            phone
                .post(&path, &json!({}))
                .await
                .refused("too_many_requests");
        }
        // Nobody else's count is touched.
        let mut other = world.phone(0);
        other.begin_enrolment(&world).await;
        let asked = other.post(&sim(&other), &json!({})).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
        world.end().await;
    }
}

#[tokio::test]
async fn the_messages_of_a_day_come_back_with_the_next() {
    for world in World::both().await {
        let mut phone = world.phone(0);
        for _ in 0..=ipse_scheme::enrolment::TEXTS {
            phone = world.phone(0);
            phone.begin_enrolment(&world).await;
            phone.post(&sim(&phone), &json!({})).await;
        }
        phone
            .post(&sim(&phone), &json!({}))
            .await
            .refused("too_many_requests");
        world.pass(23 * 3_600_000);
        let mut phone = world.phone(0);
        phone.begin_enrolment(&world).await;
        let early = phone.post(&sim(&phone), &json!({})).await;
        early.refused("too_many_requests");
        assert_eq!(early.body["retry_after_ms"], 3_600_000);
        world.pass(3_600_000);
        let mut phone = world.phone(0);
        phone.begin_enrolment(&world).await;
        let asked = phone.post(&sim(&phone), &json!({})).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
        // Nothing is kept of what counts no more.
        world.server.scheme.sweep_enrolments().await.expect("swept");
        let kept = world
            .count("SELECT COUNT(*) FROM sim_text WHERE $1 <> ''", "all")
            .await;
        assert_eq!(kept, 1);
        world.end().await;
    }
}

#[tokio::test]
async fn t41_a_limit_says_nothing_of_who_is_enrolled() {
    let world = World::new().await;
    world.enrolled(0).await;
    let mut told = Vec::new();
    for n in [0, 1] {
        let mut stranger = world.phone(n);
        stranger.begin_enrolment(&world).await;
        let mut answers = Vec::new();
        for _ in 0..7 {
            let asked = stranger.post(&sim(&stranger), &json!({})).await;
            answers.push((asked.status, asked.body));
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    world.end().await;
}

#[tokio::test]
async fn t41_that_a_phone_was_lost_or_a_number_moves_is_not_told_to_who_only_begins() {
    for world in World::both().await {
        let ready = world.phone(2).begin_enrolment(&world).await;
        for (n, change) in [(0, "lose"), (1, "port_pending")] {
            world.sim(change, n).await;
            world.operator_heard().await;
            let mut phone = world.phone(n);
            let begun = phone.begin_enrolment(&world).await;
            assert_eq!(begun.status, ready.status, "{change}: {}", begun.body);
            assert_eq!(begun.body["sim"], ready.body["sim"], "{change}");
            let path = format!("/enrolments/{}", phone.enrolment);
            let shown = phone.get(&path).await;
            assert_eq!(shown.body["sim"], ready.body["sim"], "{change}");
            // Such a line is texted nothing, and nobody enrols without.
            let refused = phone.post(&sim(&phone), &json!({})).await;
            refused.refused("sim_not_ready");
            assert_eq!(refused.body["reason"], "line", "{change}");
            phone.visit_bank(&format!("customer{n}")).await;
            phone.finish_enrolment().await.refused("sim_not_ready");
            world.sim("restore", n).await;
            phone.connect_sim(&world).await;
            let done = phone.finish_enrolment().await;
            assert_eq!(done.body["level"], "advanced", "{}", done.body);
        }
        // Nor that it happened since.
        let mut phone = world.phone(3);
        phone.begin_enrolment(&world).await;
        world.sim("swap", 3).await;
        world.operator_heard().await;
        let path = format!("/enrolments/{}", phone.enrolment);
        let shown = phone.get(&path).await;
        assert_eq!(shown.body["sim"], ready.body["sim"]);
        phone
            .post(&sim(&phone), &json!({}))
            .await
            .refused("sim_mismatch");
        world.end().await;
    }
}

#[tokio::test]
async fn asking_for_messages_does_not_watch_a_line() {
    let world = World::new().await;
    world.sim("lose", 0).await;
    world.operator_heard().await;
    let mut phone = world.phone(0);
    phone.begin_enrolment(&world).await;
    for _ in 0..ipse_scheme::enrolment::TEXTS {
        phone
            .post(&sim(&phone), &json!({}))
            .await
            .refused("sim_not_ready");
    }
    phone
        .post(&sim(&phone), &json!({}))
        .await
        .refused("too_many_requests");
    world.end().await;
}
