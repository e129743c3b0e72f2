//! `GET /events`.

use std::sync::atomic::Ordering;

use ipse_sim::event::{Event, Kind};
use ipse_store::testing::TestDb;

use crate::network::{READY, TestNetwork};

async fn pull(network: &TestNetwork, after: u64) -> Vec<Event> {
    let (status, page) = network.get(&format!("/events?after={after}")).await;
    assert_eq!(status, 200);
    let texts = page["events"].as_array().expect("events");
    texts
        .iter()
        .map(|text| network.event(text.as_str().expect("text")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scheme_pulls_what_it_did_not_accept() {
    TestNetwork::on_both(async |network| {
        network.inbox.answer.store(500, Ordering::SeqCst);
        assert!(network.lose(READY).await.is_ok());
        let events = pull(&network, 0).await;
        assert!(events.iter().any(|event| event.kind == Kind::Lost));
        assert_eq!(events[0].sequence, 1);
        let last = events.last().expect("one").sequence;
        // Only one heartbeat may have been added since: the feed adds no second one while one waits.
        let later = pull(&network, last).await;
        let later: Vec<_> = later
            .iter()
            .map(|event| (event.kind, event.sequence))
            .collect();
        assert!(
            later.is_empty() || later == [(Kind::Heartbeat, last + 1)],
            "{later:?}"
        );
        let far = format!("/events?after={}", u64::MAX);
        assert_eq!(network.get(&far).await.0, 200);
    })
    .await;
}

/// The verifier of `network.event` refuses a signature that is older than five minutes.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_event_has_a_young_signature() {
    TestNetwork::on_both(async |mut network| {
        assert!(network.lose(READY).await.is_ok());
        network.shift(24 * 3_600_000);
        network.renew_token().await;
        for event in pull(&network, 0).await {
            assert!((network.now() - event.iat).abs() < 300);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_without_a_sequence_number_is_refused() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    assert_eq!(network.get("/events").await.0, 400);
    assert_eq!(network.get("/events?after=-1").await.0, 400);
    assert_eq!(network.get("/events?after=0&more=1").await.0, 400);
}
