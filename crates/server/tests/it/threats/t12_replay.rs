//! Threat 12: replay.

use crate::support::parsed;
use ipse_protocol::terms::BlockReason;
use ipse_protocol::terms::Factor;
use ipse_protocol::wire::AttemptRequest;
use ipse_scheme::actor::Actor;
use ipse_scheme::login::LoginResult;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::logins::claim_login;
use crate::support::sims::{count_messages, sim_path};
use crate::support::{CODE, Phone, TestNetwork, start_login};

async fn cookie_binding(network: &TestNetwork, action: &str) -> [u8; 32] {
    let id = action.to_owned();
    let row = network
        .server
        .scheme
        .store
        .read(move |tx| ipse_store::action::by_id(tx, &parsed(&id)))
        .await;

    row.expect("store")
        .expect("a row")
        .browser
        .expect("a browser")
}

/// Cookie of a visit to a bank.
const COOKIE: &str = "ipse_scheme_registrar";

#[tokio::test]
async fn t12_a_judged_attempt_sent_again_spends_nothing() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let offer = claim_login(&network, &partner, &mut phone).await;
        // The SIM has answered by now.
        phone
            .wrong_code(&offer, "48207")
            .await
            .refused("code_wrong");
        let (_, ke1) = start_login("59316");
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
async fn t12_a_repeated_block_request_does_not_block_again() {
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
async fn t12_a_repeated_message_request_sends_no_message() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let asked = phone.seal(&sim_path(&phone), &json!({}));
        let first = phone.send(&asked).await;
        assert_eq!(first.body, json!({"sent": true, "tries_left": 3}));
        assert_eq!(phone.send(&asked).await.body, first.body);
        assert_eq!(count_messages(&network, 0).await, 1);
        // Nor does a guess count twice.
        let secret = phone.last_secret(&network).await;
        let wrong = if secret == "123456" {
            "654321"
        } else {
            "123456"
        };
        let path = format!("{}/answer", sim_path(&phone));
        let guess = phone.seal(&path, &json!({"secret": wrong}));
        let told = phone.send(&guess).await;
        told.refused("sim_secret_wrong");
        assert_eq!(told.body["tries_left"], 2);
        for _ in 0..3 {
            assert_eq!(phone.send(&guess).await.body, told.body);
        }
        let answer = phone.post(&path, &json!({"secret": secret})).await;
        assert_eq!(answer.body, json!({"connected": true}));
        phone.visit_bank("customer0").await;
        let done = phone.finish_enrolment().await;
        assert_eq!(done.status, StatusCode::CREATED, "{}", done.body);

        // The way back: the same.
        let asked = phone.seal("/sim", &json!({}));
        let first = phone.send(&asked).await;
        assert_eq!(first.body, json!({"sent": true, "tries_left": 3}));
        assert_eq!(phone.send(&asked).await.body, first.body);
        assert_eq!(count_messages(&network, 0).await, 2);
        let secret = phone.last_secret(&network).await;
        let typed = phone.seal("/sim/answer", &json!({"secret": secret}));
        let first = phone.send(&typed).await;
        assert!(first.body["action"].is_string(), "{}", first.body);
        assert_eq!(phone.send(&typed).await.body, first.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t12_a_refused_request_is_refused_again_without_effect() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    network.sim("lose", 0).await;
    let asked = phone.seal("/sim", &json!({}));
    phone.send(&asked).await.refused("sim_not_ready");
    network.sim("restore", 0).await;
    phone.send(&asked).await.refused("sim_not_ready");
    assert_eq!(count_messages(&network, 0).await, 1);
    // As if the first were still at work, or had died on the way.
    network
        .change("DELETE FROM answer WHERE $1 <> ''", "all")
        .await;
    phone.send(&asked).await.refused("busy");
    assert_eq!(count_messages(&network, 0).await, 1);
    let sent = phone.post("/sim", &json!({})).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    network.end().await;
}

#[tokio::test]
async fn t12_a_repeated_start_returns_the_same_object() {
    const VISITS: &str = "SELECT COUNT(*) FROM registrar_session WHERE purpose = $1";
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let blocked = phone.post("/block", &json!({"reason": "person"})).await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        let asked = phone.seal("/unblock", &json!({}));
        let first = phone.send(&asked).await;
        assert!(first.body["action"].is_string(), "{}", first.body);
        assert_eq!(phone.send(&asked).await.body, first.body);
        let open = network
            .count("SELECT COUNT(*) FROM action WHERE kind = $1", "unblock")
            .await;
        assert_eq!(open, 1);

        let who = phone.identity.clone();
        let exhausted = BlockReason::CodeExhausted;
        network
            .server
            .scheme
            .store
            .write(move |tx| {
                ipse_scheme::block::suspend(tx, &parsed(&who), exhausted, &Actor::System)
            })
            .await
            .expect("store");
        let asked = phone.seal("/recoveries", &json!({"bank": "Bank Anker"}));
        let first = phone.send(&asked).await;
        assert!(first.body["recovery"].is_string(), "{}", first.body);
        let cookie = phone.browser.cookies.remove(COOKIE).expect("a cookie");
        assert_eq!(phone.send(&asked).await.body, first.body);
        // With the cookie that was lost with the answer.
        assert_eq!(phone.browser.cookies.get(COOKIE), Some(&cookie));
        assert_eq!(network.count(VISITS, "recovery").await, 1);
        let url = first.body["authorization_url"].as_str().expect("url");
        let callback = phone.sign_in_at_bank(url, "customer0").await;
        let back = phone.browser.get(&callback).await;
        let end = back.location.expect("to the app");
        assert!(end.contains("recovery=rcv_"), "{end}");

        let mut newcomer = network.phone(1);
        newcomer.begin_enrolment(&network).await;
        let before = network.count(VISITS, "enrolment").await;
        let path = format!("/enrolments/{}/bank", newcomer.enrolment);
        let asked = newcomer.seal(&path, &json!({"bank": "Bank Anker"}));
        let first = newcomer.send(&asked).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.body);
        assert_eq!(newcomer.send(&asked).await.body, first.body);
        assert_eq!(network.count(VISITS, "enrolment").await, before + 1);
        let path = format!("/enrolments/{}/unlock", newcomer.enrolment);
        let asked = newcomer.seal(&path, &json!({}));
        let first = newcomer.send(&asked).await;
        assert_eq!(newcomer.send(&asked).await.body, first.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t12_a_nonce_fits_only_its_action() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let (partner, other) = (network.partner().await, network.partner().await);
        let first = network.offer_basic(&partner, &mut phone).await;
        let second = network.offer_basic(&other, &mut phone).await;
        let mut mixed = second.clone();
        mixed.nonce = first.nonce;
        let refused = phone
            .attempt(&mixed, CODE)
            .await
            .map(drop)
            .expect_err("another nonce");
        assert_eq!(refused.status, StatusCode::GONE, "{}", refused.body);
        assert_eq!(network.open_attempt(&phone.identity).await, None);
        network.end().await;
    }
}

