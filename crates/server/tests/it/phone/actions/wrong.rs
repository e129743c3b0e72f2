//! `POST /phone/v1/actions/{id}/wrong`. Threats: t03.

use insta::assert_json_snapshot;

use crate::support::TestNetwork;
use crate::support::snapshot::stable;

#[tokio::test]
async fn a_wrong_code_returns_how_many_are_left() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    let offer = network.offer_basic(&partner, &mut phone).await;
    let wrong = phone.wrong_code(&offer, "96172").await;
    assert_json_snapshot!(stable(&wrong.body));
    network.end().await;
}
