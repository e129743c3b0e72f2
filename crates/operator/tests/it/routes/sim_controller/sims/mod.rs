//! `GET /sims/{handle}`.

mod binding;
mod challenges;

use ipse_store::testing::TestDb;

use crate::network::{READY, TestNetwork};
use crate::routes::code;

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_shows_its_sim() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let (_, resolved) = network.resolve(READY).await;
    let handle = network.handle(READY).await;
    let (status, view) = network.get(&format!("/sims/{handle}")).await;
    assert_eq!((status, view), (200, resolved));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_no_handle_is_not_found() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    let long = "A".repeat(65);
    let unknown = "A".repeat(43);
    for name in ["nobody", "%00", "a%2Fb", &long, &unknown] {
        let (status, body) = network.get(&format!("/sims/{name}")).await;
        assert_eq!(
            (status, code(&body)),
            (404, "IDENTIFIER_NOT_FOUND"),
            "{name}"
        );
    }
}
