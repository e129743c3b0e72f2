//! `POST /phone/v1/recoveries`, `GET /phone/v1/recoveries/{id}`, `POST /phone/v1/recoveries/{id}/code` and
//! `POST /phone/v1/recoveries/{id}/complete`. Threat: t04.

use reqwest::StatusCode;
use serde_json::json;

use crate::support::TestNetwork;
use crate::support::logins::claim_login;
use crate::support::recoveries::{
    complete_recovery, exhaust_code, start_recovery, verified_recovery, visit_bank_at,
};
use crate::support::sims::{block_reasons, wait_for_block};

#[tokio::test]
async fn a_bank_visit_replaces_an_exhausted_code() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        exhaust_code(&network, &partner, &mut phone).await;

        let (recovery, url) = start_recovery(&mut phone).await;
        complete_recovery(&mut phone, &recovery, "40719")
            .await
            .refused("not_found");
        assert_eq!(
            visit_bank_at(&mut phone, &url, "customer1").await,
            "?problem=person_mismatch"
        );
        let (recovery, url) = start_recovery(&mut phone).await;
        assert_eq!(
            visit_bank_at(&mut phone, &url, "customer0").await,
            format!("?recovery={recovery}")
        );
        let state = phone.get(&format!("/recoveries/{recovery}")).await;
        assert_eq!(
            state.body,
            json!({"recovery": recovery, "status": "vouched"})
        );

        let done = complete_recovery(&mut phone, &recovery, "40719").await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!(done.body["status"], "active");
        assert_eq!(done.body["code_version"], 2);
        let body = json!({"registration_record": ipse_jose::b64::encode(&[0; 192])});
        let again = phone
            .post(&format!("/recoveries/{recovery}/complete"), &body)
            .await;
        assert_eq!(again.body, done.body);

        // The new code works, the old one does not, and the count starts again.
        let me = phone.get("/me").await;
        assert_eq!(me.body["wrong_codes_left"], 3, "{}", me.body);
        let login = claim_login(&network, &partner, &mut phone).await;
        let old = phone.code.clone();
        let wrong = phone.wrong_code(&login, &old).await;
        wrong.refused("code_wrong");
        phone.code = "40719".into();
        let decided = phone.approve_offer(&login).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        network.end().await;
    }
}

#[tokio::test]
async fn a_change_of_the_identity_ends_a_recovery() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        exhaust_code(&network, &partner, &mut phone).await;
        let recovery = verified_recovery(&mut phone).await;
        let blocked = phone.post("/block", &json!({"reason": "person"})).await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        complete_recovery(&mut phone, &recovery, "40719")
            .await
            .refused("epoch_changed");
        // A proofing that began afterwards lifts both reasons.
        network.pass(1_000);
        let recovery = verified_recovery(&mut phone).await;
        let done = complete_recovery(&mut phone, &recovery, "40719").await;
        assert_eq!(done.body["status"], "active", "{}", done.body);
        network.end().await;
    }
}

#[tokio::test]
async fn a_forgotten_code_is_replaced_without_three_wrong_ones() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let recovery = verified_recovery(&mut phone).await;
        let done = complete_recovery(&mut phone, &recovery, "40719").await;
        assert_eq!(done.body["status"], "active", "{}", done.body);
        assert_eq!(done.body["code_version"], 2);
        let offer = claim_login(&network, &partner, &mut phone).await;
        phone.code = "40719".into();
        let decided = phone.approve_offer(&offer).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        network.end().await;
    }
}

#[tokio::test]
async fn a_recovery_leaves_a_changed_sim_to_the_sim() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        network.sim("lose", 0).await;
        wait_for_block(&network, &phone, "sim_lost").await;
        phone.post("/block", &json!({"reason": "person"})).await;
        network.pass(1_000);
        let recovery = verified_recovery(&mut phone).await;
        let done = complete_recovery(&mut phone, &recovery, "40719").await;
        assert_eq!(done.body["status"], "suspended", "{}", done.body);
        assert_eq!(block_reasons(&mut phone).await, ["sim_lost"]);
        network.end().await;
    }
}

/// What the phone signs names the code version that it was offered, and a recovery makes another.
#[tokio::test]
async fn an_earlier_offer_can_be_refused_after_a_new_code() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let blocked = phone.post("/block", &json!({"reason": "person"})).await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        let offer = phone.begin_unblock().await;
        for _ in 0..3 {
            let wrong = phone.wrong_code(&offer, "96172").await;
            wrong.refused("code_wrong");
        }
        let recovery = verified_recovery(&mut phone).await;
        let done = complete_recovery(&mut phone, &recovery, "40719").await;
        assert_eq!(done.body["code_version"], 2, "{}", done.body);
        // ActionRequest for again, it is the same offer.
        let path = format!("/actions/{}", offer.action);
        let again = phone.get(&path).await;
        assert_eq!(again.body["offer"]["code_version"], 1, "{}", again.body);
        phone.approve_offer(&offer).await.refused("epoch_changed");
        let refused = phone.refuse(&offer).await;
        assert_eq!(refused.body["status"], "refused", "{}", refused.body);
        network.end().await;
    }
}

#[tokio::test]
async fn another_phone_cannot_use_a_recovery() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        exhaust_code(&network, &partner, &mut phone).await;
        let recovery = verified_recovery(&mut phone).await;
        let mut other = network.enrolled(1).await;
        other
            .get(&format!("/recoveries/{recovery}"))
            .await
            .refused("not_found");
        complete_recovery(&mut other, &recovery, "40719")
            .await
            .refused("not_found");
        network.end().await;
    }
}
