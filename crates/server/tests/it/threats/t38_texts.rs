//! Threat 38: text messages are counted wherever they are asked for, by number and in total.

use ipse_scheme::sim::{TEXTS, TEXTS_ENROLLED, TEXTS_OTHERS, TEXTS_VOUCHED};
use ipse_store::testing::TestDb;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::sims::sim_path;
use crate::support::{Options, Phone, Reply, TestNetwork, number};

/// Longer than the operator's own limit of ten messages in ten minutes looks back.
const PAUSE_MS: i64 = 11 * 60_000;

/// Asks for a message in an enrolment.
async fn ask(phone: &mut Phone) -> Reply {
    let path = sim_path(phone);
    phone.post(&path, &json!({})).await
}

fn sent(reply: &Reply) {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
}

#[tokio::test]
async fn t38_messages_for_a_new_sim_are_counted() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        for n in 0..TEXTS_ENROLLED {
            if n % 5 == 0 {
                network.pass(PAUSE_MS);
            }
            sent(&phone.post("/sim", &json!({})).await);
        }
        network.pass(PAUSE_MS);
        let refused = phone.post("/sim", &json!({})).await;
        refused.refused("too_many_requests");
        let hours = refused.body["retry_after_ms"].as_i64().expect("a pause") / 3_600_000;
        assert!((20..=24).contains(&hours), "{}", refused.body);
        // They use up nobody else's.
        let mut stranger = network.phone(0);
        stranger.begin_enrolment(&network).await;
        sent(&ask(&mut stranger).await);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_messages_to_one_number_are_counted_whoever_asks() {
    for network in TestNetwork::both().await {
        let mut holder = network.enrolled(0).await;
        network.pass(PAUSE_MS);
        let mut all = 1;
        let mut stranger = network.phone(0);
        stranger.begin_enrolment(&network).await;
        for _ in 0..TEXTS {
            sent(&ask(&mut stranger).await);
            all += 1;
        }
        'people: for n in 1.. {
            network.pass(PAUSE_MS);
            let mut person = network.phone(n);
            person.begin_with(&number(0)).await;
            person.visit_bank(&format!("customer{n}")).await;
            for _ in 0..TEXTS_VOUCHED {
                let reply = ask(&mut person).await;
                if all == TEXTS_OTHERS {
                    reply.refused("too_many_requests");
                    break 'people;
                }
                sent(&reply);
                all += 1;
            }
        }
        // The holder's are left.
        sent(&holder.post("/sim", &json!({})).await);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_text_messages_have_a_limit_in_total() {
    for db in TestDb::both() {
        let options = Options {
            scheme: Some(json!({"limits": {"texts_per_hour": 4}})),
            ..Options::default()
        };
        let network = TestNetwork::on(db, options).await;
        for n in 0..3 {
            let mut stranger = network.phone(n);
            stranger.begin_enrolment(&network).await;
            let reply = ask(&mut stranger).await;
            // Strangers leave half of them to others.
            if n < 2 {
                sent(&reply);
            } else {
                reply.refused("too_many_requests");
                assert_eq!(reply.body["retry_after_ms"], 3_600_000);
            }
        }
        let mut person = network.phone(3);
        person.begin_enrolment(&network).await;
        person.visit_bank("customer3").await;
        sent(&ask(&mut person).await);
        sent(&ask(&mut person).await);
        ask(&mut person).await.refused("too_many_requests");
        network.pass(3_600_001);
        let mut later = network.phone(4);
        later.begin_enrolment(&network).await;
        sent(&ask(&mut later).await);
        network.end().await;
    }
}
