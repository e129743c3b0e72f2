//! Threat 32: the log is altered, cut or forked.

use ipse_protocol::merkle;
use ipse_store::Param;
use ipse_store::testing::authenticate_rows;
use serde_json::{Value, json};

use crate::support::TestNetwork;

async fn change(network: &TestNetwork, sql: &'static str, to: &[u8]) -> u64 {
    let (store, to) = (&network.server.scheme.store, to.to_vec());
    let changed = store.write(move |tx| {
        let changed = tx.exec(sql, &[Param::from(&to[..])])?;
        authenticate_rows(tx, "log_queue")?;
        Ok(changed)
    });
    changed.await.expect("store")
}

async fn bytes(network: &TestNetwork, sql: &'static str) -> Vec<u8> {
    one(network, sql).await.only().expect("bytes")
}

async fn one(network: &TestNetwork, sql: &'static str) -> ipse_store::Row {
    let store = &network.server.scheme.store;
    let row = store.read(move |tx| tx.row(sql, &[])).await;
    row.expect("store").expect("a row")
}

/// A head of another history over as many entries, signed by the log's own key, and the one that it takes the place of.
async fn fork(network: &TestNetwork, size: u64) -> (String, String) {
    let key = network.server.scheme.keys.signing("log/1").expect("key");
    let head = json!({"origin": network.issuer, "size": size, "root": ipse_jose::b64::encode(&[9; 32]), "iat": 1});
    let forged = ipse_jose::jws::sign(&key, "ipse-checkpoint+jwt", head.to_string().as_bytes())
        .expect("signs");
    const TRUE: &str = "SELECT jws FROM log_checkpoint WHERE size = 3";
    let mut row = one(network, TRUE).await;
    (forged, row.only().expect("head"))
}

async fn verified(network: &TestNetwork) -> (u64, Option<String>) {
    let scheme = &network.server.scheme;
    let key =
        ipse_jose::VerifyingKey::from_jwk(&scheme.log_key(), ipse_jose::Alg::Es256).expect("key");
    let report = ipse_scheme::log::verify(&scheme.store, &key, &network.issuer, true)
        .await
        .expect("verified");
    (report.entries, report.wrong)
}

/// Puts these entries in the place of all, as somebody with the database's password could. `None` leaves a gap.
async fn put(network: &TestNetwork, all: Vec<Option<Entry>>) {
    const LEAVES: &str = "DELETE FROM log_leaf";
    const NODES: &str = "DELETE FROM log_node WHERE level = 0";
    const LEAF: &str = "INSERT INTO log_leaf (position, leaf, receipt) VALUES ($1, $2, $3)";
    const NODE: &str = "INSERT INTO log_node (level, position, hash) VALUES (0, $1, $2)";
    let done = network.server.scheme.store.write(move |tx| {
        tx.exec(LEAVES, &[])?;
        tx.exec(NODES, &[])?;
        for (at, entry) in all.iter().enumerate() {
            let Some((leaf, hash, receipt)) = entry else {
                continue;
            };
            let at_leaf = [
                Param::from(at as i64),
                Param::from(leaf),
                Param::from(receipt),
            ];
            tx.exec(LEAF, &at_leaf)?;
            tx.exec(NODE, &[Param::from(at as i64), Param::from(hash)])?;
        }
        authenticate_rows(tx, "log_leaf")
    });
    done.await.expect("store");
}

async fn entries(network: &TestNetwork) -> Vec<Entry> {
    const ALL: &str = "SELECT l.leaf, n.hash, l.receipt FROM log_leaf l JOIN log_node n ON n.position = l.position \
                       WHERE n.level = 0 ORDER BY l.position";
    let rows = network
        .server
        .scheme
        .store
        .read(|tx| tx.rows(ALL, &[]))
        .await
        .expect("store");
    let entry = |mut row: ipse_store::Row| {
        (
            row.get("leaf").expect("leaf"),
            row.get("hash").expect("hash"),
            row.get("receipt").expect("receipt"),
        )
    };
    rows.into_iter().map(entry).collect()
}

