//! What a hostile reader tried: replays, tries given back, rows put into the database, neighbours' cookies.

use ipse_protocol::opaque::{ClientLogin, Identity as NoStretching};
use ipse_protocol::terms::Factor;
use ipse_protocol::wire::{AttemptRequest, Offer};
use ipse_scheme::device::{self, Incoming};
use ipse_store::device::Device;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::{Partner, Phone, TestNetwork};

async fn claimed(network: &TestNetwork, partner: &Partner, phone: &mut Phone) -> Offer {
    let mut browser = network.browser();
    let login = partner.begin(&mut browser).await;
    let page = browser.get(&login.action_page).await;
    let link = page.attribute("id=\"open-app\"", "href").expect("open-app");
    phone.claim(&link).await.json()
}

/// Changes the phone's row as the scheme itself would, MAC and all.
async fn change_device(
    network: &TestNetwork,
    phone: &Phone,
    change: impl Fn(&mut Device) + Send + 'static,
) {
    let (keys, id) = (
        network.server.scheme.keys.clone(),
        phone.device_id().to_owned(),
    );
    network
        .server
        .scheme
        .store
        .write(move |tx| {
            let mut row = ipse_store::device::by_id(tx, &id)?.expect("a device");
            change(&mut row);
            device::update(tx, &*keys, &mut row)
        })
        .await
        .expect("store");
}

#[tokio::test]
async fn t03_a_block_in_the_middle_of_an_attempt_gives_no_fourth_evaluation() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let offer = claimed(&network, &partner, &mut phone).await;
        for code in ["48207", "59316"] {
            phone.wrong_code(&offer, code).await.refused("code_wrong");
        }
        // The third try is spent; whoever holds the phone learns from it, and blocks instead of saying "wrong".
        assert!(phone.attempt(&offer, "60428").await.is_ok());
        let blocked = phone.post("/block", &json!({"reason": "person"})).await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        let offer = phone.begin_unblock().await;
        let Err(fourth) = phone.attempt(&offer, "71539").await else {
            panic!("a fourth code was evaluated");
        };
        fourth.refused("identity_blocked");
        network.end().await;
    }
}

#[tokio::test]
async fn t03_what_lifts_a_block_takes_the_code_and_never_the_fingerprint() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let point = network
            .server
            .scheme
            .verify_request(Incoming {
                method: "GET",
                target: "/phone/v1/me",
                signature: Some(&phone.seal_bytes("GET", "/phone/v1/me", b"").signature),
                body: b"",
            })
            .await
            .map_err(|e| e.to_string())
            .expect("signed")
            .device
            .public_key
            .clone();
        change_device(&network, &phone, move |row| {
            row.biometric_credential = Some(vec![1; 16]);
            row.biometric_key = Some(point.clone());
        })
        .await;
        let blocked = phone.post("/block", &json!({"reason": "person"})).await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        let offer = phone.begin_unblock().await;
        assert_eq!(offer.factors, [Factor::Code]);
        let body = AttemptRequest {
            factor: Factor::Biometric,
            nonce: offer.nonce,
            view_hash: offer.view_hash().into(),
            ke1: None,
        };
        let path = format!("/actions/{}/attempt", offer.action);
        phone.post(&path, &body).await.refused("malformed_request");
        network.end().await;
    }
}

