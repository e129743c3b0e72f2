//! A code that is used up, and the way back through the bank.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Partner, Phone, TestNetwork};

async fn offer(
    network: &TestNetwork,
    partner: &Partner,
    phone: &mut Phone,
) -> ipse_protocol::wire::Offer {
    let link = link(network, partner).await;
    phone.claim(&link).await.json()
}

async fn link(network: &TestNetwork, partner: &Partner) -> String {
    let mut browser = network.browser();
    let login = partner.begin(&mut browser).await;
    let page = browser.get(&login.action_page).await;
    page.attribute("id=\"open-app\"", "href").expect("open-app")
}

async fn exhaust(network: &TestNetwork, partner: &Partner, phone: &mut Phone) {
    let offer = offer(network, partner, phone).await;
    for left in [2, 1, 0] {
        let wrong = phone.wrong_code(&offer, "96172").await;
        wrong.refused("code_wrong");
        assert_eq!(wrong.body["wrong_codes_left"], left);
    }
    let me = phone.get("/me").await;
    assert_eq!(me.body["status"], "suspended");
}

async fn visit(phone: &mut Phone, url: &str, customer: &str) -> String {
    let callback = phone.sign_in_at_bank(url, customer).await;
    let end = phone
        .browser
        .get(&callback)
        .await
        .location
        .expect("to the app");
    end.rsplit('/').next().expect("a path").to_owned()
}

async fn begin(phone: &mut Phone) -> (String, String) {
    let begun = phone
        .post("/recoveries", &json!({"bank": "Bank Anker"}))
        .await;
    let text = |name: &str| {
        begun.body[name]
            .as_str()
            .unwrap_or_else(|| panic!("{}", begun.body))
            .to_owned()
    };
    (text("recovery"), text("authorization_url"))
}

/// A recovery that the bank has vouched for: a code may be chosen.
async fn vouched(phone: &mut Phone) -> String {
    let (recovery, url) = begin(phone).await;
    visit(phone, &url, "customer0").await;
    recovery
}

async fn complete(phone: &mut Phone, recovery: &str, code: &str) -> crate::support::Reply {
    use ipse_protocol::opaque::{ClientRegistration, Identity as NoStretching};
    let (registration, request) = ClientRegistration::<NoStretching>::start(code).expect("opaque");
    let path = format!("/recoveries/{recovery}/code");
    let body = json!({"registration_request": ipse_jose::b64::encode(&request)});
    let answer = phone.post(&path, &body).await;
    let Some(response) = answer.body["registration_response"].as_str() else {
        return answer;
    };
    let response = ipse_jose::b64::decode(response).expect("b64");
    let record = registration.finish(&response).expect("opaque");
    let body = json!({"registration_record": ipse_jose::b64::encode(&record)});
    phone
        .post(&format!("/recoveries/{recovery}/complete"), &body)
        .await
}

#[tokio::test]
async fn the_bank_brings_a_used_up_code_back() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        phone
            .post("/recoveries", &json!({"bank": "Bank Anker"}))
            .await
            .refused("not_found");
        exhaust(&network, &partner, &mut phone).await;

        let (recovery, url) = begin(&mut phone).await;
        complete(&mut phone, &recovery, "40719")
            .await
            .refused("not_found");
        assert_eq!(
            visit(&mut phone, &url, "customer1").await,
            "?problem=person_mismatch"
        );
        let (recovery, url) = begin(&mut phone).await;
        assert_eq!(
            visit(&mut phone, &url, "customer0").await,
            format!("?recovery={recovery}")
        );
        let state = phone.get(&format!("/recoveries/{recovery}")).await;
        assert_eq!(
            state.body,
            json!({"recovery": recovery, "status": "vouched"})
        );

        let done = complete(&mut phone, &recovery, "40719").await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!(done.body["status"], "active");
        assert_eq!(done.body["code_version"], 2);
        let body = json!({"registration_record": ipse_jose::b64::encode(&[0; 192])});
        let again = phone
            .post(&format!("/recoveries/{recovery}/complete"), &body)
            .await;
        assert_eq!(again.body, done.body);

        // The new code opens, the old one does not, and the count began anew.
        let me = phone.get("/me").await;
        assert_eq!(me.body["wrong_codes_left"], 3, "{}", me.body);
        let login = offer(&network, &partner, &mut phone).await;
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
async fn what_changes_meanwhile_ends_a_recovery() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        exhaust(&network, &partner, &mut phone).await;
        let recovery = vouched(&mut phone).await;
        let blocked = phone.post("/block", &json!({"reason": "person"})).await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        complete(&mut phone, &recovery, "40719")
            .await
            .refused("epoch_changed");
        // Anew, it lifts its own reason only.
        let recovery = vouched(&mut phone).await;
        let done = complete(&mut phone, &recovery, "40719").await;
        assert_eq!(done.body["status"], "suspended", "{}", done.body);
        let me = phone.get("/me").await;
        let reasons: Vec<&Value> = me.body["reasons"]
            .as_array()
            .expect("reasons")
            .iter()
            .map(|r| &r["reason"])
            .collect();
        assert_eq!(reasons, ["person"]);
        network.end().await;
    }
}

/// See the test of the same row for enrolments: here a second recovery would be the way in.
#[tokio::test]
async fn t04_a_second_recovery_is_no_oracle_for_the_new_code() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        exhaust(&network, &partner, &mut phone).await;
        let mut both = Vec::new();
        for _ in 0..2 {
            both.push(vouched(&mut phone).await);
        }
        let done = complete(&mut phone, &both[0], "40719").await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        for recovery in &both {
            let refused = complete(&mut phone, recovery, "50817").await;
            assert!(
                ["not_found", "epoch_changed"].contains(&refused.code()),
                "{}",
                refused.body
            );
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t04_few_codes_are_evaluated_for_one_recovery() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        exhaust(&network, &partner, &mut phone).await;
        let recovery = vouched(&mut phone).await;
        let at = format!("/recoveries/{recovery}");
        for n in 0..10 {
            let answer = phone.evaluate(&at, &format!("{:05}", 40_000 + n)).await;
            assert_eq!(answer.status, StatusCode::OK, "{n}: {}", answer.body);
        }
        let sealed = phone.seal_evaluation(&at, "41000");
        for _ in 0..2 {
            phone.send(&sealed).await.refused("too_many_requests");
        }
        // The bank's word again is a recovery anew.
        let recovery = vouched(&mut phone).await;
        let done = complete(&mut phone, &recovery, "40719").await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        network.end().await;
    }
}

/// What the phone signs names the code version that it was offered, and a recovery makes another.
#[tokio::test]
async fn what_was_offered_before_a_new_code_can_still_be_refused() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let blocked = phone.post("/block", &json!({"reason": "person"})).await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        let offer = phone.begin_unblock().await;
        for _ in 0..3 {
            let wrong = phone.wrong_code(&offer, "96172").await;
            wrong.refused("code_wrong");
        }
        let recovery = vouched(&mut phone).await;
        let done = complete(&mut phone, &recovery, "40719").await;
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
        exhaust(&network, &partner, &mut phone).await;
        let recovery = vouched(&mut phone).await;
        let mut other = network.enrolled(1).await;
        other
            .get(&format!("/recoveries/{recovery}"))
            .await
            .refused("not_found");
        complete(&mut other, &recovery, "40719")
            .await
            .refused("not_found");
        network.end().await;
    }
}
