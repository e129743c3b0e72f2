//! Threat 11: two decisions about one action.

use crate::support::parsed;
use std::sync::Arc;

use ipse_protocol::terms::RefusalReason;
use ipse_protocol::wire::DecisionResponse;
use ipse_store::testing::{TestDb, rounds};
use reqwest::StatusCode;
use tokio::sync::Barrier;

use crate::support::{Options, RACER, TestNetwork, refusal};

fn judged(done: Result<DecisionResponse, ipse_scheme::Error>, word: &'static str) -> &'static str {
    match refusal(done).as_str() {
        "ok" => word,
        "action_closed" | "attempt_unknown" | "sequence_stale" | "busy" => "no",
        other => panic!("{other}"),
    }
}

async fn race(network: TestNetwork) {
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    let stored = network.stored_request(&partner, &mut phone).await;
    let nodes = [network.server.clone(), Arc::new(network.another_node())];
    for round in 0..rounds(1) {
        let offer = network.offer_again(&partner, &stored, &mut phone).await;
        let action = offer.action.clone();
        let opened = phone
            .open(&offer)
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        let barrier = Arc::new(Barrier::new(64));
        let mut racers = tokio::task::JoinSet::new();
        for n in 0..64 {
            let (node, barrier, action) = (nodes[n % 2].clone(), barrier.clone(), action.clone());
            match n % 8 {
                7 => {
                    racers.spawn(async move {
                        barrier.wait().await;
                        let cancelled = node.scheme.cancel(&action, &RACER).await;
                        if cancelled.expect("cancel") {
                            "cancelled"
                        } else {
                            "no"
                        }
                    });
                }
                k if k % 2 == round % 2 => {
                    let (request, body) = phone.seal_approval(&offer, &opened);
                    racers.spawn(async move {
                        barrier.wait().await;
                        let done = node
                            .scheme
                            .approve(request.incoming(), &action, &body)
                            .await;
                        judged(done, "approved")
                    });
                }
                _ => {
                    let (request, body) = phone.seal_refusal(&offer, RefusalReason::Person);
                    racers.spawn(async move {
                        barrier.wait().await;
                        let done = node.scheme.refuse(request.incoming(), &action, &body).await;
                        judged(done, "refused")
                    });
                }
            }
        }
        let mut said: Vec<&str> = Vec::new();
        while let Some(ended) = racers.join_next().await {
            said.push(ended.expect("no panic"));
        }
        said.retain(|word| *word != "no");
        said.sort_unstable();
        // Approvals are all of one transcript and refusals of one reason, so each may be told of the same decision;
        // a cancel is its own.
        let count = |word| said.iter().filter(|w| **w == word).count();
        let approved = count("approved");
        let winners = approved.min(1) + count("refused").min(1) + count("cancelled");
        assert_eq!(winners, 1, "{said:?}");
        let id = action.clone();
        let row = network
            .server
            .scheme
            .store
            .read(move |tx| ipse_store::action::by_id(tx, &parsed(&id)))
            .await;
        assert_eq!(row.expect("store").expect("a row").status.as_str(), said[0]);
        const RECEIPTS: &str = "SELECT COUNT(*) FROM receipt WHERE action = $1";
        const GRANTS: &str = "SELECT COUNT(*) FROM access_grant WHERE action = $1";
        let receipts = network.count(RECEIPTS, &action).await;
        assert_eq!(receipts, i64::from(said[0] != "cancelled"));
        assert_eq!(
            network.count(GRANTS, &action).await,
            i64::from(approved > 0)
        );
        // What is refused in the middle was a try: forgotten, so that many rounds do not block.
        network.forgive(&phone.identity).await;
    }
    network.end().await;
}

/// 64 at once: the phone approves and refuses, by several nodes, while the browser cancels.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t11_64_concurrent_decisions_decide_once_on_sqlite() {
    race(TestNetwork::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t11_64_concurrent_decisions_decide_once_on_postgres() {
    race(TestNetwork::on(TestDb::postgres(), Options::default()).await).await;
}

/// A double click, a lost answer, a retry: one decision, one answer.
#[tokio::test]
async fn t11_a_repeated_approval_gets_the_same_answer() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let offer = network.offer(&partner, &mut phone).await;
        let opened = phone
            .open(&offer)
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        let (first, _) = phone.seal_approval(&offer, &opened);
        let (second, _) = phone.seal_approval(&offer, &opened);
        let mut same = [phone.copy(), phone.copy(), phone.copy()];
        let [a, b, c] = &mut same;
        let answers = tokio::join!(a.send(&first), b.send(&first), c.send(&second));
        let third = phone.send(&second).await;
        for answer in [&answers.0, &answers.1, &answers.2, &third] {
            // A request that overtook another leaves that one stale: the phone then sends the next.
            if answer.code() != "sequence_stale" {
                assert_eq!(answer.body, third.body);
            }
        }
        assert_eq!(third.status, StatusCode::OK, "{}", third.body);
        phone.refuse(&offer).await.refused("action_closed");
        network.end().await;
    }
}

/// The answer of the first refusal was lost, and other requests followed. Signed again, it still sends the browser back.
#[tokio::test]
async fn t11_a_refusal_signed_again_gets_the_same_answer() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let offer = network.offer(&partner, &mut phone).await;
        let first = phone.refuse(&offer).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.body);
        assert!(first.body["return_url"].is_string(), "{}", first.body);
        let (again, _) = phone.seal_refusal(&offer, RefusalReason::Person);
        assert_eq!(phone.send(&again).await.body, first.body);
        // Another reason would be another refusal, and an approval another decision: too late.
        let (other, _) = phone.seal_refusal(&offer, RefusalReason::NotMe);
        phone.send(&other).await.refused("action_closed");
        phone.approve_offer(&offer).await.refused("action_closed");
        const REFUSALS: &str =
            "SELECT COUNT(*) FROM receipt WHERE identity = $1 AND action IS NOT NULL";
        assert_eq!(network.count(REFUSALS, &phone.identity).await, 1);
        network.end().await;
    }
}
