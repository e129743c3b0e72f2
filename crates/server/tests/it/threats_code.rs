//! Rows 3 and 4: guessing the code, at the scheme and at home.

use std::sync::Arc;

use ipse_protocol::device_request::WINDOW;
use ipse_protocol::opaque::{ClientLogin, ClientRegistration, Identity as NoStretching};
use ipse_protocol::wire::{AttemptRequest, AttemptResponse, Offer};
use ipse_server::Server;
use ipse_store::testing::rounds;
use reqwest::StatusCode;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{CODE, Phone, Sealed, TestNetwork, refusal};

/// A round takes nearly a tenth of a second: each of the 64 signs anew whenever another was faster. One in ten of the rounds
/// of other races.
const COSTLY: usize = 10;

/// Never more at once than the window of sequences has places: one that fell behind it would be taken for a copy.
const GUESSES: usize = 64;
const _: () = assert!(GUESSES <= WINDOW);

fn wrong(n: usize) -> String {
    format!("{:05}", 30_000 + n)
}

/// What became of one guess.
enum Heard {
    Second,
    Again,
    Ended,
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

/// What a thief with the device key does: all codes at once, and whatever was not judged again, signed anew; says how many were
/// answered.
async fn guesses(nodes: &[Arc<Server>], phone: &mut Phone, offer: &Offer) -> usize {
    let path = format!("/actions/{}/attempt", offer.action);
    let mut left: Vec<AttemptRequest> = (0..GUESSES)
        .map(|n| {
            let (_, ke1) = ClientLogin::<NoStretching>::start(&wrong(n)).expect("opaque");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t03_64_guesses_on_three_nodes_are_answered_three_times() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let asked = network.asked(&partner, &mut phone).await;
        let nodes = [
            network.server.clone(),
            Arc::new(network.another_node()),
            Arc::new(network.another_node()),
        ];
        for _ in 0..rounds(COSTLY) {
            let offer = network.offer_again(&partner, &asked, &mut phone).await;
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
async fn t03_three_in_a_row_block_and_a_right_code_starts_anew() {
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
async fn t03_ten_within_thirty_days_block_whatever_lies_between() {
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
        assert_eq!(network.identity(&phone.identity).await.status, "suspended");
        network.end().await;
    }
}

#[tokio::test]
async fn t03_device_biometric_neither_counts_nor_resets() {
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
        assert_eq!(network.identity(&phone.identity).await.status, "suspended");
        network.end().await;
    }
}

#[tokio::test]
async fn a_fingerprint_does_not_bring_a_blocked_identity_back() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let finger = network.give_biometric(&phone).await;
        phone.post("/block", &json!({"reason": "person"})).await;
        let offer = phone.begin_unblock().await;
        phone
            .approve_by_biometric(&offer, &finger)
            .await
            .refused("malformed_request");
        assert_eq!(network.identity(&phone.identity).await.status, "suspended");
        assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        assert_eq!(network.identity(&phone.identity).await.status, "active");
        network.end().await;
    }
}

/// Every way to walk away from a second message without saying what came of it.
#[tokio::test]
async fn t03_what_was_spent_is_never_given_back() {
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
        let (_, ke1) = ClientLogin::<NoStretching>::start(CODE).expect("opaque");
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
async fn t03_a_right_code_counts_as_right_even_when_the_action_fails() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let first = network.offer_basic(&partner, &mut phone).await;
        phone
            .wrong_code(&first, &wrong(1))
            .await
            .refused("code_wrong");
        let opened = phone.open(&first).await.expect("an attempt");
        network.pass(181_000);
        let transcript = phone.transcript(&first, &opened);
        let reply = phone.send_approval(&first, &opened, &transcript).await;
        reply.refused("action_expired");
        network.server.scheme.sweep().await.expect("swept");
        assert_eq!(network.identity(&phone.identity).await.wrong_codes, 0);
        const APPROVED: &str =
            "SELECT COUNT(*) FROM action WHERE status = 'approved' AND identity = $1";
        assert_eq!(network.count(APPROVED, &phone.identity).await, 0);
        network.end().await;
    }
}

#[tokio::test]
async fn t03_a_bad_signature_costs_nothing() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let offer = network.offer_basic(&partner, &mut phone).await;
        let path = format!("/actions/{}/attempt", offer.action);
        let (_, ke1) = ClientLogin::<NoStretching>::start(&wrong(1)).expect("opaque");
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

// --- 4 ---

/// Whoever could have every code evaluated before the record is kept would need one second message to try them all.
#[tokio::test]
async fn t04_few_codes_are_evaluated_for_one_enrolment() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.enrol_to_code(&network).await;
        let at = format!("/enrolments/{}", phone.enrolment);
        for n in 0..5 {
            let answer = phone.evaluate(&at, &format!("{:05}", 40_000 + n)).await;
            assert_eq!(answer.status, StatusCode::OK, "{n}: {}", answer.body);
        }
        // The rest at once, and far too many of them.
        let signed = phone.seal_evaluation(&at, "40005");
        let signed = network.server.scheme.authenticate(signed.incoming()).await;
        let signed = Arc::new(signed.map_err(|e| e.to_string()).expect("signed"));
        let mut at_once = JoinSet::new();
        for n in 0..64 {
            let (server, signed) = (network.server.clone(), signed.clone());
            let enrolment = phone.enrolment.clone();
            let code = format!("{:05}", 41_000 + n);
            let (_, request) = ClientRegistration::<NoStretching>::start(&code).expect("opaque");
            at_once.spawn(async move {
                let answer = server.scheme.enrolment_code(&signed, &enrolment, &request);
                answer.await.map(drop)
            });
        }
        let answers = at_once.join_all().await;
        let evaluated = answers.iter().filter(|answer| answer.is_ok()).count();
        assert!((1..=5).contains(&evaluated), "{evaluated}");
        for answer in answers.into_iter().filter(Result::is_err) {
            let code = refusal(answer);
            assert!(["too_many_requests", "busy"].contains(&&*code), "{code}");
        }
        // Where the database was too busy to count, nothing was evaluated.
        for n in evaluated..5 {
            let answer = phone.evaluate(&at, &format!("{:05}", 42_000 + n)).await;
            assert_eq!(answer.status, StatusCode::OK, "{n}: {}", answer.body);
        }

        let sealed = phone.seal_evaluation(&at, "43000");
        let refused = phone.send(&sealed).await;
        refused.refused("too_many_requests");
        phone.send(&sealed).await.refused("too_many_requests");
        assert!(refused.body["retry_after_ms"].as_i64() > Some(0));
        phone.finish_enrolment().await.refused("too_many_requests");
        // Beginning anew is another identity, under which the guesses of before are worth nothing.
        phone.enrol(&network).await;
        network.end().await;
    }
}
