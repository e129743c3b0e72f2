//! The event feed: in order, without gaps, each event at least one time.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ipse_operator::cards::Channel;
use ipse_operator::store::MIGRATIONS;
use ipse_operator::{Operator, Parts, server};
use ipse_protocol::Random;
use ipse_sim::event::Kind;
use ipse_store::testing::TestDb;
use tracing::Level;

use crate::log::{Line, Log};
use crate::network::{OTHER, READY, TestNetwork, is_about_a_sim, new_card};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_event_is_a_heartbeat() {
    TestNetwork::on_both(async |network| {
        let events = network.events(|events| !events.is_empty()).await;
        assert_eq!((events[0].kind, events[0].sequence), (Kind::Heartbeat, 1));
        assert_eq!(events[0].subject, None);
    })
    .await;
}

/// Row 7: the running server tells the scheme what the command line changed.
#[tokio::test(flavor = "multi_thread")]
async fn t07_changes_are_pushed_in_order() {
    TestNetwork::on_both(async |network| {
        let handle = network.handle(READY).await;
        assert!(network.lose(READY).await.is_ok());
        assert!(network.restore(READY).await.is_ok());
        assert!(network.swap(READY, new_card()).await.is_ok());
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
async fn a_scheme_that_was_down_gets_every_event_in_order() {
    TestNetwork::on_both(async |network| {
        network.events(|events| events.len() == 1).await;
        network.inbox.answer.store(503, Ordering::SeqCst);
        for number in [READY, OTHER] {
            assert!(network.lose(number).await.is_ok());
            assert!(network.restore(number).await.is_ok());
        }
        // The refused event is sent again, and no later one before it.
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

/// The next server on the same database sends what the scheme did not accept.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_loses_no_event() {
    TestNetwork::on_both(async |network| {
        network.inbox.answer.store(503, Ordering::SeqCst);
        assert!(network.lose(READY).await.is_ok());
        let TestNetwork {
            db, running, inbox, ..
        } = network;
        let operator = &running.operator;
        let (config, keys) = (operator.config.clone(), operator.keys.clone());
        running.stop().await;
        assert_eq!(Arc::strong_count(&keys), 1, "nothing of the server runs");
        inbox.answer.store(204, Ordering::SeqCst);
        let parts = Parts {
            store: db.open(&MIGRATIONS),
            keys,
            channel: Channel::Simulated,
            clock: db.clock().clone(),
            random: Random::system(),
        };
        let operator = Operator::new(config, parts).expect("an operator");
        let running = server::start(operator).await.expect("a server");
        let seen = inbox
            .wait(|seen| seen.iter().filter(|text| !text.starts_with('!')).count() >= 2)
            .await;
        assert!(seen.len() >= 2);
        running.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn heartbeats_follow_the_clock() {
    TestNetwork::on_both(async |network| {
        network.events(|events| events.len() == 1).await;
        // The demo's heartbeat is ten seconds.
        network.shift(10_000);
        let events = network.events(|events| events.len() == 2).await;
        assert!(events.iter().all(|event| event.kind == Kind::Heartbeat));
    })
    .await;
}

/// Somebody who looks at the log after the first failure must see that the cause is another one now.
#[tokio::test]
async fn another_kind_of_failure_is_another_warning() {
    let log = Log::start();
    let network = TestNetwork::new(TestDb::sqlite()).await;
    network.events(|events| events.len() == 1).await;
    let refuse = async |status: u16, times: usize| {
        let already = network.inbox.wait(|_| true).await.len();
        network.inbox.answer.store(status, Ordering::SeqCst);
        let enough = |seen: &Vec<String>| seen.len() >= already + times;
        network.inbox.wait(enough).await;
    };
    refuse(503, 0).await;
    assert!(network.lose(READY).await.is_ok());
    refuse(503, 3).await;
    refuse(401, 3).await;
    let warned = |status: &str| {
        let lines = log.lines("events wait in the outbox");
        let of = |line: &&Line| line.fields["error"].ends_with(status);
        lines.iter().filter(of).count()
    };
    assert_eq!((warned("status 503"), warned("status 401")), (1, 1));
    let lines = log.lines("events wait in the outbox");
    assert!(lines.iter().all(|line| line.level == Level::WARN));
    assert!(!log.lines("events still wait in the outbox").is_empty());
}

/// An event that cannot be read may be a swap. The scheme gets what comes before it, and nothing that comes after it.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_read_is_not_passed_over() {
    TestNetwork::on_both(async |network| {
        network.events(|events| events.len() == 1).await;
        network.inbox.answer.store(503, Ordering::SeqCst);
        assert!(network.lose(READY).await.is_ok());
        assert!(network.lose(OTHER).await.is_ok());
        assert!(network.restore(READY).await.is_ok());
        const DAMAGE: &str = "UPDATE event SET type = 'of another kind' WHERE sequence = 3";
        let damaged = network.second_store();
        let damaged = damaged.write(|tx| tx.change_one(DAMAGE, &[])).await;
        damaged.expect("the store");
        let (status, page) = network.get("/events?after=0").await;
        let sequences: Vec<_> = page["events"]
            .as_array()
            .expect("events")
            .iter()
            .map(|text| network.event(text.as_str().expect("text")).sequence)
            .collect();
        assert_eq!((status, sequences), (200, vec![1, 2]));
        let (status, answer) = network.get("/events?after=2").await;
        assert_eq!((status, &answer["code"]), (500, &"INTERNAL".into()));
        network.inbox.answer.store(204, Ordering::SeqCst);
        network.events(|events| events.len() == 2).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let events = network.events(|_| true).await;
        let sequences: Vec<_> = events.iter().map(|event| event.sequence).collect();
        assert_eq!(sequences, [1, 2]);
    })
    .await;
}
