//! `POST /phone/v1/actions/{id}/attempt`. Threats: t03, t05, t12, t30.

use insta::assert_json_snapshot;
use ipse_protocol::opaque::{ClientLogin, Identity as NoStretching};

use crate::support::snapshot::stable;
use crate::support::{CODE, Phone, TestNetwork};

#[tokio::test]
async fn an_attempt_returns_the_second_message() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    let offer = network.offer_basic(&partner, &mut phone).await;
    let (_, ke1) =
        ClientLogin::<NoStretching>::start(CODE, &ipse_protocol::Random::system()).expect("opaque");
    let body = Phone::attempt_body(&offer, ke1);
    let path = format!("/actions/{}/attempt", offer.action);
    let attempt = phone.post(&path, &body).await;
    assert_json_snapshot!(stable(&attempt.body));
    network.end().await;
}