/// A leaf, the hash that is stored of it, and the receipt that it is of.
type Entry = (Vec<u8>, Vec<u8>, String);

#[tokio::test]
async fn t32_a_changed_log_is_reported_with_its_entry() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        for n in 0..5 {
            let offer = network.offer_basic(&partner, &mut phone).await;
            if n % 2 == 0 {
                phone.approve_offer(&offer).await;
            } else {
                phone.refuse(&offer).await;
            }
            network
                .server
                .scheme
                .sequence_log()
                .await
                .expect("sequenced");
        }
        let good = entries(&network).await;
        let size = good.len();
        assert!(size >= 6, "{size}");
        assert_eq!(verified(&network).await, (size as u64, None));
        let hashed = |leaf: Vec<u8>| {
            let hash = merkle::leaf_hash(&leaf).to_vec();
            Some((leaf, hash, good[2].2.clone()))
        };
        let whole = || good.iter().cloned().map(Some).collect::<Vec<_>>();
        let later = |leaf: &[u8]| {
            // Another time in the leaf: still a leaf.
            let mut leaf: Value = serde_json::from_slice(leaf).expect("a leaf");
            let time = leaf["time"].as_i64().expect("a time");
            leaf["time"] = json!(time + 1);
            let text = String::from_utf8(good[2].0.clone()).expect("text");
            text.replace(&time.to_string(), &(time + 1).to_string())
                .into_bytes()
        };
        let touched = |what: &'static str| {
            let mut all = whole();
            match what {
                "flipped" => {
                    let mut leaf = good[2].0.clone();
                    leaf[10] ^= 1;
                    all[2] = Some((leaf, good[2].1.clone(), good[2].2.clone()));
                }
                "changed" => {
                    all[2] = Some((later(&good[2].0), good[2].1.clone(), good[2].2.clone()));
                }
                "changed with its hash" => all[2] = hashed(later(&good[2].0)),
                "deleted" => all[2] = None,
                "deleted and closed up" => drop(all.remove(2)),
                "swapped" => all.swap(2, 3),
                "inserted" => all.insert(2, hashed(later(&good[2].0))),
                "cut" => drop(all.pop()),
                "cut to one" => all.truncate(1),
                other => panic!("{other}"),
            }
            all
        };
        for (what, says) in [
            ("flipped", "entry 2 "),
            ("changed", "entry 2 was changed"),
            (
                "changed with its hash",
                "entry 2 was changed: another leaf was promised",
            ),
            ("deleted", "entry 2 is missing"),
            (
                "deleted and closed up",
                "entry 2 was changed, removed or moved",
            ),
            ("swapped", "entry 2 was changed, removed or moved"),
            ("inserted", "entry 2 was changed: another leaf was promised"),
            ("cut", "is missing: a signed head names"),
            ("cut to one", "entry 1 is missing: a signed head names"),
        ] {
            put(&network, touched(what)).await;
            let (held, wrong) = verified(&network).await;
            let wrong = wrong.unwrap_or_else(|| panic!("{what} was not noticed"));
            assert!(wrong.contains(says), "{what}: {wrong}");
            assert!(held <= 2 || what == "cut", "{what}: {held}");
        }
        put(&network, whole()).await;
        // A head over the true tree, but signed by somebody else.
        let forged =
            ipse_jose::jws::sign(&partner.key, "ipse-checkpoint+jwt", b"{}").expect("signs");
        const HEAD: &str = "UPDATE log_checkpoint SET jws = $1 WHERE size = 3";
        let fork = fork(&network, 3).await;
        assert_eq!(network.change(HEAD, &forged).await, 1);
        let wrong = verified(&network).await.1.expect("noticed");
        assert!(
            wrong.contains("the signed head over 3 entries does not verify"),
            "{wrong}"
        );
        assert_eq!(network.change(HEAD, &fork.0).await, 1);
        // A second history, properly signed: another head over the same number of entries.
        let wrong = verified(&network).await.1.expect("noticed");
        assert!(wrong.contains("over 3 entries has another root"), "{wrong}");
        assert_eq!(network.change(HEAD, &fork.1).await, 1);
        assert_eq!(verified(&network).await, (size as u64, None));
        // A hash above the leaves, from which phones' proofs are made.
        const STORED: &str = "SELECT hash FROM log_node WHERE level = 1 AND position = 1";
        const NODE: &str = "UPDATE log_node SET hash = $1 WHERE level = 1 AND position = 1";
        let hash = bytes(&network, STORED).await;
        assert_eq!(change(&network, NODE, &[7; 32]).await, 1);
        let wrong = verified(&network).await.1.expect("noticed");
        assert!(
            wrong.contains("one of the entries 2 to 3 was changed"),
            "{wrong}"
        );
        assert_eq!(change(&network, NODE, &hash).await, 1);
        // A decision whose leaf was kept out of the log, before the server took its turn.
        const UNQUEUE: &str = "DELETE FROM log_queue WHERE receipt <> $1";
        loop {
            let offer = network.offer_basic(&partner, &mut phone).await;
            phone.approve_offer(&offer).await;
            if network.change(UNQUEUE, "").await == 1 {
                break;
            }
        }
        let wrong = verified(&network).await.1.expect("noticed");
        assert!(wrong.contains("neither in the log"), "{wrong}");
        network.end().await;
    }
}

