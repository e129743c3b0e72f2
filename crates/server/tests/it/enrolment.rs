//! Enrolment through the front door: what ends well, what does not, and what is left behind.

use ipse_operator::config::Fault;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::TestNetwork;

const BANK: &str = "Bank Anker";

/// Members of an answer, without those that differ each time.
fn shape(body: &Value) -> Value {
    let mut body = body.clone();
    for own in ["enrolment", "device", "expires"] {
        assert!(!body[own].is_null(), "{own}");
        body[own] = Value::Null;
    }
    body
}

/// Whether the operator thinks that the scheme relies on this person's SIM.
async fn bound(network: &TestNetwork, n: usize) -> bool {
    const BOUND: &str = "SELECT COUNT(*) FROM sim WHERE number = $1 AND bound_at IS NOT NULL";
    let number = crate::support::number(n);
    let count = network
        .operator
        .store
        .read(move |tx| tx.row(BOUND, &[ipse_store::Param::from(&number)]))
        .await
        .expect("operator store")
        .expect("a count");
    count.int(0).expect("a number") > 0
}

#[tokio::test]
async fn asking_twice_changes_nothing() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        phone.connect_sim(&network).await;
        // The secret serves once, the answer as often as it is asked for.
        let path = format!("/enrolments/{}/sim/answer", phone.enrolment);
        let again = phone.post(&path, &json!({"secret": "000000"})).await;
        assert_eq!(again.body, json!({"connected": true}));
        phone.visit_bank("customer0").await;
        let first = phone.finish_enrolment().await;
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
        assert_eq!(first.body["level"], "advanced");
        let body = json!({
            "registration_record": ipse_jose::b64::encode(&[0; 192]), "terms_version": "2026-11", "unlock": null,
        });
        let path = format!("/enrolments/{}/complete", phone.enrolment);
        let second = phone.post(&path, &body).await;
        assert_eq!(second.status, StatusCode::CREATED, "{}", second.body);
        assert_eq!(first.body, second.body);
        let state = phone.get(&format!("/enrolments/{}", phone.enrolment)).await;
        assert_eq!(state.body["status"], "completed");
        network.end().await;
    }
}

#[tokio::test]
async fn the_first_request_sent_again_gives_the_same_enrolment() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        let first = phone.begin_enrolment(&network).await;
        // The phone never saw the answer: same key, same sequence, same bytes.
        let mut lost = network.phone(0);
        lost.key = phone.key.clone();
        let again = lost.begin_enrolment(&network).await;
        assert_eq!(again.body, first.body);
        // It changed its mind: a new enrolment, and the old one is gone.
        lost.state.device = None;
        let anew = lost.begin_enrolment(&network).await;
        assert_eq!(anew.status, StatusCode::CREATED, "{}", anew.body);
        assert_ne!(anew.body["enrolment"], first.body["enrolment"]);
        let path = format!("/enrolments/{}", phone.enrolment);
        phone.get(&path).await.refused("device_signature_invalid");
        network.end().await;
    }
}

#[tokio::test]
async fn a_person_has_one_ipse_and_a_second_try_lets_go_of_its_sim() {
    for network in TestNetwork::both().await {
        network.enrolled(0).await;
        let mut second = network.phone(1);
        second.begin_enrolment(&network).await;
        second.connect_sim(&network).await;
        assert!(bound(&network, 1).await);
        second.visit_bank("customer0").await;
        second.finish_enrolment().await.refused("already_enrolled");
        second.finish_enrolment().await.refused("already_enrolled");
        network
            .soon("letting go of the SIM", || async {
                !bound(&network, 1).await
            })
            .await;
        // The owner of that SIM is not shut out.
        network.enrolled(1).await;
        network.end().await;
    }
}

#[tokio::test]
async fn t13_what_an_operator_must_be_told_outlives_its_silence_and_the_node() {
    for network in TestNetwork::both().await {
        network.enrolled(0).await;
        let mut second = network.phone(1);
        second.begin_enrolment(&network).await;
        second.connect_sim(&network).await;
        second.visit_bank("customer0").await;
        network.operator.set_fault(Some(Fault::Error));
        second.finish_enrolment().await.refused("already_enrolled");
        network
            .soon("a try that fails", || async {
                waiting(&network).await == [1]
            })
            .await;
        assert!(bound(&network, 1).await);
        network.operator.set_fault(None);
        // Another node takes over what the first did not get done.
        let node = network.another_node();
        network.pass(3_600_000);
        network
            .soon("letting go of the SIM", || async {
                ipse_server::outbox::drain(&node.scheme)
                    .await
                    .expect("drained");
                !bound(&network, 1).await
            })
            .await;
        network
            .soon("an empty outbox", || async {
                waiting(&network).await.is_empty()
            })
            .await;
        network.end().await;
    }
}

