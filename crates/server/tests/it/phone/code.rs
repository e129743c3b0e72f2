//! `POST /phone/v1/code`, `POST /phone/v1/code/registration` and `POST /phone/v1/code/answer`.

use ipse_phone::{CodeRegistration, KeyStretching, requests};
use ipse_protocol::Random;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::logins::claim_login;
use crate::support::sims::{block_reasons, wait_for_block};
use crate::support::{CODE, Phone, Reply, TestNetwork};

const NEW: &str = "40719";

/// Registers a code for the change that was begun.
async fn register(phone: &mut Phone, code: &str) -> Result<[u8; 192], Reply> {
    let (state, blinded) =
        CodeRegistration::start(KeyStretching::None, code, &Random::system()).expect("opaque");
    let message = requests::change_code_registration(blinded);
    let answer = phone.exchange(message).await;
    let Some(response) = answer.body["registration_response"].as_str() else {
        return Err(answer);
    };
    let response = ipse_jose::b64::decode(response).expect("b64");
    Ok(state.finish(&response).expect("opaque"))
}

/// Everything up to the action that changes the code.
async fn begin(network: &TestNetwork, phone: &mut Phone) -> Reply {
    let sent = phone.exchange(requests::change_code()).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    let record = register(phone, NEW)
        .await
        .unwrap_or_else(|refused| panic!("{}", refused.body));
    let secret = phone.last_secret(network).await;
    phone
        .exchange(requests::change_code_answer(&secret, record))
        .await
}

fn action(begun: &Reply) -> String {
    let action = begun.body["action"].as_str();
    action
        .unwrap_or_else(|| panic!("{}", begun.body))
        .to_owned()
}

#[tokio::test]
async fn the_old_code_and_the_sim_change_the_code() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let begun = begin(&network, &mut phone).await;
        let offer = phone.own_offer(&action(&begun)).await;
        let decided = phone.approve_offer(&offer).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        let me = phone.get("/me").await;
        assert_eq!(me.body["code_version"], 2, "{}", me.body);

        let login = claim_login(&network, &partner, &mut phone).await;
        phone.wrong_code(&login, CODE).await.refused("code_wrong");
        phone.code = NEW.into();
        let decided = phone.approve_offer(&login).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        network.end().await;
    }
}

#[tokio::test]
async fn the_new_code_does_not_approve_its_own_change() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let begun = begin(&network, &mut phone).await;
        let offer = phone.own_offer(&action(&begun)).await;
        phone.wrong_code(&offer, NEW).await.refused("code_wrong");
        let me = phone.get("/me").await;
        assert_eq!(me.body["code_version"], 1, "{}", me.body);
        network.end().await;
    }
}

#[tokio::test]
async fn a_code_without_the_sim_cannot_be_changed() {
    for network in TestNetwork::both().await {
        let mut without = network.phone(19);
        without.begin_enrolment(&network).await;
        without.visit_bank("customer19").await;
        without.finish_enrolment().await;
        let refused = without.exchange(requests::change_code()).await;
        refused.refused("sim_not_ready");

        // A SIM that was swapped after its holder had typed the secret.
        let mut phone = network.enrolled(0).await;
        let begun = begin(&network, &mut phone).await;
        let offer = phone.own_offer(&action(&begun)).await;
        network.sim("swap", 0).await;
        wait_for_block(&network, &phone, "sim_changed").await;
        let late = phone.approve_offer(&offer).await;
        assert_ne!(late.status, StatusCode::OK, "{}", late.body);
        assert_eq!(phone.get("/me").await.body["code_version"], 1);
        network.end().await;
    }
}

#[tokio::test]
async fn a_wrong_secret_begins_no_change() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        phone.exchange(requests::change_code()).await;
        let record = register(&mut phone, NEW)
            .await
            .unwrap_or_else(|refused| panic!("{}", refused.body));
        let message = requests::change_code_answer("000000", record);
        phone.exchange(message).await.refused("sim_secret_wrong");
        assert_eq!(block_reasons(&mut phone).await, Vec::<String>::new());
        network.end().await;
    }
}

/// Otherwise a caller could have many codes evaluated under the key of the code that is in use, and try them all offline.
#[tokio::test]
async fn t04_a_change_of_the_code_evaluates_few_codes_and_none_in_use() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let Err(refused) = register(&mut phone, NEW).await else {
            panic!("an evaluation before anything was begun");
        };
        refused.refused("not_found");
        phone.exchange(requests::change_code()).await;
        for _ in 0..10 {
            register(&mut phone, NEW)
                .await
                .unwrap_or_else(|refused| panic!("{}", refused.body));
        }
        let Err(refused) = register(&mut phone, NEW).await else {
            panic!("an eleventh evaluation");
        };
        refused.refused("too_many_requests");

        let begun = begin(&network, &mut phone).await;
        let Err(refused) = register(&mut phone, NEW).await else {
            panic!("an evaluation of a code that is chosen");
        };
        refused.refused("not_found");
        let offer = phone.own_offer(&action(&begun)).await;
        phone.approve_offer(&offer).await;
        let Err(refused) = register(&mut phone, NEW).await else {
            panic!("an evaluation of a code in use");
        };
        refused.refused("not_found");
        network.end().await;
    }
}

#[tokio::test]
async fn the_answer_that_was_lost_is_given_again() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        phone.exchange(requests::change_code()).await;
        let record = register(&mut phone, NEW)
            .await
            .unwrap_or_else(|refused| panic!("{}", refused.body));
        let secret = phone.last_secret(&network).await;
        let message = requests::change_code_answer(&secret, record);
        let first = phone.exchange(message).await;
        let body =
            json!({"secret": secret, "registration_record": ipse_jose::b64::encode(&record)});
        let again = phone.post("/code/answer", &body).await;
        assert_eq!(again.body, first.body);
        network.end().await;
    }
}
