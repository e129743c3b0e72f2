//! `POST /phone/v1/unblock`. Threat: t03.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::TestNetwork;

#[tokio::test]
async fn a_fingerprint_does_not_unblock() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let finger = network.give_biometric(&phone).await;
        phone.post("/block", &json!({"reason": "person"})).await;
        let offer = phone.begin_unblock().await;
        phone
            .approve_by_biometric(&offer, &finger)
            .await
            .refused("malformed_request");
        assert_eq!(
            network.identity(&phone.identity).await.status.as_str(),
            "suspended"
        );
        assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        assert_eq!(
            network.identity(&phone.identity).await.status.as_str(),
            "active"
        );
        network.end().await;
    }
}
