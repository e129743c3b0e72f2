//! `POST /phone/v1/enrolments/{id}/bank`. Threats: t18, t22, t29, t30.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::TestNetwork;

const BANK: &str = "Bank Anker";

#[tokio::test]
async fn an_unknown_bank_is_refused() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let path = format!("/enrolments/{}/bank", phone.enrolment);
        phone
            .post(&path, &json!({"bank": "Bank Nergens"}))
            .await
            .refused("malformed_request");
        assert_eq!(
            phone.post(&path, &json!({"bank": BANK})).await.status,
            StatusCode::OK
        );
        network.end().await;
    }
}
