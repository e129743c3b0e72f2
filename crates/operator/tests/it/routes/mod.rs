//! A folder or file for each path of the operator.

mod handset;
mod ready;
mod sim_controller;

use ipse_store::testing::TestDb;
use serde_json::Value;

use crate::network::{TestNetwork, answer};

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_not_found() {
    let network = TestNetwork::new(TestDb::sqlite()).await;
    for path in [
        "/nothing",
        "/sim-controller/v1/nothing",
        "/sim-controller/v2/jwks",
    ] {
        let (status, body) = answer(network.http.get(format!("{}{path}", network.url))).await;
        assert_eq!((status, code(&body)), (404, "NOT_FOUND"), "{path}");
    }
}

/// The stable code of an error.
fn code(body: &Value) -> &str {
    body["code"].as_str().expect("a code")
}
