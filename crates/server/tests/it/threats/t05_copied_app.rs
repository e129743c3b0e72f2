//! Threat 5: a copied app.

use ipse_protocol::copy_proof::CopyProof;
use ipse_protocol::device_request;
use ipse_protocol::terms::Factor;
use ipse_store::device::{Backup, Device};
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Phone, Reply, TestNetwork};

#[tokio::test]
async fn t05_a_copied_key_stops_an_enrolment() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        assert_eq!(
            phone.begin_enrolment(&network).await.status,
            StatusCode::CREATED
        );
        let mut copy = phone.copy();
        let path = format!("/enrolments/{}", phone.enrolment);
        assert_eq!(phone.get(&path).await.status, StatusCode::OK);
        copy.get("/me").await.refused("device_copied");
        phone.get(&path).await.refused("device_suspended");
        network.end().await;
    }
}

#[tokio::test]
async fn t05_a_reused_sequence_suspends_both_phones() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let mut copy = phone.copy();
        let offer = network.offer_basic(&partner, &mut phone).await;
        copy.get("/devices").await.refused("device_copied");
        phone.get("/me").await.refused("device_suspended");
        assert_ne!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        copy.sequence += 10;
        copy.get("/me").await.refused("device_suspended");
        let identity = network.identity(&phone.identity).await;
        assert_eq!(identity.status.as_str(), "suspended");
        const REASON: &str =
            "SELECT COUNT(*) FROM suspension WHERE reason = 'device_lost' AND identity = $1";
        assert_eq!(network.count(REASON, &phone.identity).await, 1);
        network.end().await;
    }
}

#[tokio::test]
async fn t05_a_repeated_request_is_not_a_copy() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let request = phone.seal("/block", &json!({"reason": "person"}));
        for _ in 0..3 {
            assert_eq!(phone.send(&request).await.body["status"], "suspended");
        }
        // Late, with a place that nobody used: refused, but nobody is accused.
        let late = phone.seal("/unblock", &json!({}));
        phone.get("/me").await;
        phone.send(&late).await.refused("sequence_stale");
        assert_eq!(phone.get("/me").await.status, StatusCode::OK);
        network.end().await;
    }
}

/// A copy that runs ahead until the other phone's sequences are no longer remembered does not get away with it.
#[tokio::test]
async fn t05_a_copy_with_later_sequences_is_detected() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let mut copy = phone.copy();
        for _ in 0..70 {
            assert_eq!(copy.get("/devices").await.status, StatusCode::OK);
        }
        phone.get("/me").await.refused("device_copied");
        copy.get("/me").await.refused("device_suspended");
        // Nor does one that leaves the other behind for good in one leap.
        let mut phone = network.enrolled(1).await;
        let mut copy = phone.copy();
        copy.sequence += 1 << 40;
        copy.get("/me").await.refused("sequence_stale");
        assert_eq!(phone.get("/me").await.status, StatusCode::OK);
        network.end().await;
    }
}

#[tokio::test]
async fn t05_a_credential_that_may_be_copied_does_not_reach_advanced() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let finger = network.give_biometric(&phone).await;
        let (code, both) = (vec![Factor::Code], vec![Factor::Code, Factor::Biometric]);
        assert_eq!(network.offer(&partner, &mut phone).await.factors, both);
        for backup in [Some(Backup::Eligible), Some(Backup::Copied), None] {
            let change = move |device: &mut Device| device.biometric_backup = backup;
            network.change_device(&phone, change).await;
            let basic = network.offer_basic(&partner, &mut phone).await;
            assert_eq!(basic.factors, both, "{backup:?}");
            let offer = network.offer(&partner, &mut phone).await;
            assert_eq!(offer.factors, code, "{backup:?}");
            let refused = phone.approve_by_biometric(&offer, &finger).await;
            refused.refused("malformed_request");
        }
        network.end().await;
    }
}

/// A recording proves nothing: somebody who can only send it again suspends nobody.
#[tokio::test]
async fn t05_a_recorded_request_suspends_nobody() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let recorded = phone.seal("/block", &json!({"reason": "person"}));
        for _ in 0..70 {
            assert_eq!(phone.get("/devices").await.status, StatusCode::OK);
        }
        let answer = phone.send(&recorded).await;
        answer.refused("sequence_behind");
        assert_eq!(answer.body["newest"], phone.sequence, "{}", answer.body);
        assert_eq!(phone.get("/me").await.body["status"], "active");
        network.end().await;
    }
}

/// The phone signs `change` of the challenge that its old request was refused with.
async fn answered(
    network: &TestNetwork,
    phone: &mut Phone,
    change: impl FnOnce(&mut CopyProof),
) -> Reply {
    let old = phone.seal("/block", &json!({"reason": "person"}));
    for _ in 0..70 {
        phone.get("/devices").await;
    }
    let refused = phone.send(&old).await;
    let parsed = device_request::parse(&old.0.signature).expect("a request");
    let mut proof = CopyProof {
        aud: network.app.clone(),
        dev: phone.device_id().to_owned(),
        request: parsed.hash.into(),
        challenge: refused.body["challenge"]
            .as_str()
            .unwrap_or_else(|| panic!("{}", refused.body))
            .to_owned(),
    };
    change(&mut proof);
    let token = proof.sign(&phone.key).expect("signs");
    phone.post("/copied", &json!({"proof": token})).await
}

#[tokio::test]
async fn t05_a_challenge_serves_one_device_one_request_and_one_minute() {
    for network in TestNetwork::both().await {
        let (mut phone, other) = (network.enrolled(0).await, network.enrolled(1).await);
        let invalid = "device_signature_invalid";
        let stranger = other.device_id().to_owned();
        let changed = answered(&network, &mut phone, |proof| proof.dev = stranger).await;
        changed.refused(invalid);
        let changed = answered(&network, &mut phone, |proof| proof.request = [7; 32].into()).await;
        changed.refused(invalid);
        let changed = answered(&network, &mut phone, |proof| proof.aud.push('x')).await;
        changed.refused(invalid);
        let changed = answered(&network, &mut phone, |proof| {
            proof.challenge = ipse_jose::b64::encode(&[0; 40]);
        });
        changed.await.refused(invalid);
        let late = answered(&network, &mut phone, |_| network.pass(60_000)).await;
        late.refused(invalid);
        assert_eq!(phone.get("/me").await.body["status"], "active");

        let reported = answered(&network, &mut phone, |_| {}).await;
        assert_eq!(reported.status, StatusCode::OK, "{}", reported.body);
        phone.get("/me").await.refused("device_suspended");
        let identity = network.identity(&phone.identity).await;
        assert_eq!(identity.status.as_str(), "suspended");
        network.end().await;
    }
}
