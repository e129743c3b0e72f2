//! Threat 23: malformed input.

use serde_json::json;

use crate::support::TestNetwork;
use crate::support::logins::claim_login;

#[tokio::test]
async fn t23_malformed_ids_are_not_found() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        for path in [
            "/actions/%00",
            "/enrolments/%00",
            "/recoveries/rcv%00",
            "/receipts/..%2f%00",
        ] {
            phone.get(path).await.refused("not_found");
        }
        let offer = claim_login(&network, &partner, &mut phone).await;
        let path = format!("/actions/{}/wrong", offer.action);
        let wrong = phone.post(&path, &json!({"attempt": "att_\u{0}"})).await;
        wrong.refused("attempt_unknown");
        network.end().await;
    }
}
