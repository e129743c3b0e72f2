//! `POST /phone/v1/block`. Threats: t12.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::support::TestNetwork;
use crate::support::sims::block_reasons;
use crate::support::snapshot::stable;

#[tokio::test]
async fn a_person_blocks_their_identity() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let blocked = phone.post("/block", &json!({"reason": "person"})).await;
    assert_json_snapshot!(stable(&blocked.body));
    assert_eq!(block_reasons(&mut phone).await, ["person"]);
    network.end().await;
}
