//! What waits to be done: leaves of the log, and effects.

use ipse_protocol::merkle;
use ipse_store::Param;

use super::{verified, write};
use crate::support::TestNetwork;
use crate::support::sims::is_bound;

const LEAVES: &str = "SELECT COUNT(*) FROM log_leaf WHERE receipt <> $1";
const FORGED: &str = "SELECT COUNT(*) FROM log_leaf WHERE receipt = $1";
const RECEIPT: &str = "rec_AAAAAAAAAAAAAAAAAAAAAA";

async fn sequence(network: &TestNetwork) -> bool {
    network.server.scheme.sequence_log().await.is_ok()
}

/// The finding: a row that somebody put into the queue became a signed leaf.
#[tokio::test]
async fn t44_a_leaf_that_is_put_into_the_queue_gets_no_position() {
    const PUT: &str = "INSERT INTO log_queue (receipt, leaf, queued, mac) SELECT $1, leaf, 1, mac FROM log_queue LIMIT 1";
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        // The server may take its turn before the leaf can be copied.
        loop {
            let offer = network.offer_basic(&partner, &mut phone).await;
            phone.refuse(&offer).await;
            if network.tamper(PUT, RECEIPT).await == 1 {
                break;
            }
        }
        let before = network.count(LEAVES, RECEIPT).await;
        let offer = network.offer_basic(&partner, &mut phone).await;
        phone.refuse(&offer).await;
        assert!(sequence(&network).await);
        assert_eq!(network.count(FORGED, RECEIPT).await, 0);
        assert!(network.count(LEAVES, RECEIPT).await > before);
        let wrong = verified(&network).await.expect("noticed");
        assert!(wrong.contains("log_queue"), "{wrong}");
        network.end().await;
    }
}

/// A leaf with its position, and the nodes above it, as the scheme itself would have placed it.
#[tokio::test]
async fn t44_no_head_is_signed_over_a_leaf_that_was_written() {
    const HEADS: &str = "SELECT COUNT(*) FROM log_checkpoint WHERE $1 <> ''";
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let offer = network.offer_basic(&partner, &mut phone).await;
        phone.refuse(&offer).await;
        assert!(sequence(&network).await);
        let written = network.server.scheme.store.write(|tx| {
            let leaf = b"a leaf of theirs";
            let at: i64 = tx.value("SELECT COUNT(*) FROM log_leaf", &[])?;
            let values = [Param::Int(at), Param::Text(RECEIPT), Param::Blob(leaf)];
            tx.exec(
                "INSERT INTO log_leaf (position, receipt, leaf) VALUES ($1, $2, $3)",
                &values,
            )?;
            let hash = merkle::leaf_hash(leaf);
            let values = [Param::Int(at), Param::Blob(&hash)];
            tx.exec(
                "INSERT INTO log_node (level, position, hash) VALUES (0, $1, $2)",
                &values,
            )
        });
        written.await.expect("store");
        let heads = network.count(HEADS, "all").await;
        assert!(!sequence(&network).await);
        assert_eq!(network.count(HEADS, "all").await, heads);
        assert!(verified(&network).await.is_some());
        network.end().await;
    }
}

#[tokio::test]
async fn t44_no_head_is_signed_over_nodes_that_were_changed() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        for _ in 0..2 {
            let offer = network.offer_basic(&partner, &mut phone).await;
            phone.refuse(&offer).await;
            assert!(sequence(&network).await);
        }
        write(&network, "UPDATE log_node SET hash = (SELECT hash FROM log_node WHERE level = 0 AND position = 0)").await;
        let offer = network.offer_basic(&partner, &mut phone).await;
        phone.refuse(&offer).await;
        assert!(!sequence(&network).await);
        network.end().await;
    }
}

#[tokio::test]
async fn t44_an_effect_that_was_written_is_not_carried_out() {
    const WRITE: &str = "INSERT INTO outbox (id, kind, party, payload, due, attempts) \
         SELECT $1, 'operator.unbind', operator, '{\"operator\":\"' || operator || '\",\"handle\":\"' || handle || '\"}', 0, 0 \
         FROM sim_binding";
    const WAITING: &str = "SELECT COUNT(*) FROM outbox WHERE id = $1";
    for network in TestNetwork::both().await {
        network.enrolled(0).await;
        assert_eq!(network.tamper(WRITE, "of a thief").await, 1);
        while ipse_server::outbox::drain(&network.server.scheme)
            .await
            .expect("drained")
            > 0
        {}
        assert!(is_bound(&network, 0).await);
        assert_eq!(network.count(WAITING, "of a thief").await, 1);
        network.end().await;
    }
}
