//! Visits to the bank during an enrolment.

use reqwest::StatusCode;
use serde_json::json;

/// Where the app goes on, as its last part.
pub fn landing(location: &str) -> &str {
    location.rsplit('/').next().expect("a path")
}

pub async fn start_bank_visit(phone: &mut crate::support::Phone) -> String {
    let path = format!("/enrolments/{}/bank", phone.enrolment);
    let reply = phone.post(&path, &json!({"bank": "Bank Anker"})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    let url = reply.body["authorization_url"]
        .as_str()
        .expect("url")
        .to_owned();
    phone.sign_in_at_bank(&url, "customer0").await
}
