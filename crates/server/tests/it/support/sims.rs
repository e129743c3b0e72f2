//! SIMs and their operator, as a test sees and changes them.

use super::parsed;
use ipse_sim::event::{Event, Kind, Subject};
use reqwest::StatusCode;

use super::{Phone, TestNetwork, number};

/// Whether the operator thinks that the scheme relies on this person's SIM.
pub async fn is_bound(network: &TestNetwork, n: usize) -> bool {
    const BOUND: &str = "SELECT COUNT(*) FROM sim WHERE number = $1 AND bound_at IS NOT NULL";
    let number = crate::support::number(n);
    let mut count = network
        .operator
        .store
        .read(move |tx| tx.row(BOUND, &[ipse_store::Param::from(&number)]))
        .await
        .expect("operator store")
        .expect("a count");
    count.only::<i64>().expect("a number") > 0
}

pub async fn block_reasons(phone: &mut Phone) -> Vec<String> {
    let me = phone.get("/me").await;
    let all = me.body["reasons"]
        .as_array()
        .unwrap_or_else(|| panic!("{}", me.body));
    all.iter()
        .filter_map(|r| r["reason"].as_str().map(str::to_owned))
        .collect()
}

pub async fn wait_for_block(network: &TestNetwork, phone: &Phone, reason: &str) {
    let (who, reason) = (phone.identity.clone(), reason.to_owned());
    network
        .soon("the block", || {
            let (store, who, reason) = (
                network.server.scheme.store.clone(),
                who.clone(),
                reason.clone(),
            );
            async move {
                store
                    .read(move |tx| ipse_store::identity::reasons(tx, &parsed(&who)))
                    .await
                    .expect("store")
                    .iter()
                    .any(|r| r.reason.as_str() == reason)
            }
        })
        .await;
}

pub async fn report_event(network: &TestNetwork, jws: String) -> StatusCode {
    let url = format!("{}/operators/events", network.issuer);
    let request = network
        .http
        .post(url)
        .header("content-type", "application/jwt")
        .body(jws);
    request.send().await.expect("an answer").status()
}

pub fn swap_event(network: &TestNetwork, sequence: u64, handle: &str) -> Event {
    Event {
        id: format!("test-{sequence}"),
        source: network.operator_url.clone(),
        kind: Kind::Swapped,
        time: "2026-11-23T00:00:00Z".into(),
        sequence,
        iat: network.db.clock().unix_seconds(),
        subject: Some(Subject {
            handle: handle.to_owned(),
            changed_at: 1,
        }),
    }
}

/// How many messages lie on the handset of person `n`.
pub async fn count_messages(network: &TestNetwork, n: usize) -> usize {
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
pub fn sim_path(phone: &Phone) -> String {
    format!("/enrolments/{}/sim", phone.enrolment)
}