/// Leaves are placed two thousand at a time: those that wait longer than one turn wait in the queue, none is lost between. The
/// server takes turns of its own meanwhile.
#[tokio::test]
async fn t32_every_queued_entry_reaches_the_log() {
    const MANY: &str = "INSERT INTO log_queue (receipt, leaf, queued) WITH RECURSIVE n (i) AS \
                        (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) SELECT 'rec_AAAAAAAAAAAAAAAAA' || (1000 + i) || 'A', $1, 5 FROM n";
    const COUNTS: &str = "SELECT (SELECT COUNT(*) FROM log_queue) AS waiting, \
                          (SELECT COUNT(*) FROM log_leaf JOIN log_place USING (receipt, position)) AS placed";
    const HEADS: &str =
        "SELECT COUNT(*) AS n, MIN(size) AS first, MAX(size) AS last FROM log_checkpoint";
    for network in TestNetwork::both().await {
        assert_eq!(change(&network, MANY, b"leaf").await, 2500);
        for _ in 0..3 {
            network
                .server
                .scheme
                .sequence_log()
                .await
                .expect("sequenced");
            let mut counts = one(&network, COUNTS).await;
            let waiting: i64 = counts.get("waiting").expect("counted");
            assert_eq!(counts.get("placed"), Ok(2500 - waiting));
        }
        let mut counts = one(&network, COUNTS).await;
        assert_eq!(counts.get("waiting"), Ok(0_i64));
        // Every turn signed one head.
        let mut heads = one(&network, HEADS).await;
        assert_eq!(heads.get("n"), Ok(2_i64));
        assert_eq!(heads.get("first"), Ok(2000_i64));
        assert_eq!(heads.get("last"), Ok(2500_i64));
        network.end().await;
    }
}

/// The check may run beside the server: what is logged and signed meanwhile is no finding.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t32_a_log_that_grows_during_verification_is_accepted() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let growing = async {
            for _ in 0..15 {
                let offer = network.offer_basic(&partner, &mut phone).await;
                phone.refuse(&offer).await;
                network
                    .server
                    .scheme
                    .sequence_log()
                    .await
                    .expect("sequenced");
            }
        };
        let checking = async {
            loop {
                assert_eq!(verified(&network).await.1, None);
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = growing => {}
            () = checking => {}
        }
        network.end().await;
    }
}
