//! `GET /phone/v1/me`.

use insta::assert_json_snapshot;

use crate::support::TestNetwork;
use crate::support::snapshot::stable;

#[tokio::test]
async fn the_person_sees_their_identity() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let me = phone.get("/me").await;
    assert_json_snapshot!(stable(&me.body));
    network.end().await;
}
