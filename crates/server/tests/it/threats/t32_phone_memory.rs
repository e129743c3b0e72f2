//! Threat 32: a log that forgot or forked is noticed by the phones that remember it, whoever changed the database.

use ipse_jose::b64;
use ipse_phone::{Check, LogFault, ReceiptCheck};
use ipse_protocol::merkle;
use ipse_protocol::receipt::PROMISE_MS;
use ipse_protocol::wire::ReceiptResponse;
use ipse_store::Param;
use serde_json::{Value, json};

use crate::support::{Partner, Phone, TestNetwork};

/// Decides so many requests, each in a head of its own. The receipt of the last one.
async fn decide(network: &TestNetwork, partner: &Partner, phone: &mut Phone, n: usize) -> String {
    let mut receipt = String::new();
    for _ in 0..n {
        let offer = network.offer_basic(partner, phone).await;
        let refused = phone.refuse(&offer).await;
        receipt = refused.body["receipt"].as_str().expect("one").to_owned();
        sequence(network).await;
    }
    receipt
}

async fn sequence(network: &TestNetwork) {
    let sequenced = network.server.scheme.sequence_log().await;
    sequenced.expect("sequenced");
}

async fn check(phone: &mut Phone, receipt: &str) -> ReceiptCheck {
    phone.phone().receipt(receipt).await.expect("a receipt")
}

/// Runs statements as somebody who can write the database.
async fn write(network: &TestNetwork, statements: &'static [&'static str]) {
    for sql in statements {
        network.tamper(sql, "").await;
    }
}

async fn head(network: &TestNetwork) -> (u64, [u8; 32]) {
    const LATEST: &str = "SELECT size, root FROM log_checkpoint ORDER BY size DESC LIMIT 1";
    let store = &network.server.scheme.store;
    let row = store.read(|tx| tx.row(LATEST, &[])).await;
    let mut row = row.expect("store").expect("a head");
    let size: i64 = row.get("size").expect("a size");
    (size.unsigned_abs(), row.get("root").expect("a root"))
}

#[tokio::test]
async fn t32_the_scheme_proves_that_its_log_continues_every_earlier_head() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let receipt = decide(&network, &partner, &mut phone, 7).await;
        const HEADS: &str = "SELECT size, root FROM log_checkpoint ORDER BY size";
        let store = &network.server.scheme.store;
        let heads = store.read(|tx| tx.rows(HEADS, &[])).await.expect("heads");
        assert!(heads.len() >= 7, "{}", heads.len());
        for mut earlier in heads {
            let size: i64 = earlier.get("size").expect("a size");
            let root: [u8; 32] = earlier.get("root").expect("a root");
            let answer = phone
                .get(&format!("/receipts/{receipt}?since={size}"))
                .await;
            let answer: ReceiptResponse = answer.json();
            let payload = answer.checkpoint.expect("a head");
            let payload = payload.split('.').nth(1).expect("a payload").to_owned();
            let payload = b64::decode(&payload).expect("b64");
            let latest: Value = serde_json::from_slice(&payload).expect("JSON");
            let bytes = |text: &str| -> [u8; 32] {
                b64::decode(text).expect("b64").try_into().expect("32")
            };
            let proof = answer.consistency.expect("a proof");
            let proof: Vec<_> = proof.iter().map(|node| bytes(node)).collect();
            let (size, now) = (size.unsigned_abs(), latest["size"].as_u64().expect("n"));
            let after = bytes(latest["root"].as_str().expect("a root"));
            assert!(merkle::verify_consistency(size, now, &root, &after, &proof));
        }
        // Nobody can be shown that a log continues one that is longer, or one of no leaves.
        let longer = phone.get(&format!("/receipts/{receipt}?since=1000")).await;
        assert!(longer.body.get("consistency").is_none());
        for since in ["0", "-1", "x", "18446744073709551616"] {
            let path = format!("/receipts/{receipt}?since={since}");
            phone.get(&path).await.refused("malformed_request");
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t32_a_phone_notices_a_log_that_was_cut() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let early = decide(&network, &partner, &mut phone, 2).await;
        let late = decide(&network, &partner, &mut phone, 3).await;
        let first = check(&mut phone, &late).await;
        assert_eq!((first.continues, first.logged), (Check::First, Check::Yes));
        let before = first.size.expect("a size");
        assert_eq!(check(&mut phone, &early).await.continues, Check::Yes);
        write(
            &network,
            &[
                "DELETE FROM log_checkpoint WHERE size > 3 AND $1 = ''",
                "DELETE FROM log_leaf WHERE position >= 3 AND $1 = ''",
                "DELETE FROM log_place WHERE position >= 3 AND $1 = ''",
                "DELETE FROM log_node WHERE (level = 0 AND position >= 3 OR level > 1 OR level = 1 AND position > 0) AND $1 = ''",
            ],
        )
        .await;
        sequence(&network).await;
        for receipt in [&early, &late] {
            let cut = check(&mut phone, receipt).await;
            assert_eq!(cut.fault, Some(LogFault::Forgot), "{cut:?}");
            assert_eq!((cut.continues, cut.size), (Check::No, Some(3)));
            assert_eq!(cut.remembered, Some(before), "the memory stays");
        }
        // A phone that never looked before sees nothing: it has no memory.
        let mut new = network.enrolled(1).await;
        let theirs = decide(&network, &partner, &mut new, 1).await;
        assert_eq!(check(&mut new, &theirs).await.continues, Check::First);
        network.end().await;
    }
}

