//! Threat 3: guessing the code at the scheme.

use std::sync::Arc;
use std::time::Duration;

use ipse_phone::requests;
use ipse_protocol::code::code_proof;
use ipse_protocol::device_request::WINDOW;
use ipse_protocol::terms::Factor;
use ipse_protocol::wire::{AttemptRequest, AttemptResponse, Offer};
use ipse_scheme::device::Incoming;
use ipse_server::Server;
use ipse_store::device::Device;
use ipse_store::testing::rounds;
use reqwest::StatusCode;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::logins::claim_login;
use crate::support::parsed;
use crate::support::requests::{count_rows, post_signed};
use crate::support::{CODE, Child, Phone, Sealed, TestNetwork, refusal, start_login};

/// What a thief with the device key does: tries all codes at the same time, and signs again what was not judged. Returns how
/// many were answered.
async fn guesses(nodes: &[Arc<Server>], phone: &mut Phone, offer: &Offer) -> usize {
    let path = format!("/actions/{}/attempt", offer.action);
    let mut left: Vec<AttemptRequest> = (0..GUESSES)
        .map(|n| {
            let (_, ke1) = start_login(&wrong(n));
            Phone::attempt_body(offer, ke1)
        })
        .collect();
    let mut seen = 0;
    for _ in 0..200 {
        let mut running = JoinSet::new();
        for (n, body) in left.drain(..).enumerate() {
            let (node, action) = (nodes[n % nodes.len()].clone(), offer.action.clone());
            let request = phone.seal(&path, &body);
            running.spawn(async move {
                let heard = guess(node, request, action, body.clone()).await;
                (heard, body)
            });
        }
        while let Some(ended) = running.join_next().await {
            match ended.expect("no panic") {
                (Heard::Second, _) => seen += 1,
                (Heard::Again, body) => left.push(body),
                (Heard::Ended, _) => {}
            }
        }
        if left.is_empty() {
            return seen;
        }
    }
    panic!("no answer");
}

async fn guess(node: Arc<Server>, request: Sealed, action: String, body: AttemptRequest) -> Heard {
    match node
        .scheme
        .attempt(request.incoming(), &action, &body)
        .await
    {
        Ok(AttemptResponse::Attempt(_)) => Heard::Second,
        Ok(AttemptResponse::Wait { .. }) => Heard::Again,
        Err(error) => match refusal::<()>(Err(error)).as_str() {
            "sequence_stale" | "busy" => Heard::Again,
            "identity_blocked" | "action_closed" => Heard::Ended,
            other => panic!("{other}"),
        },
    }
}

/// What became of one guess.
enum Heard {
    Second,
    Again,
    Ended,
}

fn wrong(n: usize) -> String {
    format!("{:05}", 30_000 + n)
}

/// Never more at once than the window of sequences has places: one that fell behind it would be taken for a copy.
const GUESSES: usize = 64;

/// A round takes nearly a tenth of a second, because each of the 64 signs again when another was faster. So this race has a
/// tenth of the rounds of other races.
const COSTLY: usize = 10;

/// Changes the phone's row as the scheme itself would, MAC and all.
async fn change_device(
    network: &TestNetwork,
    phone: &Phone,
    change: impl Fn(&mut Device) + Send + 'static,
) {
    let id = phone.device_id().to_owned();
    network
        .server
        .scheme
        .store
        .write(move |tx| {
            let mut row = ipse_store::device::by_id(tx, &parsed(&id))?.expect("a device");
            change(&mut row);
            ipse_store::device::update(tx, &row)
        })
        .await
        .expect("store");
}

const _: () = assert!(GUESSES <= WINDOW);

/// Row 3 with kills: whatever the server was doing when it died, no fourth guess is ever answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t03_a_server_killed_at_every_guess_answers_three() {
    for mut network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let mut child = Child::replace(&mut network).await;
        let offer = network.offer_basic(&partner, &mut phone).await;
        let path = format!("/actions/{}/attempt", offer.action);
        let store = network.store_beside();
        let mut answered = 0;
        for n in 0..40 {
            let (_, ke1) = start_login(&format!("{:05}", 30_000 + n));
            let request = phone.seal(&path, &Phone::attempt_body(&offer, ke1));
            let after = Some(Duration::from_micros(400 + 900 * (n % 7)));
            let Some(answer) = child.struck(post_signed(&network, &request), after).await else {
                continue;
            };
            if answer.body["ke2"].is_string() {
                answered += 1;
            } else {
                break;
            }
        }
        // Left alone, it answers what is left of the three, and then no more.
        loop {
            let (_, ke1) = start_login("31999");
            let reply = phone.post(&path, &Phone::attempt_body(&offer, ke1)).await;
            if reply.body["ke2"].is_string() {
                answered += 1;
                assert!(answered <= 3, "{answered}");
                continue;
            }
            let closed = ["identity_blocked", "action_closed"].contains(&reply.code());
            assert!(closed, "{}", reply.body);
            break;
        }
        assert!(answered <= 3, "{answered}");
        const GUESSES: &str = "SELECT COUNT(*) FROM attempt WHERE identity = $1";
        assert_eq!(count_rows(&store, GUESSES, &phone.identity).await, 3);
        store.close();
        drop(child);
        network.end().await;
    }
}