#[tokio::test]
async fn t12_an_attempt_sent_again_after_it_was_judged_spends_nothing() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let offer = claimed(&network, &partner, &mut phone).await;
        // The SIM has answered by now.
        phone
            .wrong_code(&offer, "48207")
            .await
            .refused("code_wrong");
        let (_, ke1) = ClientLogin::<NoStretching>::start("59316").expect("opaque");
        let kept = phone.seal(
            &format!("/actions/{}/attempt", offer.action),
            &AttemptRequest {
                factor: Factor::Code,
                nonce: offer.nonce,
                view_hash: offer.view_hash().into(),
                ke1: Some(ke1.into()),
            },
        );
        let opened = phone.send(&kept).await;
        let attempt = opened.body["attempt"]
            .as_str()
            .expect("an attempt")
            .to_owned();
        assert_eq!(
            phone.send(&kept).await.body,
            opened.body,
            "free while it is open"
        );
        let wrong = phone
            .post(
                &format!("/actions/{}/wrong", offer.action),
                &json!({"attempt": attempt}),
            )
            .await;
        wrong.refused("code_wrong");
        assert_eq!(wrong.body["wrong_codes_left"], 1);
        for _ in 0..3 {
            assert_ne!(phone.send(&kept).await.status, StatusCode::OK);
        }
        let me = phone.get("/me").await;
        assert_eq!(me.body["wrong_codes_left"], 1, "{}", me.body);
        assert_eq!(me.body["status"], "active");
        network.end().await;
    }
}

#[tokio::test]
async fn t12_a_block_sent_again_does_not_undo_what_lifted_it() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let kept = phone.seal("/block", &json!({"reason": "person"}));
        assert_eq!(phone.send(&kept).await.status, StatusCode::OK);
        let offer = phone.begin_unblock().await;
        let lifted = phone.approve_offer(&offer).await;
        assert_eq!(lifted.status, StatusCode::OK, "{}", lifted.body);
        assert_eq!(phone.send(&kept).await.status, StatusCode::OK);
        assert_eq!(phone.get("/me").await.body["status"], "active");
        network.end().await;
    }
}

#[tokio::test]
async fn t05_a_copied_key_stops_a_phone_that_is_still_enrolling() {
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
async fn t34_who_writes_the_database_still_signs_for_nobody() {
    for network in TestNetwork::both().await {
        let phone = network.enrolled(0).await;
        let mut thief = phone.copy();
        thief.key = ipse_jose::SigningKey::generate_es256().into();
        let point = ipse_protocol::wire::DeviceKey::of(&thief.key)
            .expect("key")
            .to_sec1();
        let id = phone.device_id().to_owned();
        network
            .server
            .scheme
            .store
            .write(move |tx| {
                tx.exec(
                    "UPDATE device SET public_key = $2 WHERE id = $1",
                    ipse_store::params![&id, &point[..]],
                )
            })
            .await
            .expect("store");
        // Already here, not only in the deciding transaction, by which time the row may have been put back.
        let signature = thief
            .seal_bytes("GET", "/phone/v1/me", b"")
            .signature
            .clone();
        let verified = network
            .server
            .scheme
            .verify_request(Incoming {
                method: "GET",
                target: "/phone/v1/me",
                signature: Some(&signature),
                body: b"",
            })
            .await;
        assert!(verified.is_err());
        network.end().await;
    }
}

#[tokio::test]
async fn t07_the_sim_that_answers_is_the_one_under_the_devices_mac() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let (mut phone, other) = (network.enrolled(0).await, network.enrolled(1).await);
        // Who writes the database gives the stolen phone a SIM of their own.
        let (victim, thief) = (phone.identity.clone(), other.identity.clone());
        network
            .server
            .scheme
            .store
            .write(move |tx| {
                let own = ipse_store::sim::binding(tx, &thief)?.expect("a SIM");
                tx.exec(
                    "DELETE FROM sim_binding WHERE identity = $1",
                    ipse_store::params![&thief],
                )?;
                ipse_store::sim::bind(
                    tx,
                    &ipse_store::sim::Binding {
                        identity: victim.clone(),
                        ..own
                    },
                )
            })
            .await
            .expect("store");
        let offer = claimed(&network, &partner, &mut phone).await;
        let Err(refused) = phone.open(&offer).await else {
            panic!("another SIM answered");
        };
        refused.refused("sim_mismatch");
        network.end().await;
    }
}

