//! `GET /phone/v1/enrolments/{id}`.

use insta::assert_json_snapshot;

use crate::support::TestNetwork;
use crate::support::snapshot::stable;

#[tokio::test]
async fn the_state_lists_the_steps_that_are_done() {
    let network = TestNetwork::new().await;
    let mut phone = network.phone(0);
    phone.begin_enrolment(&network).await;
    phone.connect_sim(&network).await;
    let state = phone.get(&format!("/enrolments/{}", phone.enrolment)).await;
    assert_json_snapshot!(stable(&state.body));
    network.end().await;
}
