//! Threat 30, outside of a login: an operator or a bank is down, or answers wrongly.

use ipse_operator::config::Fault;
use ipse_scheme::visit::Callback;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::bank_visits::{landing, start_bank_visit};
use crate::support::{TestNetwork, partner_parameter, refusal};

#[tokio::test]
async fn t30_enrolment_waits_for_a_silent_operator_and_loses_nothing() {
    for network in TestNetwork::both().await {
        for fault in [Fault::Silent, Fault::Error, Fault::Garbage] {
            network.operator.set_fault(Some(fault));
            let mut phone = network.phone(0);
            let refused = phone.begin_enrolment(&network).await;
            refused.refused("sim_unavailable");
            assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
            network.operator.set_fault(None);
            let begun = phone.begin_enrolment(&network).await;
            assert_eq!(begun.body["sim"]["state"], "ready", "{}", begun.body);
            network.operator.set_fault(Some(fault));
            let path = format!("/enrolments/{}/sim", phone.enrolment);
            phone
                .post(&path, &json!({}))
                .await
                .refused("sim_unavailable");
            network.operator.set_fault(None);
            phone.connect_sim(&network).await;
        }
        // An operator that answers for another SIM gets no further than a silent one.
        network.operator.set_fault(Some(Fault::Lying));
        let mut phone = network.phone(1);
        phone.begin_enrolment(&network).await;
        let sim = format!("/enrolments/{}/sim", phone.enrolment);
        phone.post(&sim, &json!({})).await;
        let secret = phone.last_secret(&network).await;
        let refused = phone
            .post(&format!("{sim}/answer"), &json!({"secret": secret}))
            .await;
        assert!(
            ["sim_mismatch", "sim_unavailable"].contains(&refused.code()),
            "{}",
            refused.body
        );
        let state = phone.get(&format!("/enrolments/{}", phone.enrolment)).await;
        assert_eq!(state.body["status"], "created");
        network.end().await;
    }
}

#[tokio::test]
async fn t30_a_wrong_bank_answer_verifies_nobody() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        for (fault, code) in [
            ("low_level", "assurance_insufficient"),
            ("missing_claims", "assurance_insufficient"),
            ("missing_evidence", "assurance_insufficient"),
            ("bad_signature", "registrar_failed"),
            ("wrong_iss", "registrar_failed"),
            ("wrong_userinfo_iss", "registrar_failed"),
            ("wrong_audience", "registrar_failed"),
            ("other_sub", "registrar_failed"),
            ("wrong_nonce", "registrar_failed"),
            ("stale_auth_time", "registrar_failed"),
            ("unencrypted", "registrar_failed"),
            ("unavailable", "registrar_failed"),
        ] {
            // One enrolment makes a bounded number of visits.
            let mut phone = network.phone(0);
            phone.begin_enrolment(&network).await;
            let end = phone.visit_bank(fault).await;
            assert_eq!(landing(&end), format!("?problem={code}"), "{fault}");
            let state = phone.get(&format!("/enrolments/{}", phone.enrolment)).await;
            assert!(state.body["vouched"].is_null(), "{fault}");
            assert_eq!(state.body["status"], "created", "{fault}");
        }
        let end = phone.visit_bank("customer0").await;
        assert_eq!(landing(&end), format!("?enrolment={}", phone.enrolment));
        let state = phone.get(&format!("/enrolments/{}", phone.enrolment)).await;
        assert_eq!(
            state.body["vouched"],
            json!({"bank": "Bank Anker", "given_name": "Ana", "family_name": "Peeters", "birthdate": "1971-01-01",
            "nationality": "BE", "document_number": "…0182", "address": "Veldstraat 12, 9000 Gent, BE", "gender": "female",
            "photo": true, "place_of_birth": "Gent, BE"})
        );
        network.end().await;
    }
}

#[tokio::test]
async fn t30_a_silent_operator_neither_binds_nor_blocks() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        network
            .operator
            .set_fault(Some(ipse_operator::config::Fault::Error));
        phone
            .post("/sim", &json!({}))
            .await
            .refused("sim_unavailable");
        let me = phone.get("/me").await;
        assert_eq!(me.body["status"], "active");
        assert_eq!(me.body["reasons"], Value::Array(Vec::new()));
        network.end().await;
    }
}

#[tokio::test]
async fn t30_a_bank_that_is_no_longer_configured_vouches_for_nobody() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let callback = start_bank_visit(&mut phone).await;
        let said = |name| partner_parameter(&callback, name);
        let (state, code, iss) = (said("state"), said("code"), said("iss"));
        let cookie = phone.browser.cookies.get("ipse_scheme_registrar");
        let back = Callback {
            state: state.as_deref(),
            code: code.as_deref(),
            iss: iss.as_deref(),
            error: None,
            cookie: cookie.map(String::as_str),
        };
        let mut node = network.another_scheme();
        let banks = std::mem::take(&mut node.registrars);
        assert_eq!(refusal(node.finish_visit(back).await), "registrar_failed");
        node.registrars = banks;
        assert_eq!(refusal(node.finish_visit(back).await), "ok");
        network.end().await;
    }
}