#[tokio::test]
async fn t07_a_statement_counts_from_when_it_came_however_long_the_person_reads() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let offer = claimed(&network, &partner, &mut phone).await;
        // The statement is there, and is good for a minute as far as the operator is concerned.
        phone
            .wrong_code(&offer, "48207")
            .await
            .refused("code_wrong");
        network.pass(120_000);
        let decided = phone.approve_offer(&offer).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t16_a_used_code_that_comes_back_late_still_revokes_what_it_gave() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let mut browser = network.browser();
        let login = partner.begin(&mut browser).await;
        let page = browser.get(&login.action_page).await;
        let link = page.attribute("id=\"open-app\"", "href").expect("open-app");
        let decided = phone.approve(&link).await;
        let back = browser.get(&decided.return_url.expect("return_url")).await;
        let location = back.location.expect("to the partner");
        let code = crate::support::partner_parameter(&location, "code").expect("code");
        let tokens = partner.redeem(&code, &login.verifier).await;
        assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
        network.pass(130_000);
        assert_ne!(
            partner.redeem(&code, &login.verifier).await.status,
            StatusCode::OK
        );
        let (status, _) = partner.userinfo(tokens.access_token()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        network.end().await;
    }
}

#[tokio::test]
async fn t38_who_only_began_to_enrol_has_no_event_stream() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        assert_eq!(
            phone.begin_enrolment(&network).await.status,
            StatusCode::CREATED
        );
        phone.get("/events").await.refused("not_found");
        network.end().await;
    }
}

#[tokio::test]
async fn t38_a_flood_of_enrolments_is_told_to_wait_and_takes_no_login_along() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        // As if so many were waiting for a slow operator.
        let all = u32::try_from(ipse_server::limits::SLOTS_PER_PARTY).expect("a number");
        let numbers = &network.server.limits.enrolments;
        let taken = numbers.acquire_many(all).await.expect("open");
        let mut newcomer = network.phone(1);
        newcomer
            .begin_enrolment(&network)
            .await
            .refused("too_many_requests");
        let offer = claimed(&network, &partner, &mut phone).await;
        assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        drop(taken);
        let begun = newcomer.begin_enrolment(&network).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t29_a_number_is_taken_over_only_by_who_proved_to_hold_it() {
    for network in TestNetwork::both().await {
        let holder = network.enrolled(0).await;
        let lookup = |n: usize| {
            let (store, keys) = (
                network.server.scheme.store.clone(),
                network.server.scheme.keys.clone(),
            );
            async move {
                let hash = ipse_scheme::person::lookup_hash(
                    &*keys,
                    "phone_number",
                    &crate::support::number(n),
                );
                store
                    .read(move |tx| ipse_store::person::by_lookup(tx, "phone_number", &hash))
                    .await
                    .expect("store")
            }
        };
        assert_eq!(lookup(0).await.as_deref(), Some(&*holder.identity));
        // A SIM that cannot answer asks for no proof of the number; here it is the other person's, reported so.
        let mut other = network.phone(1);
        assert_eq!(
            other.begin_with(&crate::support::number(0)).await.status,
            StatusCode::CREATED
        );
        let enrolment = other.enrolment.clone();
        network
            .server
            .scheme
            .store
            .write(move |tx| {
                tx.exec(
                    "UPDATE enrolment SET sim_state = 'upgradable', handle = NULL WHERE id = $1",
                    ipse_store::params![&enrolment],
                )
            })
            .await
            .expect("store");
        assert!(other.visit_bank("customer1").await.contains("enrolment="));
        let done = other.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);
        assert_eq!(lookup(0).await.as_deref(), Some(&*holder.identity));
        network.end().await;
    }
}

#[tokio::test]
async fn t23_what_cannot_be_an_id_is_found_nowhere_and_breaks_nothing() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        for path in [
            "/actions/%00",
            "/enrolments/%00",
            "/recoveries/rcv%00",
            "/receipts/..%2f%00",
        ] {
            phone.get(path).await.refused("not_found");
        }
        let offer = claimed(&network, &partner, &mut phone).await;
        let path = format!("/actions/{}/wrong", offer.action);
        let wrong = phone.post(&path, &json!({"attempt": "att_\u{0}"})).await;
        wrong.refused("attempt_unknown");
        network.end().await;
    }
}
