//! The feed: in order, without gaps, at least once.

use std::sync::atomic::Ordering;

use ipse_operator::registry::{self, CardIdentity};
use ipse_sim::event::Kind;

use crate::network::{OTHER, READY, TestNetwork, is_about_a_sim};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_thing_is_a_heartbeat() {
    TestNetwork::on_both(async |network| {
        let events = network.events(|events| !events.is_empty()).await;
        assert_eq!((events[0].kind, events[0].sequence), (Kind::Heartbeat, 1));
        assert_eq!(events[0].subject, None);
    })
    .await;
}

/// Row 7: what the command line changes reaches the scheme from the running server.
#[tokio::test(flavor = "multi_thread")]
async fn t07_changes_are_pushed_in_order() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        assert!(
            network
                .change(|tx, _| registry::lose(tx, READY))
                .await
                .is_ok()
        );
        assert!(
            network
                .change(|tx, _| registry::restore(tx, READY))
                .await
                .is_ok()
        );
        let card = CardIdentity::fresh();
        assert!(
            network
                .change(move |tx, context| registry::swap(tx, context, READY, &card))
                .await
                .is_ok()
        );
        let events = network
            .events(|events| events.iter().filter(|e| is_about_a_sim(e)).count() == 3)
            .await;
        let sequences: Vec<_> = events.iter().map(|e| e.sequence).collect();
        assert_eq!(sequences, (1..=events.len() as u64).collect::<Vec<_>>());
        let about: Vec<_> = events.into_iter().filter(is_about_a_sim).collect();
        let kinds: Vec<_> = about.iter().map(|e| e.kind).collect();
        assert_eq!(kinds, [Kind::Lost, Kind::Restored, Kind::Swapped]);
        for event in &about {
            let subject = event.subject.as_ref().expect("a subject");
            assert_eq!(subject.handle, handle);
            assert!(event.time.ends_with('Z'), "{}", event.time);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheme_that_was_away_gets_everything_in_order() {
    TestNetwork::on_both(async |network| {
        network.events(|events| events.len() == 1).await;
        network.inbox.answer.store(503, Ordering::SeqCst);
        for number in [READY, OTHER] {
            assert!(
                network
                    .change(move |tx, _| registry::lose(tx, number))
                    .await
                    .is_ok()
            );
            assert!(
                network
                    .change(move |tx, _| registry::restore(tx, number))
                    .await
                    .is_ok()
            );
        }
        // Refused more than once: it is tried again, and nothing overtakes.
        let refused = network
            .inbox
            .wait(|seen| seen.iter().filter(|text| text.starts_with('!')).count() >= 2)
            .await;
        for text in refused.iter().filter_map(|text| text.strip_prefix('!')) {
            assert_eq!(network.event(text).sequence, 2);
        }
        network.inbox.answer.store(204, Ordering::SeqCst);
        let events = network
            .events(|events| events.iter().filter(|e| is_about_a_sim(e)).count() == 4)
            .await;
        let sequences: Vec<_> = events.iter().map(|e| e.sequence).collect();
        assert_eq!(sequences, (1..=events.len() as u64).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_can_be_pulled() {
    TestNetwork::on_both(async |network| {
        network.inbox.answer.store(500, Ordering::SeqCst);
        assert!(
            network
                .change(|tx, _| registry::lose(tx, READY))
                .await
                .is_ok()
        );
        let (status, page) = network.get("/events?after=0").await;
        assert_eq!(status, 200);
        let texts = page["events"].as_array().expect("events").clone();
        let events: Vec<_> = texts
            .iter()
            .map(|text| network.event(text.as_str().expect("text")))
            .collect();
        assert!(events.iter().any(|event| event.kind == Kind::Lost));
        assert_eq!(events[0].sequence, 1);
        let last = events.last().expect("one").sequence;
        let (_, page) = network.get(&format!("/events?after={last}")).await;
        assert_eq!(page["events"], serde_json::json!([]));
        assert_eq!(
            network.get(&format!("/events?after={}", u64::MAX)).await.0,
            200
        );
    })
    .await;
}

/// Delivery survives a restart: what was not taken is sent by the next server on the same database.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_loses_nothing() {
    TestNetwork::on_both(async |network| {
        network.inbox.answer.store(503, Ordering::SeqCst);
        assert!(
            network
                .change(|tx, _| registry::lose(tx, READY))
                .await
                .is_ok()
        );
        let TestNetwork {
            db, running, inbox, ..
        } = network;
        let (config, keys) = (
            running.operator.config.clone(),
            running.operator.keys.clone(),
        );
        running.stop().await;
        inbox.answer.store(204, Ordering::SeqCst);
        let keys = std::sync::Arc::into_inner(keys).expect("the last owner");
        let store = db.open(&ipse_operator::store::MIGRATIONS);
        let operator = ipse_operator::Operator::new(
            config,
            store,
            keys,
            ipse_operator::cards::Channel::Resident,
        );
        let running = ipse_operator::server::start(operator.expect("an operator"))
            .await
            .expect("a server");
        let seen = inbox
            .wait(|seen| seen.iter().filter(|text| !text.starts_with('!')).count() >= 2)
            .await;
        assert!(seen.len() >= 2);
        running.stop().await;
    })
    .await;
}
