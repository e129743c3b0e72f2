//! `POST /phone/v1/actions/{id}/refuse`. Threats: t11.

use insta::assert_json_snapshot;

use crate::support::TestNetwork;
use crate::support::snapshot::stable;

#[tokio::test]
async fn a_refusal_returns_the_receipt() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    let offer = network.offer_basic(&partner, &mut phone).await;
    let decided = phone.refuse(&offer).await;
    assert_json_snapshot!(stable(&decided.body));
    network.end().await;
}