/// Whether each effect that waits for the operator has been tried.
async fn waiting(network: &TestNetwork) -> Vec<i64> {
    const WAITING: &str = "SELECT CASE WHEN attempts > 0 THEN 1 ELSE 0 END FROM outbox WHERE kind = 'operator.unbind'";
    let store = &network.server.scheme.store;
    let rows = store.read(|tx| tx.rows(WAITING, &[])).await.expect("store");
    rows.iter()
        .map(|row| row.int(0).expect("a number"))
        .collect()
}

#[tokio::test]
async fn a_second_try_with_the_same_sim_leaves_the_identity_its_sim() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let mut second = network.phone(0);
        second.begin_enrolment(&network).await;
        second.connect_sim(&network).await;
        second.visit_bank("customer0").await;
        second.finish_enrolment().await.refused("already_enrolled");
        ipse_server::outbox::drain(&network.server.scheme)
            .await
            .expect("drained");
        assert!(bound(&network, 0).await);
        let me = phone.get("/me").await;
        assert_eq!(me.body["sim"]["state"], "connected", "{}", me.body);
        network.end().await;
    }
}

#[tokio::test]
async fn one_identity_per_sim() {
    for network in TestNetwork::both().await {
        network.enrolled(0).await;
        let mut other = network.phone(0);
        other.begin_enrolment(&network).await;
        other.connect_sim(&network).await;
        other.visit_bank("customer1").await;
        other.finish_enrolment().await.refused("sim_mismatch");
        network.end().await;
    }
}

#[tokio::test]
async fn a_sim_that_is_not_ready_reaches_basic() {
    for network in TestNetwork::both().await {
        for (n, state) in [(18, "upgradable"), (19, "incompatible")] {
            let mut phone = network.phone(n);
            let begun = phone.begin_enrolment(&network).await;
            assert_eq!(
                begun.body["sim"],
                json!({"state": state, "operator": "Leie Mobiel"})
            );
            let path = format!("/enrolments/{}/sim", phone.enrolment);
            phone.post(&path, &json!({})).await.refused("sim_not_ready");
            phone.visit_bank(&format!("customer{n}")).await;
            let done = phone.finish_enrolment().await;
            assert_eq!(done.body["level"], "basic", "{}", done.body);
        }
        network.end().await;
    }
}

#[tokio::test]
async fn steps_cannot_be_skipped() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        phone
            .finish_enrolment()
            .await
            .refused("assurance_insufficient");
        phone.visit_bank("customer0").await;
        // The SIM is ready, so it has to be connected.
        phone.finish_enrolment().await.refused("sim_not_ready");
        let path = format!("/enrolments/{}/sim/answer", phone.enrolment);
        phone
            .post(&path, &json!({"secret": "123456"}))
            .await
            .refused("sim_secret_wrong");
        // Another phone knows the id and gets nothing.
        let mut thief = network.phone(1);
        thief.begin_enrolment(&network).await;
        thief
            .get(&format!("/enrolments/{}", phone.enrolment))
            .await
            .refused("not_found");
        network.end().await;
    }
}

#[tokio::test]
async fn a_wrong_secret_costs_a_try_and_the_third_closes() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let sim = format!("/enrolments/{}/sim", phone.enrolment);
        let sent = phone.post(&sim, &json!({})).await;
        assert_eq!(sent.body, json!({"sent": true, "tries_left": 3}));
        let secret = phone.last_secret(&network).await;
        let wrong = if secret == "123456" {
            "654321"
        } else {
            "123456"
        };
        let answer = format!("{sim}/answer");
        phone
            .post(&answer, &json!({"secret": "12345"}))
            .await
            .refused("malformed_request");
        for left in [2, 1, 0] {
            let refused = phone.post(&answer, &json!({"secret": wrong})).await;
            refused.refused("sim_secret_wrong");
            assert_eq!(refused.body["tries_left"], left);
        }
        phone
            .post(&answer, &json!({"secret": secret}))
            .await
            .refused("sim_secret_wrong");
        phone.connect_sim(&network).await;
        network.end().await;
    }
}

#[tokio::test]
async fn nobody_is_bombed_with_messages() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let sim = format!("/enrolments/{}/sim", phone.enrolment);
        let mut refused = None;
        for _ in 0..12 {
            let reply = phone.post(&sim, &json!({})).await;
            if reply.status != StatusCode::OK {
                refused = Some(reply);
                break;
            }
        }
        let refused = refused.expect("a limit");
        refused.refused("too_many_requests");
        assert_eq!(refused.body["retry_after_ms"], 24 * 3_600_000);
        network.end().await;
    }
}

