//! `POST /phone/v1/actions/{id}/approve`. Threats: t03, t06, t07, t08, t11, t12.

use insta::assert_json_snapshot;

use crate::support::TestNetwork;
use crate::support::snapshot::stable;

#[tokio::test]
async fn an_approval_returns_the_receipt_and_the_way_back() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    let offer = network.offer_basic(&partner, &mut phone).await;
    let decided = phone.approve_offer(&offer).await;
    assert_json_snapshot!(stable(&decided.body));
    network.end().await;
}
