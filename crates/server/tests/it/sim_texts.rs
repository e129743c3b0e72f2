//! Text messages to handsets: who may cause them, how many, and what the answers give away.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Phone, TestNetwork, number};

/// Cookie of a visit to a bank.
const COOKIE: &str = "ipse_scheme_registrar";

/// How many messages lie on the handset of person `n`.
async fn messages(network: &TestNetwork, n: usize) -> usize {
    let url = url::Url::parse_with_params(
        &format!("{}/handset/messages", network.operator_url),
        [("number", number(n))],
    )
    .expect("a URL");
    let answer = network.http.get(url).send().await.expect("an answer");
    let body: serde_json::Value = answer.json().await.expect("json");
    body["messages"].as_array().expect("messages").len()
}

/// Where an enrolment asks for its text message.
fn sim(phone: &Phone) -> String {
    format!("/enrolments/{}/sim", phone.enrolment)
}

#[tokio::test]
async fn an_enrolment_that_has_its_sim_or_is_over_sends_no_more_messages() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        phone.connect_sim(&network).await;
        let path = sim(&phone);
        phone.post(&path, &json!({})).await.refused("not_found");
        phone.visit_bank("customer0").await;
        let done = phone.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        phone.post(&path, &json!({})).await.refused("not_found");
        assert_eq!(messages(&network, 0).await, 1);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_strangers_do_not_use_up_the_messages_of_a_number() {
    for network in TestNetwork::both().await {
        let mut holder = network.enrolled(0).await;
        let mut stranger = network.phone(0);
        for n in 0..8 {
            // A new enrolment, a new key, the same number.
            if n % 3 == 0 {
                stranger = network.phone(0);
                stranger.begin_enrolment(&network).await;
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
        assert_eq!(messages(&network, 0).await, 6);
        // The way back of who has the number stays open.
        let sent = holder.post("/sim", &json!({})).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_whom_a_bank_vouched_for_has_messages_of_their_own_and_not_without_end() {
    for network in TestNetwork::both().await {
        let limit = ipse_scheme::enrolment::TEXTS_VOUCHED;
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        phone.visit_bank("customer0").await;
        for n in 0..limit {
            let asked = phone.post(&sim(&phone), &json!({})).await;
            assert_eq!(asked.status, StatusCode::OK, "{n}: {}", asked.body);
        }
        // The same person again, with another number.
        let mut again = network.phone(1);
        again.begin_enrolment(&network).await;
        again.visit_bank("customer0").await;
        for phone in [&mut phone, &mut again] {
            let path = sim(phone);
            phone
                .post(&path, &json!({}))
                .await
                .refused("too_many_requests");
        }
        // Nobody else's count is touched.
        let mut other = network.phone(0);
        other.begin_enrolment(&network).await;
        let asked = other.post(&sim(&other), &json!({})).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
        network.end().await;
    }
}

#[tokio::test]
async fn the_messages_of_a_day_come_back_with_the_next() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        for _ in 0..=ipse_scheme::enrolment::TEXTS {
            phone = network.phone(0);
            phone.begin_enrolment(&network).await;
            phone.post(&sim(&phone), &json!({})).await;
        }
        phone
            .post(&sim(&phone), &json!({}))
            .await
            .refused("too_many_requests");
        network.pass(23 * 3_600_000);
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let early = phone.post(&sim(&phone), &json!({})).await;
        early.refused("too_many_requests");
        assert_eq!(early.body["retry_after_ms"], 3_600_000);
        network.pass(3_600_000);
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let asked = phone.post(&sim(&phone), &json!({})).await;
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
async fn t41_a_limit_says_nothing_of_who_is_enrolled() {
    let network = TestNetwork::new().await;
    network.enrolled(0).await;
    let mut told = Vec::new();
    for n in [0, 1] {
        let mut stranger = network.phone(n);
        stranger.begin_enrolment(&network).await;
        let mut answers = Vec::new();
        for _ in 0..7 {
            let asked = stranger.post(&sim(&stranger), &json!({})).await;
            answers.push((asked.status, asked.body));
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    network.end().await;
}

#[tokio::test]
async fn t41_that_a_phone_was_lost_or_a_number_moves_is_not_told_to_who_only_begins() {
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
            let refused = phone.post(&sim(&phone), &json!({})).await;
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
            .post(&sim(&phone), &json!({}))
            .await
            .refused("sim_mismatch");
        network.end().await;
    }
}

#[tokio::test]
async fn asking_for_messages_does_not_watch_a_line() {
    let network = TestNetwork::new().await;
    network.sim("lose", 0).await;
    network.operator_heard().await;
    let mut phone = network.phone(0);
    phone.begin_enrolment(&network).await;
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
    network.end().await;
}

#[tokio::test]
async fn t12_a_request_for_a_message_sent_again_sends_none() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let asked = phone.seal(&sim(&phone), &json!({}));
        let first = phone.send(&asked).await;
        assert_eq!(first.body, json!({"sent": true, "tries_left": 3}));
        assert_eq!(phone.send(&asked).await.body, first.body);
        assert_eq!(messages(&network, 0).await, 1);
        // Nor does a guess count twice.
        let secret = phone.last_secret(&network).await;
        let wrong = if secret == "123456" {
            "654321"
        } else {
            "123456"
        };
        let path = format!("{}/answer", sim(&phone));
        let guess = phone.seal(&path, &json!({"secret": wrong}));
        let told = phone.send(&guess).await;
        told.refused("sim_secret_wrong");
        assert_eq!(told.body["tries_left"], 2);
        for _ in 0..3 {
            assert_eq!(phone.send(&guess).await.body, told.body);
        }
        let answer = phone.post(&path, &json!({"secret": secret})).await;
        assert_eq!(answer.body, json!({"connected": true}));
        phone.visit_bank("customer0").await;
        let done = phone.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);

        // The way back: the same.
        let asked = phone.seal("/sim", &json!({}));
        let first = phone.send(&asked).await;
        assert_eq!(first.body, json!({"sent": true, "tries_left": 3}));
        assert_eq!(phone.send(&asked).await.body, first.body);
        assert_eq!(messages(&network, 0).await, 2);
        let secret = phone.last_secret(&network).await;
        let typed = phone.seal("/sim/answer", &json!({"secret": secret}));
        let first = phone.send(&typed).await;
        assert!(first.body["action"].is_string(), "{}", first.body);
        assert_eq!(phone.send(&typed).await.body, first.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t12_what_was_refused_is_refused_again_and_what_has_no_answer_does_nothing() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    network.sim("lose", 0).await;
    let asked = phone.seal("/sim", &json!({}));
    phone.send(&asked).await.refused("sim_not_ready");
    network.sim("restore", 0).await;
    phone.send(&asked).await.refused("sim_not_ready");
    assert_eq!(messages(&network, 0).await, 1);
    // As if the first were still at work, or had died on the way.
    network
        .change("DELETE FROM answer WHERE $1 <> ''", "all")
        .await;
    phone.send(&asked).await.refused("busy");
    assert_eq!(messages(&network, 0).await, 1);
    let sent = phone.post("/sim", &json!({})).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    network.end().await;
}

#[tokio::test]
async fn t12_what_was_begun_sent_again_is_the_same_and_not_another() {
    const VISITS: &str = "SELECT COUNT(*) FROM registrar_session WHERE purpose = $1";
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let blocked = phone.post("/block", &json!({"reason": "person"})).await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        let asked = phone.seal("/unblock", &json!({}));
        let first = phone.send(&asked).await;
        assert!(first.body["action"].is_string(), "{}", first.body);
        assert_eq!(phone.send(&asked).await.body, first.body);
        let open = network
            .count("SELECT COUNT(*) FROM action WHERE kind = $1", "unblock")
            .await;
        assert_eq!(open, 1);

        let who = phone.identity.clone();
        let exhausted = ipse_scheme::identity::Reason::CodeExhausted;
        network
            .server
            .scheme
            .store
            .write(move |tx| ipse_scheme::block::suspend(tx, &who, exhausted, "scheme"))
            .await
            .expect("store");
        let asked = phone.seal("/recoveries", &json!({"bank": "Bank Anker"}));
        let first = phone.send(&asked).await;
        assert!(first.body["recovery"].is_string(), "{}", first.body);
        let cookie = phone.browser.cookies.remove(COOKIE).expect("a cookie");
        assert_eq!(phone.send(&asked).await.body, first.body);
        // With the cookie that was lost with the answer.
        assert_eq!(phone.browser.cookies.get(COOKIE), Some(&cookie));
        assert_eq!(network.count(VISITS, "recovery").await, 1);
        let url = first.body["authorization_url"].as_str().expect("url");
        let callback = phone.sign_in_at_bank(url, "customer0").await;
        let back = phone.browser.get(&callback).await;
        let end = back.location.expect("to the app");
        assert!(end.contains("recovery=rcv_"), "{end}");

        let mut newcomer = network.phone(1);
        newcomer.begin_enrolment(&network).await;
        let before = network.count(VISITS, "enrolment").await;
        let path = format!("/enrolments/{}/bank", newcomer.enrolment);
        let asked = newcomer.seal(&path, &json!({"bank": "Bank Anker"}));
        let first = newcomer.send(&asked).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.body);
        assert_eq!(newcomer.send(&asked).await.body, first.body);
        assert_eq!(network.count(VISITS, "enrolment").await, before + 1);
        let path = format!("/enrolments/{}/unlock", newcomer.enrolment);
        let asked = newcomer.seal(&path, &json!({}));
        let first = newcomer.send(&asked).await;
        assert_eq!(newcomer.send(&asked).await.body, first.body);
        network.end().await;
    }
}
