//! Rows 11 and 12: one decision, and no second use of anything.

use std::sync::Arc;

use ipse_protocol::terms::RefusalReason;
use ipse_protocol::wire::DecisionResponse;
use ipse_scheme::login::LoginResult;
use ipse_store::testing::{TestDb, rounds};
use reqwest::StatusCode;
use serde_json::json;
use tokio::sync::Barrier;

use crate::support::{CODE, Options, Phone, RACER, TestNetwork, refusal};

// --- 11: one decision ---

/// 64 at once: the phone approves and refuses, by several nodes, while the browser cancels.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t11_64_at_once_decide_once_on_sqlite() {
    race(TestNetwork::new().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t11_64_at_once_decide_once_on_postgres() {
    race(TestNetwork::on(TestDb::postgres(), Options::default()).await).await;
}

async fn race(network: TestNetwork) {
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    let asked = network.asked(&partner, &mut phone).await;
    let nodes = [network.server.clone(), Arc::new(network.another_node())];
    for round in 0..rounds(1) {
        let offer = network.offer_again(&partner, &asked, &mut phone).await;
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
            .read(move |tx| ipse_store::action::by_id(tx, &id))
            .await;
        assert_eq!(row.expect("store").expect("a row").status, said[0]);
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

fn judged(done: Result<DecisionResponse, ipse_scheme::Error>, word: &'static str) -> &'static str {
    match refusal(done).as_str() {
        "ok" => word,
        "action_closed" | "attempt_unknown" | "sequence_stale" | "busy" => "no",
        other => panic!("{other}"),
    }
}

/// A double click, a lost answer, a retry: one decision, one answer.
#[tokio::test]
async fn t11_the_same_approval_again_gets_the_same_answer() {
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

/// The first refusal's answer was lost, and other requests went out since: signed anew, the browser still goes back.
#[tokio::test]
async fn t11_the_same_refusal_signed_anew_gets_the_same_answer() {
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

// --- 12: replay ---

#[tokio::test]
async fn t12_a_nonce_is_of_its_action_alone() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let (partner, other) = (network.partner().await, network.partner().await);
        let first = network.offer_basic(&partner, &mut phone).await;
        let second = network.offer_basic(&other, &mut phone).await;
        let mut mixed = second.clone();
        mixed.nonce = first.nonce;
        let refused = phone
            .attempt(&mixed, CODE)
            .await
            .map(drop)
            .expect_err("another nonce");
        assert_eq!(refused.status, StatusCode::GONE, "{}", refused.body);
        assert_eq!(network.open_attempt(&phone.identity).await, None);
        network.end().await;
    }
}

#[tokio::test]
async fn t12_nothing_serves_again_after_the_end() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let (partner, other) = (network.partner().await, network.partner().await);
        let offer = network.offer_basic(&partner, &mut phone).await;
        let (_, ke1) =
            ipse_protocol::opaque::ClientLogin::<ipse_protocol::opaque::Identity>::start("11112")
                .expect("opaque");
        let path = format!("/actions/{}/attempt", offer.action);
        let guess = phone.seal(&path, &Phone::attempt_body(&offer, ke1));
        let opened = phone.send(&guess).await;
        let attempt = opened.body["attempt"]
            .as_str()
            .expect("an attempt")
            .to_owned();
        assert_eq!(
            phone.send(&guess).await.body,
            opened.body,
            "a repetition is free"
        );
        let wrong = format!("/actions/{}/wrong", offer.action);
        phone
            .post(&wrong, &json!({"attempt": attempt}))
            .await
            .refused("code_wrong");
        // Recorded and played again, it opens nothing.
        let again = phone.send(&guess).await;
        assert!(again.body["attempt"].is_null(), "{}", again.body);
        let anew = phone.post(&path, &Phone::attempt_body(&offer, ke1)).await;
        assert!(anew.body["attempt"].is_null(), "{}", anew.body);
        assert_eq!(network.identity(&phone.identity).await.wrong_codes, 1);

        let opened = phone
            .open(&offer)
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        let (approval, body) = phone.seal_approval(&offer, &opened);
        let done = phone.send(&approval).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        // After success, by a node that was started since.
        let restarted = network.another_node();
        let again = restarted
            .scheme
            .approve(approval.incoming(), &offer.action, &body)
            .await;
        assert_eq!(
            serde_json::to_value(again.expect("the answer")).expect("json"),
            done.body
        );
        phone.send(&guess).await.refused("action_closed");
        // For another action.
        let next = network.offer_basic(&other, &mut phone).await;
        let path = format!("/actions/{}/approve", next.action);
        let bytes = serde_json::from_slice::<serde_json::Value>(&approval.body).expect("json");
        phone.post(&path, &bytes).await.refused("proof_invalid");
        const APPROVED: &str =
            "SELECT COUNT(*) FROM action WHERE status = 'approved' AND identity = $1";
        assert_eq!(network.count(APPROVED, &phone.identity).await, 1);
        // After its time: nothing claims, opens or decides, and the browser is told.
        let started = network.start_basic(&partner).await;
        let opened = phone
            .open(&next)
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        network.pass(180_000);
        phone.claim(&started.link).await.refused("action_expired");
        phone
            .attempt(&next, CODE)
            .await
            .map(drop)
            .expect_err("late")
            .refused("action_expired");
        phone.refuse(&next).await.refused("action_expired");
        let (late, _) = phone.seal_approval(&next, &opened);
        phone.send(&late).await.refused("action_expired");
        network.server.scheme.sweep().await.expect("swept");
        phone.send(&late).await.refused("action_expired");
        let binding = cookie_binding(&network, &next.action).await;
        let page = network
            .server
            .scheme
            .sign_in(&next.action, &binding)
            .await
            .expect("page")
            .expect("ours");
        assert_eq!(page.result, Some(LoginResult::Expired));
        network.end().await;
    }
}

async fn cookie_binding(network: &TestNetwork, action: &str) -> [u8; 32] {
    let id = action.to_owned();
    let row = network
        .server
        .scheme
        .store
        .read(move |tx| ipse_store::action::by_id(tx, &id))
        .await;
    let browser = row
        .expect("store")
        .expect("a row")
        .browser
        .expect("a browser");
    browser.try_into().expect("32 bytes")
}
