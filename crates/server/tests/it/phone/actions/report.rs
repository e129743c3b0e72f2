//! `POST /phone/v1/actions/{id}/report`. Threats: t02.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::support::TestNetwork;
use crate::support::snapshot::stable;

#[tokio::test]
async fn a_report_refuses_the_action_and_blocks_the_identity() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    let offer = network.offer_basic(&partner, &mut phone).await;
    let path = format!("/actions/{}/report", offer.action);
    let reported = phone.post(&path, &json!({})).await;
    assert_json_snapshot!(stable(&reported.body));
    assert_eq!(phone.get("/me").await.body["status"], "suspended");
    network.end().await;
}
