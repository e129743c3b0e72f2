//! `GET /phone/v1/config`.

use insta::assert_json_snapshot;

use crate::support::TestNetwork;
use crate::support::snapshot::stable;

#[tokio::test]
async fn the_configuration_names_banks_and_handsets() {
    let network = TestNetwork::new().await;
    let url = format!("{}/phone/v1/config", network.app);
    let answer = network.http.get(url).send().await.expect("an answer");
    let body = answer.json().await.expect("JSON");
    assert_json_snapshot!(stable(&body));
    network.end().await;
}
