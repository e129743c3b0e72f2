//! `GET /phone/v1/receipts/{id}`. Threats: t32.

use insta::assert_json_snapshot;
use ipse_jose::b64;
use ipse_protocol::receipt::{Leaf, commitment};
use ipse_protocol::sha256;
use ipse_protocol::wire::ReceiptResponse;
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

#[tokio::test]
async fn each_leaf_has_a_second_commitment_under_a_salt_of_its_own() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let offer = network.offer_basic(&partner, &mut phone).await;
        let decided = phone.approve_offer(&offer).await;
        let id = decided.body["receipt"].as_str().expect("a receipt");
        let receipt: ReceiptResponse = phone.get(&format!("/receipts/{id}")).await.json();
        let leaf = b64::decode(&receipt.leaf).expect("a leaf");
        let leaf = Leaf::parse(&leaf).expect("a leaf");
        let salt = receipt.disclosure_salt.expect("a salt");
        assert_ne!(salt, receipt.salt);
        let salt: [u8; 32] = b64::decode(&salt).expect("b64").try_into().expect("32");
        let nothing = commitment(&salt, &sha256(b""));
        assert_eq!(receipt.disclosure.as_deref(), Some(""));
        assert_eq!(leaf.disclosure, Some(nothing));
        network.end().await;
    }
}
