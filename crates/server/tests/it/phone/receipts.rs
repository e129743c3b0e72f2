//! `GET /phone/v1/receipts/{id}`. Threats: t32.

use insta::assert_json_snapshot;
use reqwest::StatusCode;

use crate::support::TestNetwork;

#[tokio::test]
async fn the_receipt_of_a_decision_has_its_proof() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    let offer = network.offer_basic(&partner, &mut phone).await;
    let decided = phone.approve_offer(&offer).await;
    let id = decided.body["receipt"].as_str().expect("a receipt");
    let path = format!("/receipts/{id}");
    let receipt = phone.get(&path).await;
    assert_eq!(receipt.status, StatusCode::OK, "{}", receipt.body);
    let members: Vec<_> = receipt
        .body
        .as_object()
        .expect("an object")
        .keys()
        .collect();
    assert_json_snapshot!(members);
    network.end().await;
}
