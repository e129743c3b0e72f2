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