#[tokio::test]
async fn t03_a_block_during_an_attempt_gives_no_fourth_guess() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let offer = claim_login(&network, &partner, &mut phone).await;
        for code in ["48207", "59316"] {
            phone.wrong_code(&offer, code).await.refused("code_wrong");
        }
        // The third try is spent; the holder of the phone learns from its answer, and blocks instead of reporting "wrong".
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
async fn t03_lifting_a_block_needs_the_code_not_a_fingerprint() {
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
            .public_key;
        change_device(&network, &phone, move |row| {
            row.biometric_credential = Some(vec![1; 16]);
            row.biometric_key = Some(point.to_vec());
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t03_64_guesses_on_three_nodes_are_answered_three_times() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let stored = network.stored_request(&partner, &mut phone).await;
        let nodes = [
            network.server.clone(),
            Arc::new(network.another_node()),
            Arc::new(network.another_node()),
        ];
        for _ in 0..rounds(COSTLY) {
            let offer = network.offer_again(&partner, &stored, &mut phone).await;
            assert_eq!(guesses(&nodes, &mut phone, &offer).await, 3);
            let identity = network.identity(&offer.identity).await;
            assert_eq!(
                (identity.status.as_str(), identity.wrong_codes),
                ("suspended", 3)
            );
            network.forgive(&offer.identity).await;
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t03_three_wrong_codes_in_a_row_block_and_a_right_one_resets() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        for left in [2, 1] {
            let offer = network.offer_basic(&partner, &mut phone).await;
            assert_eq!(offer.wrong_codes_left, left + 1);
            let reply = phone.wrong_code(&offer, &wrong(0)).await;
            reply.refused("code_wrong");
            assert_eq!(reply.body["wrong_codes_left"], left);
            assert_eq!(reply.body["blocked"], false);
        }
        let offer = network.offer_basic(&partner, &mut phone).await;
        assert_eq!(offer.wrong_since_last, 2);
        assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        // Three more, each on one and the same request.
        let offer = network.offer_basic(&partner, &mut phone).await;
        for left in [2, 1, 0] {
            let reply = phone.wrong_code(&offer, &wrong(left)).await;
            reply.refused("code_wrong");
            assert_eq!(reply.body["wrong_codes_left"], left);
            assert_eq!(reply.body["blocked"], left == 0);
        }
        phone.approve_offer(&offer).await.refused("action_closed");
        let started = network.start_basic(&partner).await;
        let refused = phone.claim(&started.link).await;
        refused.refused("identity_blocked");
        network.end().await;
    }
}

#[tokio::test]
async fn t03_ten_wrong_codes_in_thirty_days_block() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        for n in 0..10 {
            let offer = network.offer_basic(&partner, &mut phone).await;
            if n > 0 && n % 2 == 0 {
                assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
            }
            let offer = network.offer_basic(&partner, &mut phone).await;
            let reply = phone.wrong_code(&offer, &wrong(n)).await;
            assert_eq!(reply.body["blocked"], n == 9, "{n}: {}", reply.body);
        }
        assert_eq!(
            network.identity(&phone.identity).await.status.as_str(),
            "suspended"
        );
        network.end().await;
    }
}

#[tokio::test]
async fn t03_a_biometric_neither_counts_nor_resets() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let finger = network.give_biometric(&phone).await;
        for _ in 0..2 {
            let offer = network.offer_basic(&partner, &mut phone).await;
            phone
                .wrong_code(&offer, &wrong(1))
                .await
                .refused("code_wrong");
        }
        let offer = network.offer_basic(&partner, &mut phone).await;
        let reply = phone.approve_by_biometric(&offer, &finger).await;
        assert_eq!(reply.body["status"], "approved", "{}", reply.body);
        let other = ipse_phone::Biometric::generate(&ipse_protocol::Random::system());
        let offer = network.offer_basic(&partner, &mut phone).await;
        phone
            .approve_by_biometric(&offer, &other)
            .await
            .refused("proof_invalid");
        assert_eq!(network.identity(&phone.identity).await.wrong_codes, 2);
        phone
            .wrong_code(&offer, &wrong(2))
            .await
            .refused("code_wrong");
        assert_eq!(
            network.identity(&phone.identity).await.status.as_str(),
            "suspended"
        );
        network.end().await;
    }
}

