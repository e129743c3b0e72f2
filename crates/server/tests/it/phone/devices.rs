//! `GET /phone/v1/devices`.

use insta::assert_json_snapshot;

use crate::support::TestNetwork;
use crate::support::snapshot::stable;

#[tokio::test]
async fn the_person_sees_their_devices() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let devices = phone.get("/devices").await;
    assert_json_snapshot!(stable(&devices.body));
    network.end().await;
}
