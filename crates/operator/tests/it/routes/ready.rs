//! `GET /ready` and `GET /health`.

use ipse_store::testing::TestDb;

use crate::network::{TestNetwork, answer};

#[tokio::test(flavor = "multi_thread")]
async fn ready_fails_without_a_database_and_health_does_not() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let get = async |path: &str| {
        answer(network.http.get(format!("{}{path}", network.url)))
            .await
            .0
    };
    assert_eq!((get("/ready").await, get("/health").await), (200, 200));
    network.operator().store.close();
    assert_eq!((get("/ready").await, get("/health").await), (503, 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_needs_a_database_that_can_be_written_and_a_clock_that_can_be_trusted() {
    for db in TestDb::both() {
        let clock = db.clock().clone();
        let network = TestNetwork::new(db).await;
        let ready = async || {
            answer(network.http.get(format!("{}/ready", network.url)))
                .await
                .0
        };
        assert_eq!(ready().await, 200);
        let operator = network.operator();
        let change = async |sql: &'static str| {
            let changed = operator.store.write(move |tx| tx.exec(sql, &[])).await;
            changed.expect("changed");
        };
        change("ALTER TABLE setting RENAME TO away").await;
        assert_eq!(ready().await, 503);
        change("ALTER TABLE away RENAME TO setting").await;
        assert_eq!(ready().await, 200);
        clock.step(-3_600_000);
        assert_eq!(ready().await, 503);
        // The new time is accepted when it was steady.
        clock.shift(6 * 60_000);
        assert_eq!(ready().await, 200);
    }
}