/// Every way to walk away from a second message without saying what came of it.
#[tokio::test]
async fn t03_a_spent_attempt_is_never_returned() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        // The phone dies with the second message in hand, and so does the server.
        let offer = network.offer_basic(&partner, &mut phone).await;
        phone
            .attempt(&offer, &wrong(1))
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        let restarted = network.another_scheme();
        let (_, ke1) = start_login(CODE);
        let body = Phone::attempt_body(&offer, ke1);
        let request = phone.seal(&format!("/actions/{}/attempt", offer.action), &body);
        let answer = restarted
            .attempt(request.incoming(), &offer.action, &body)
            .await;
        assert_eq!(refusal(answer), "ok");
        assert_eq!(network.identity(&phone.identity).await.wrong_codes, 1);
        // Refusing in the middle.
        let reply = phone.refuse(&offer).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        assert_eq!(network.identity(&phone.identity).await.wrong_codes, 2);
        let offer = network.offer_basic(&partner, &mut phone).await;
        assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        // Letting it expire.
        let offer = network.offer_basic(&partner, &mut phone).await;
        phone
            .attempt(&offer, &wrong(2))
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        network.pass(181_000);
        network.server.scheme.sweep().await.expect("swept");
        assert_eq!(network.identity(&phone.identity).await.wrong_codes, 1);
        // Cancelling it in the browser, and then blocking oneself: it still counts with the next.
        let mut started = network.start_basic(&partner).await;
        let offer: Offer = phone.claim(&started.link).await.json();
        phone
            .attempt(&offer, &wrong(3))
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        started.cancel(&network.issuer).await;
        assert_eq!(network.status(&offer.action).await, "cancelled");
        phone.post("/block", &json!({"reason": "person"})).await;
        let own = phone.begin_unblock().await;
        phone
            .attempt(&own, &wrong(4))
            .await
            .map_err(|r| r.body)
            .expect("an attempt");
        assert_eq!(network.identity(&phone.identity).await.wrong_codes, 2);
        phone
            .attempt(&own, CODE)
            .await
            .map(drop)
            .expect_err("the third was wrong")
            .refused("identity_blocked");
        const EXHAUSTED: &str =
            "SELECT COUNT(*) FROM suspension WHERE reason = 'code_exhausted' AND identity = $1";
        assert_eq!(network.count(EXHAUSTED, &phone.identity).await, 1);
        network.end().await;
    }
}

/// Design §6: a right code is no guess, even when the action then fails for another reason.
#[tokio::test]
async fn t03_a_right_code_resets_the_count_even_if_the_action_fails() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let first = network.offer_basic(&partner, &mut phone).await;
        phone
            .wrong_code(&first, &wrong(1))
            .await
            .refused("code_wrong");
        let opened = phone.open(&first).await.expect("an attempt");
        // A node that is ahead, so that the sweeper of the first node does not close the attempt before.
        let ahead = network.node_ahead(181_000).scheme;
        let t = phone.transcript(&first, &opened).hash();
        let proof = code_proof(&opened.session_key, &t);
        let approval = opened.approval(t, proof);
        let sealed = phone.seal_message(requests::approve(&first.action, &approval));
        let body = serde_json::from_slice(&sealed.body).expect("JSON");
        let answer = ahead.approve(sealed.incoming(), &first.action, &body);
        assert_eq!(refusal(answer.await), "action_expired");
        ahead.sweep().await.expect("swept");
        assert_eq!(network.identity(&phone.identity).await.wrong_codes, 0);
        const APPROVED: &str =
            "SELECT COUNT(*) FROM action WHERE status = 'approved' AND identity = $1";
        assert_eq!(network.count(APPROVED, &phone.identity).await, 0);
        network.end().await;
    }
}

#[tokio::test]
async fn t03_a_bad_signature_spends_nothing() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let offer = network.offer_basic(&partner, &mut phone).await;
        let path = format!("/actions/{}/attempt", offer.action);
        let (_, ke1) = start_login(&wrong(1));
        let mut request = phone.seal(&path, &Phone::attempt_body(&offer, ke1));
        let other = ipse_jose::SigningKey::generate_es256().into();
        let own = std::mem::replace(&mut phone.key, other);
        let stranger = phone.seal(&path, &Phone::attempt_body(&offer, ke1));
        phone.key = own;
        phone
            .send(&stranger)
            .await
            .refused("device_signature_invalid");
        request.body.push(b' ');
        phone
            .send(&request)
            .await
            .refused("device_signature_invalid");
        request.body.pop();
        request.path.push('?');
        phone
            .send(&request)
            .await
            .refused("device_signature_invalid");
        let identity = network.identity(&phone.identity).await;
        let open = network.open_attempt(&phone.identity).await;
        assert_eq!((open, identity.wrong_codes), (None, 0));
        network.end().await;
    }
}
