//! The steps of a recovery.

use ipse_phone::requests;
use serde_json::json;

use super::logins::claim_login;
use super::{Partner, Phone, TestNetwork};

pub async fn exhaust_code(network: &TestNetwork, partner: &Partner, phone: &mut Phone) {
    let offer = claim_login(network, partner, phone).await;
    for left in [2, 1, 0] {
        let wrong = phone.wrong_code(&offer, "96172").await;
        wrong.refused("code_wrong");
        assert_eq!(wrong.body["wrong_codes_left"], left);
    }
    let me = phone.get("/me").await;
    assert_eq!(me.body["status"], "suspended");
}

pub async fn visit_bank_at(phone: &mut Phone, url: &str, customer: &str) -> String {
    let callback = phone.sign_in_at_bank(url, customer).await;
    let end = phone
        .browser
        .get(&callback)
        .await
        .location
        .expect("to the app");
    end.rsplit('/').next().expect("a path").to_owned()
}

pub async fn start_recovery(phone: &mut Phone) -> (String, String) {
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

pub async fn complete_recovery(
    phone: &mut Phone,
    recovery: &str,
    code: &str,
) -> crate::support::Reply {
    let at = format!("/recoveries/{recovery}");
    match phone.register_code(&at, code).await {
        Ok(record) => {
            let message = requests::complete_recovery(recovery, record);
            phone.exchange(message).await
        }
        Err(refused) => refused,
    }
}

/// A recovery that the bank has vouched for: a code may be chosen.
pub async fn verified_recovery(phone: &mut Phone) -> String {
    let (recovery, url) = start_recovery(phone).await;
    visit_bank_at(phone, &url, "customer0").await;
    recovery
}