#[tokio::test]
async fn t12_nothing_is_accepted_again_after_the_login() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let (partner, other) = (network.partner().await, network.partner().await);
        let offer = network.offer_basic(&partner, &mut phone).await;
        let (_, ke1) = start_login("11112");
        let path = format!("/actions/{}/attempt", offer.action);
        let guess = phone.seal(&path, &Phone::attempt_body(&offer, ke1));
        let opened = phone.send(&guess).await;
        let attempt = opened.body["attempt"]
            .as_str()
            .expect("an attempt")
            .to_owned();
        assert_eq!(
            phone.send(&guess).await.body,
            opened.body,
            "a repetition is free"
        );
        let wrong = format!("/actions/{}/wrong", offer.action);
        phone
            .post(&wrong, &json!({"attempt": attempt}))
            .await
            .refused("code_wrong");
        // Recorded and played again, it opens nothing.
        let again = phone.send(&guess).await;
        assert!(again.body["attempt"].is_null(), "{}", again.body);
        let later = phone.post(&path, &Phone::attempt_body(&offer, ke1)).await;
        assert!(later.body["attempt"].is_null(), "{}", later.body);
        assert_eq!(network.identity(&phone.identity).await.wrong_codes, 1);

        let opened = phone
            .open(&offer)
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        let (approval, body) = phone.seal_approval(&offer, &opened);
        let done = phone.send(&approval).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        // After success, by a node that was started since.
        let restarted = network.another_node();
        let again = restarted
            .scheme
            .approve(approval.incoming(), &offer.action, &body)
            .await;
        assert_eq!(
            serde_json::to_value(again.expect("the answer")).expect("json"),
            done.body
        );
        phone.send(&guess).await.refused("action_closed");
        // For another action.
        let next = network.offer_basic(&other, &mut phone).await;
        let path = format!("/actions/{}/approve", next.action);
        let bytes = serde_json::from_slice::<serde_json::Value>(&approval.body).expect("json");
        phone.post(&path, &bytes).await.refused("proof_invalid");
        const APPROVED: &str =
            "SELECT COUNT(*) FROM action WHERE status = 'approved' AND identity = $1";
        assert_eq!(network.count(APPROVED, &phone.identity).await, 1);
        // After its time: nothing claims, opens or decides, and the browser is told.
        let started = network.start_basic(&partner).await;
        let opened = phone
            .open(&next)
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        network.pass(180_000);
        phone.claim(&started.link).await.refused("action_expired");
        phone
            .attempt(&next, CODE)
            .await
            .map(drop)
            .expect_err("late")
            .refused("action_expired");
        phone.refuse(&next).await.refused("action_expired");
        let (late, _) = phone.seal_approval(&next, &opened);
        phone.send(&late).await.refused("action_expired");
        network.server.scheme.sweep().await.expect("swept");
        phone.send(&late).await.refused("action_expired");
        let binding = cookie_binding(&network, &next.action).await;
        let page = network
            .server
            .scheme
            .sign_in(&next.action, &binding)
            .await
            .expect("page")
            .expect("ours");
        assert_eq!(page.result, Some(LoginResult::Expired));
        network.end().await;
    }
}

#[tokio::test]
async fn t12_a_pushed_request_ends_on_time_also_if_nothing_cleans_up() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let push = async || {
            let (status, pushed) = partner.push(partner.request(&partner.login())).await;
            assert_eq!(status, StatusCode::CREATED, "{pushed}");
            let life = pushed["expires_in"].as_i64().expect("a life");
            let uri = pushed["request_uri"].as_str().expect("a request_uri");
            (partner.authorize_url(uri), life * 1000)
        };
        let (in_time, life) = push().await;
        network.pass(life - 10_000);
        let page = network.browser().get(&in_time).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let (late, life) = push().await;
        network.pass(life);
        let page = network.browser().get(&late).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.text);
        assert!(page.text.contains("request_expired"), "{}", page.text);
        network.end().await;
    }
}
