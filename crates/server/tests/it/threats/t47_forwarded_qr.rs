//! Threat 47: the text of a QR code reaches the victim as a link, a picture or a screenshot.

use ipse_phone::{Approval, requests};
use ipse_protocol::ids::ActionId;
use ipse_protocol::terms::{ActionStatus, Factor, Flow, Obtained};
use ipse_protocol::transcript::Transcript;
use ipse_protocol::wire::{AttemptResponse, Offer};
use ipse_scheme::config::Profile;
use ipse_store::action::{self, Decision};
use serde_json::json;

use crate::support::{CODE, Partner, Phone, TestNetwork, parsed, refusal};

/// All ways but the app's own camera.
const SENT: [Obtained; 3] = [Obtained::Picture, Obtained::Navigation, Obtained::Paste];

impl TestNetwork {
    /// A login that this phone has claimed with a QR text that was sent to it, and the QR text of the page.
    async fn sent_and_shown(&self, partner: &Partner, phone: &mut Phone) -> (Offer, String) {
        let mut started = self.start(partner).await;
        let sent: Offer = phone.claim(&started.qr).await.json();
        let page = started.browser.get(&started.login.action_page).await;
        let qr = page.attribute("id=\"qr\"", "data-text");
        (sent, qr.unwrap_or_else(|| panic!("no QR: {}", page.text)))
    }
}

#[tokio::test]
async fn t47_only_the_apps_camera_gives_the_flow_qr() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        for obtained in SENT.into_iter().chain([Obtained::Camera]) {
            let started = network.start_basic(&partner).await;
            let offer: Offer = phone.claim_obtained(&started.qr, obtained).await.json();
            let warnings = offer.open().expect("a view").warnings.len();
            let expected = match obtained {
                Obtained::Camera => (Flow::Qr, 0),
                Obtained::Picture | Obtained::Navigation | Obtained::Paste => (Flow::Link, 1),
            };
            assert_eq!((offer.flow, warnings), expected, "{obtained}");
        }
        // The link of the same device is for the phone that opens it.
        for obtained in [Obtained::Picture, Obtained::Paste, Obtained::Camera] {
            let started = network.start_basic(&partner).await;
            let offer: Offer = phone.claim_obtained(&started.link, obtained).await.json();
            assert_eq!(offer.flow, Flow::Link, "{obtained}");
        }
        let started = network.start_basic(&partner).await;
        let offer: Offer = phone.claim(&started.link).await.json();
        assert_eq!(offer.flow, Flow::App);
        network.end().await;
    }
}

#[tokio::test]
async fn t47_a_claim_says_how_the_phone_got_the_text() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    let started = network.start_basic(&partner).await;
    for body in [
        json!({"link": started.qr}),
        json!({"link": started.qr, "obtained": null}),
        json!({"link": started.qr, "obtained": "Camera"}),
        json!({"link": started.qr, "obtained": "scanner"}),
    ] {
        let reply = phone.post("/actions/claim", &body).await;
        reply.refused("malformed_request");
    }
    network.end().await;
}

#[tokio::test]
async fn t47_a_sent_text_stays_below_advanced_in_production_until_the_page_is_scanned() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        // A key in hardware, so that only the flow speaks against the level.
        network
            .change(
                "UPDATE device SET key_kind = 'hardware' WHERE id = $1",
                phone.device_id(),
            )
            .await;
        network.change_device(&phone, |_| {}).await;
        let partner = network.partner().await;
        let mut production = network.another_scheme();
        production.config.profile = Profile::Production;
        let started = network.start(&partner).await;
        for (text, obtained) in SENT
            .map(|obtained| (&started.qr, obtained))
            .into_iter()
            .chain([(&started.link, Obtained::Paste)])
        {
            let request = phone.seal_message(requests::claim(text, obtained));
            let claimed = production.claim(request.incoming(), text, obtained);
            assert_eq!(refusal(claimed.await), "scan_required", "{obtained}");
        }
        // The request is still open for a person who is at the page.
        let request = phone.seal_message(requests::claim(&started.qr, Obtained::Camera));
        let claimed = production.claim(request.incoming(), &started.qr, Obtained::Camera);
        assert_eq!(refusal(claimed.await), "ok");
        network.end().await;
    }
}