#[tokio::test]
async fn t32_a_phone_notices_a_second_history_that_the_scheme_itself_signed() {
    const FORK: &str = "INSERT INTO log_checkpoint (size, root, jws, time) VALUES ($1, $2, $3, 1)";
    const UNDO: &str = "DELETE FROM log_checkpoint WHERE size = $1";
    for network in TestNetwork::both().await {
        let store = &network.server.scheme.store;
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let receipt = decide(&network, &partner, &mut phone, 3).await;
        assert_eq!(check(&mut phone, &receipt).await.continues, Check::First);
        let (size, root) = head(&network).await;
        let key = network.server.scheme.keys.signing("log/1").expect("a key");
        for (at, other) in [(size, [9; 32]), (size + 1, root), (size + 5, [9; 32])] {
            let payload = json!({"origin": network.issuer, "size": at, "root": b64::encode(&other), "iat": 1});
            let payload = payload.to_string();
            let signed = ipse_jose::jws::sign(&key, "ipse-checkpoint+jwt", payload.as_bytes());
            let (jws, at) = (signed.expect("signs"), at as i64);
            let put = store.write(move |tx| {
                tx.exec(UNDO, &[Param::from(at)])?;
                let row = [Param::from(at), Param::from(&other[..]), Param::from(&jws)];
                tx.exec(FORK, &row)
            });
            put.await.expect("store");
            let forked = check(&mut phone, &receipt).await;
            assert_eq!(forked.fault, Some(LogFault::Forked), "{at}: {forked:?}");
            assert_eq!(
                (forked.continues, forked.remembered),
                (Check::No, Some(size))
            );
            let undo = store.write(move |tx| tx.exec(UNDO, &[Param::from(at)]));
            undo.await.expect("store");
        }
        sequence(&network).await;
        assert_eq!(check(&mut phone, &receipt).await.continues, Check::Yes);
        network.end().await;
    }
}

#[tokio::test]
async fn t32_a_phone_notices_a_log_whose_hashes_were_changed_or_lost() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let early = decide(&network, &partner, &mut phone, 3).await;
        assert_eq!(check(&mut phone, &early).await.continues, Check::First);
        decide(&network, &partner, &mut phone, 2).await;
        let changes: [&[&str]; 2] = [
            &[
                "UPDATE log_node SET hash = (SELECT hash FROM log_node WHERE level = 0 AND position = 1) WHERE $1 = ''",
            ],
            &["DELETE FROM log_node WHERE $1 = ''"],
        ];
        for change in changes {
            write(&network, change).await;
            let found = check(&mut phone, &early).await;
            assert_eq!(found.fault, Some(LogFault::Forked), "{found:?}");
            assert_eq!((found.logged, found.continues), (Check::No, Check::No));
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t32_a_phone_notices_a_promise_that_was_not_kept() {
    const UNQUEUE: &str = "DELETE FROM log_queue WHERE receipt = $1";
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        // Until a leaf is kept out of the log before the server takes its turn.
        let receipt = loop {
            let offer = network.offer_basic(&partner, &mut phone).await;
            let refused = phone.refuse(&offer).await;
            let receipt = refused.body["receipt"].as_str().expect("one").to_owned();
            if network.tamper(UNQUEUE, &receipt).await == 1 {
                break receipt;
            }
        };
        let early = check(&mut phone, &receipt).await;
        assert_eq!((early.logged, early.is_valid()), (Check::Pending, true));
        phone.clock.shift(PROMISE_MS + 300_000);
        let late = check(&mut phone, &receipt).await;
        assert_eq!(
            (late.logged, late.fault),
            (Check::Overdue, Some(LogFault::Overdue))
        );
        assert!(!late.is_valid());
        network.end().await;
    }
}
