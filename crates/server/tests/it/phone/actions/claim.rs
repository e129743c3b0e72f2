//! `POST /phone/v1/actions/claim`. Threats: t01, t02, t23.

use insta::assert_json_snapshot;

use crate::support::TestNetwork;
use crate::support::snapshot::stable;

#[tokio::test]
async fn a_claim_returns_the_view_and_its_nonce() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    let started = network.start_basic(&partner).await;
    let offer = phone.claim(&started.link).await;
    assert_json_snapshot!(stable(&offer.body));
    network.end().await;
}