#[tokio::test]
async fn t47_a_pasted_same_device_link_gives_its_sender_nothing() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        for obtained in [Obtained::Paste, Obtained::Picture, Obtained::Camera] {
            let mut attacker = network.start_basic(&partner).await;
            let offer: Offer = phone.claim_obtained(&attacker.link, obtained).await.json();
            let opened = phone.open(&offer).await.map_err(|r| r.body).expect("open");
            let (approval, _) = phone.seal_approval(&offer, &opened);
            let decided = phone.send(&approval).await;
            // Only the browser that began goes on, and only when the phone sends the person there.
            assert!(decided.body["return_url"].is_string(), "{}", decided.body);
            let page = attacker.browser.get(&attacker.login.action_page).await;
            assert_eq!(page.location, None, "{obtained}");
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t47_the_person_scans_the_page_after_a_sent_text() {
    for network in TestNetwork::both().await {
        let (mut anna, mut bert) = (network.enrolled(0).await, network.enrolled(1).await);
        let partner = network.partner().await;
        let (sent, qr) = network.sent_and_shown(&partner, &mut anna).await;
        // Neither another text that was sent, nor another phone, nor an old picture.
        let again: Offer = anna.claim(&qr).await.json();
        assert_eq!((again.flow, again.nonce), (Flow::Link, sent.nonce));
        bert.scan(&qr).await.refused("already_claimed");
        let scanned: Offer = anna.scan(&qr).await.json();
        assert_eq!(scanned.action, sent.action);
        assert_eq!(scanned.flow, Flow::Qr);
        assert!(scanned.open().expect("a view").warnings.is_empty());
        assert_ne!(scanned.nonce, sent.nonce);
        assert_ne!(scanned.view_hash(), sent.view_hash());
        // The page shows it already.
        assert_eq!(scanned.match_code, sent.match_code);
        // Once is enough.
        let twice: Offer = anna.scan(&qr).await.json();
        assert_eq!(twice.nonce, scanned.nonce);
        // The earlier view is void: nobody approves or refuses by it.
        anna.attempt(&sent, CODE)
            .await
            .map(drop)
            .expect_err("an earlier view")
            .refused("action_closed");
        anna.refuse(&sent).await.refused("proof_invalid");
        let opened = anna.open(&scanned).await.map_err(|r| r.body).expect("open");
        let (approval, _) = anna.seal_approval(&scanned, &opened);
        let decided = anna.send(&approval).await;
        assert_eq!(decided.body["status"], "approved", "{}", decided.body);
        network.end().await;
    }
}

#[tokio::test]
async fn t47_a_stale_text_is_no_scan() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let (sent, qr) = network.sent_and_shown(&partner, &mut phone).await;
        network.pass(10_000);
        let again: Offer = phone.scan(&qr).await.json();
        assert_eq!((again.flow, again.nonce), (Flow::Link, sent.nonce));
        network.end().await;
    }
}

#[tokio::test]
async fn t47_an_attempt_for_the_earlier_view_is_spent_by_the_scan() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let (sent, qr) = network.sent_and_shown(&partner, &mut phone).await;
        let opened = phone.open(&sent).await.map_err(|r| r.body).expect("open");
        let scanned: Offer = phone.scan(&qr).await.json();
        let identity = network.identity(&phone.identity).await;
        assert_eq!((identity.wrong_codes, scanned.flow), (1, Flow::Qr));
        assert_eq!(network.open_attempt(&phone.identity).await, None);
        // Not even with the right code: its SIM statement answered for the earlier view.
        for offer in [&sent, &scanned] {
            let (approval, _) = phone.seal_approval(offer, &opened);
            phone.send(&approval).await.refused("attempt_unknown");
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t47_a_fingerprint_for_the_earlier_view_is_spent_by_the_scan() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let finger = network.give_biometric(&phone).await;
        let partner = network.partner().await;
        let (sent, qr) = network.sent_and_shown(&partner, &mut phone).await;
        let attempt = loop {
            let message = requests::attempt(&sent, Factor::Biometric, None);
            let reply = phone.exchange(message).await;
            if let AttemptResponse::Attempt(attempt) = reply.json() {
                break attempt;
            }
        };
        let scanned: Offer = phone.scan(&qr).await.json();
        let transcript = phone.transcript_of(&scanned, &attempt, Factor::Biometric);
        let challenge = Transcript::biometric_challenge(&transcript.hash());
        let assertion = finger
            .assert(&phone.state.rp_id, &phone.state.app, &challenge)
            .expect("an assertion");
        let approval = Approval::with_biometric(&attempt.attempt, &transcript, assertion);
        let message = requests::approve(&scanned.action, &approval);
        phone.exchange(message).await.refused("attempt_unknown");
        network.end().await;
    }
}

#[tokio::test]
async fn t47_a_decision_about_the_earlier_view_is_not_written() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let (sent, qr) = network.sent_and_shown(&partner, &mut phone).await;
        let store = &network.server.scheme.store;
        let id: ActionId = parsed(&sent.action);
        let read = id.clone();
        let before = store.read(move |tx| action::by_id(tx, &read)).await;
        let claim = before.expect("store").and_then(|a| a.claim).expect("claim");
        phone.scan(&qr).await;
        // As a decision does that was checked before the scan was written.
        let decision = Decision {
            transcript: None,
            proof_hash: None,
            receipt: None,
            reason: Some("person".into()),
            decided: 1,
        };
        let written = store
            .write(move |tx| {
                action::decide_offered(tx, &id, &claim, ActionStatus::Refused, &decision)
            })
            .await;
        assert!(!written.expect("store"));
        network.end().await;
    }
}

#[tokio::test]
async fn t47_the_page_shows_its_code_until_the_phone_has_scanned_it() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
    let mut started = network.start_basic(&partner).await;
    let page = started.login.action_page.clone();
    let (state, qr) = (
        page.replace("/sign-in?", "/sign-in/state?"),
        page.replace("/sign-in?", "/sign-in/qr?"),
    );
    for (obtained, status, scannable) in [
        (Obtained::Navigation, "unscanned", true),
        (Obtained::Camera, "linked", false),
    ] {
        let offer: Offer = phone.claim_obtained(&started.qr, obtained).await.json();
        let shown = started.browser.get(&page).await.text;
        assert!(shown.contains(&offer.match_code), "{shown}");
        assert_eq!(shown.contains("id=\"qr\""), scannable, "{shown}");
        let said = started.browser.get(&state).await.text;
        assert_eq!(said, format!(r#"{{"status":"{status}"}}"#));
        assert_eq!(started.browser.get(&qr).await.text != "null", scannable);
    }
    network.end().await;
}