#[tokio::test]
async fn numbers_are_normalised_or_refused_with_a_reason() {
    for network in TestNetwork::both().await {
        for (number, reason) in [
            ("02 555 12 12", "landline"),
            ("+31 6 12345678", "foreign"),
            ("0470 00 OO 01", "not_digits"),
            ("0470", "too_short"),
        ] {
            let mut phone = network.phone(0);
            let refused = phone.begin_with(number).await;
            refused.refused("malformed_request");
            assert_eq!(refused.body["reason"], reason, "{number}");
        }
        let mut phone = network.phone(0);
        let begun = phone.begin_with("0470 00 01 00").await;
        assert_eq!(begun.body["sim"]["state"], "ready", "{}", begun.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t30_a_silent_operator_stops_enrolment_and_loses_nothing() {
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
async fn t41_a_number_says_nothing_of_who_is_enrolled() {
    for network in TestNetwork::both().await {
        network.enrolled(0).await;
        let taken = network.phone(0).begin_enrolment(&network).await;
        let free = network.phone(1).begin_enrolment(&network).await;
        assert_eq!(taken.status, free.status);
        assert_eq!(shape(&taken.body), shape(&free.body));
        network.end().await;
    }
}

#[tokio::test]
async fn t07_a_swap_during_enrolment_is_noticed() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.enrol_to_code(&network).await;
        network.sim("swap", 0).await;
        let id = phone.enrolment.clone();
        network
            .soon("the swap", || {
                let (store, id) = (network.server.scheme.store.clone(), id.clone());
                async move {
                    store
                        .read(move |tx| ipse_store::enrolment::by_id(tx, &id))
                        .await
                        .expect("store")
                        .is_some_and(|e| e.sim_state == "changed")
                }
            })
            .await;
        phone.finish_enrolment().await.refused("sim_mismatch");
        let path = format!("/enrolments/{}/sim", phone.enrolment);
        phone.post(&path, &json!({})).await.refused("sim_mismatch");
        // Beginning again with the new SIM is all it takes.
        network.enrolled(0).await;
        network.end().await;
    }
}

/// Whoever may blind guesses against a code in use needs one second message only to try them all at home.
#[tokio::test]
async fn t04_registration_is_no_oracle_for_a_code_in_use() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        phone.finish_enrolment().await.refused("not_found");
        network.end().await;
    }
}

#[tokio::test]
async fn abandoned_enrolments_are_forgotten_with_their_keys() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.enrol_to_code(&network).await;
        let done = network.enrolled(1).await;
        network.pass(31 * 60_000);
        assert_eq!(
            network
                .server
                .scheme
                .sweep_enrolments()
                .await
                .expect("swept"),
            1
        );
        assert_eq!(
            network
                .server
                .scheme
                .sweep_enrolments()
                .await
                .expect("swept"),
            0
        );
        let path = format!("/enrolments/{}", phone.enrolment);
        phone.get(&path).await.refused("device_signature_invalid");
        ipse_server::outbox::drain(&network.server.scheme)
            .await
            .expect("drained");
        network
            .soon("letting go of the SIM", || async {
                !bound(&network, 0).await
            })
            .await;
        // Who finished is not forgotten.
        assert!(bound(&network, 1).await);
        let mut done = done;
        assert_eq!(done.get("/me").await.status, StatusCode::OK);
        network.end().await;
    }
}

#[tokio::test]
async fn t34_a_stolen_database_holds_no_personal_data_in_the_clear() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(3);
        phone.enrol_to_code(&network).await;
        let canaries = [
            crate::support::national_number(3),
            crate::support::number(3),
            "592000000182".to_owned(),
            "Peeters".to_owned(),
        ];
        for stage in ["while it runs", "completed"] {
            if stage == "completed" {
                let done = phone.finish_enrolment().await;
                assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
                ipse_server::outbox::drain(&network.server.scheme)
                    .await
                    .expect("drained");
            }
            for file in database_files(&network) {
                let bytes = std::fs::read(&file).expect("readable");
                for canary in &canaries {
                    let found = bytes.windows(canary.len()).any(|w| w == canary.as_bytes());
                    assert!(!found, "{canary} {stage} in {}", file.display());
                }
            }
        }
        network.end().await;
    }
}

/// The scheme's databases, with what waits to be written into them.
fn database_files(network: &TestNetwork) -> Vec<std::path::PathBuf> {
    let main = network.db.url().trim_start_matches("sqlite:").to_owned();
    let persons = network.home.path().join("persons.db").display().to_string();
    let mut files = Vec::new();
    for base in [main, persons] {
        for tail in ["", "-wal"] {
            let path = std::path::PathBuf::from(format!("{base}{tail}"));
            if path.exists() {
                files.push(path);
            }
        }
    }
    assert!(files.len() >= 2, "{files:?}");
    files
}

#[tokio::test]
async fn a_bank_that_is_not_ours_is_refused() {
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
