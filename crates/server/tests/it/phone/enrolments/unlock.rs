//! `POST /phone/v1/enrolments/{id}/unlock`.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::support::TestNetwork;
use crate::support::snapshot::stable;

#[tokio::test]
async fn the_answer_has_a_challenge_for_a_new_credential() {
    let network = TestNetwork::new().await;
    let mut phone = network.phone(0);
    phone.enrol_to_code(&network).await;
    let path = format!("/enrolments/{}/unlock", phone.enrolment);
    let options = phone.post(&path, &json!({})).await;
    assert_json_snapshot!(stable(&options.body));
    network.end().await;
}
