//! `POST /phone/v1/enrolments/{id}/code`. Threats: t04.

use insta::assert_json_snapshot;

use crate::support::snapshot::stable;
use crate::support::{CODE, TestNetwork};

#[tokio::test]
async fn a_blinded_code_is_evaluated() {
    let network = TestNetwork::new().await;
    let mut phone = network.phone(0);
    phone.enrol_to_code(&network).await;
    let at = format!("/enrolments/{}", phone.enrolment);
    let evaluated = phone.evaluate(&at, CODE).await;
    assert_json_snapshot!(stable(&evaluated.body));
    network.end().await;
}
