//! Threat 13: a crash between two steps. The scheme runs in a process of its own and is killed at every step.

use std::time::{Duration, Instant};

use ipse_operator::config::Fault;
use ipse_protocol::wire::{AttemptResponse, Offer};
use ipse_store::testing::TestDb;
use reqwest::StatusCode;
use serde_json::json;

use crate::support::requests::{count_rows, post_signed};
use crate::support::sims::is_bound;
use crate::support::{
    CODE, Child, Options, Partner, Phone, TestNetwork, partner_parameter as parameter, start_login,
};

const OPERATOR: &str = "Leie Mobiel";

/// Whether each effect that waits for the operator has been tried.
async fn waiting(network: &TestNetwork) -> Vec<i64> {
    const WAITING: &str = "SELECT CASE WHEN attempts > 0 THEN 1 ELSE 0 END FROM outbox WHERE kind = 'operator.unbind'";
    let store = &network.server.scheme.store;
    let rows = store.read(|tx| tx.rows(WAITING, &[])).await.expect("store");
    rows.into_iter()
        .map(|mut row| row.only().expect("a number"))
        .collect()
}

async fn killed_at_every_step(db: TestDb, details: bool) {
    let mut network = TestNetwork::on(db, Options::default()).await;
    let mut phone = network.enrolled(0).await;
    let partner = match details {
        false => network.partner().await,
        true => network.share_partner(&["name", "birthdate"]).await,
    };
    let mut child = Child::replace(&mut network).await;
    let mut logins = 0;
    for step in 0..7 {
        // Right after the answer; before, while and after the request is worked on.
        for micros in [None, Some(150), Some(1_500), Some(4_000)] {
            let after = micros.map(|us| Duration::from_micros(us + 70 * step as u64));
            login(&network, &mut child, (&mut phone, &partner), step, after).await;
            logins += 1;
        }
    }
    let store = network.store_beside();
    let who = phone.identity.as_str();
    for (what, sql) in [
        (
            "deliveries",
            "SELECT COUNT(*) FROM action WHERE status = 'delivered' AND identity = $1",
        ),
        (
            "attempts",
            "SELECT COUNT(*) FROM attempt WHERE identity = $1",
        ),
        (
            "right codes",
            "SELECT COUNT(*) FROM attempt WHERE status = 'right' AND identity = $1",
        ),
        (
            "receipts",
            "SELECT COUNT(*) FROM receipt WHERE kind = 'approval' AND identity = $1",
        ),
        (
            "grants",
            "SELECT COUNT(*) FROM access_grant WHERE identity = $1",
        ),
    ] {
        assert_eq!(count_rows(&store, sql, who).await, logins, "{what}");
    }
    // Every receipt gets one place in a log that holds.
    const UNPLACED: &str = "SELECT COUNT(*) FROM receipt WHERE identity = $1 \
         AND id NOT IN (SELECT receipt FROM log_place)";
    network
        .soon("the log", || async {
            count_rows(&store, UNPLACED, who).await == 0
        })
        .await;
    let key = &network.server.scheme.log_key();
    let key = ipse_jose::VerifyingKey::from_jwk(key, ipse_jose::Alg::Es256).expect("key");
    let report = ipse_scheme::log::verify(&store, &key, &network.issuer, true)
        .await
        .expect("verified");
    assert_eq!(report.wrong, None);
    const LEAVES: &str = "SELECT COUNT(*) FROM log_leaf WHERE $1 <> ''";
    const RECEIPTS: &str = "SELECT COUNT(*) FROM receipt WHERE $1 <> ''";
    assert_eq!(
        count_rows(&store, LEAVES, who).await,
        count_rows(&store, RECEIPTS, who).await
    );
    assert_eq!(phone.get("/me").await.body["wrong_codes_left"], 3);
    store.close();
    drop(child);
    network.end().await;
}

/// One whole login; the server dies at a step, and everybody carries on as they would.
async fn login(
    network: &TestNetwork,
    child: &mut Child,
    (phone, partner): (&mut Phone, &Partner),
    dies_at: usize,
    after: Option<Duration>,
) {
    if dies_at == 0 {
        let mut form = partner.request(&partner.login());
        form.push((
            "client_assertion_type".into(),
            crate::support::ASSERTION_TYPE.into(),
        ));
        form.push(("client_assertion".into(), partner.assertion()));
        let request = network
            .http
            .post(format!("{}/par", network.issuer))
            .form(&form);
        let pushed = child.struck(request, after).await;
        if let Some(uri) = pushed.and_then(|p| p.body["request_uri"].as_str().map(str::to_owned)) {
            let page = network.browser().get(&partner.authorize_url(&uri)).await;
            assert_eq!(
                page.status,
                StatusCode::OK,
                "a pushed request was lost: {}",
                page.text
            );
        }
    }
    let mut started = network.start(partner).await;

    let claim = phone.seal(
        "/actions/claim",
        &json!({"link": started.link, "obtained": "navigation"}),
    );
    let first = match dies_at {
        1 => child.struck(post_signed(network, &claim), after).await,
        _ => None,
    };
    let offer: Offer = phone.claim(&started.link).await.json();
    if let Some(first) = first {
        let told: Offer = serde_json::from_value(first.body).expect("an offer");
        assert_eq!(
            (told.nonce, told.match_code),
            (offer.nonce, offer.match_code.clone())
        );
    }

    let (client, ke1) = start_login(CODE);
    let body = Phone::attempt_body(&offer, ke1);
    let path = format!("/actions/{}/attempt", offer.action);
    let first = match dies_at {
        2 => {
            let request = phone.seal(&path, &body);
            child.struck(post_signed(network, &request), after).await
        }
        _ => None,
    };
    let until = Instant::now() + Duration::from_secs(20);
    let attempt = loop {
        match phone.post(&path, &body).await.json() {
            AttemptResponse::Attempt(attempt) => break attempt,
            AttemptResponse::Wait { .. } => {
                assert!(Instant::now() < until, "the SIM never answered")
            }
        }
    };
    if let Some(told) = first.and_then(|f| f.body["attempt"].as_str().map(str::to_owned)) {
        assert_eq!(
            told, attempt.attempt,
            "the same first message, another attempt"
        );
    }
    let done = client
        .finish(attempt.ke2.clone().expect("KE2").as_ref())
        .expect("the right code");
    let opened = crate::support::Opened {
        attempt,
        session_key: done.session_key.to_vec(),
        ke3: done.ke3.to_vec(),
        chosen: offer.open().expect("a view").defaults(),
    };

    let (approval, _) = phone.seal_approval(&offer, &opened);
    let first = match dies_at {
        3 => child.struck(post_signed(network, &approval), after).await,
        _ => None,
    };
    let (approval, _) = phone.seal_approval(&offer, &opened);
    let decided = phone.send(&approval).await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
    if let Some(first) = first {
        assert_eq!(first.body, decided.body, "two answers to one approval");
    }

    let back = decided.body["return_url"]
        .as_str()
        .expect("return_url")
        .to_owned();
    let first = match dies_at {
        4 => {
            let cookies: Vec<String> = started
                .browser
                .cookies
                .iter()
                .map(|(k, v)| format!("{k}={v}"))
                .collect();
            let request = network.http.get(&back).header("cookie", cookies.join("; "));
            child.struck(request, after).await
        }
        _ => None,
    };
    let location = started
        .browser
        .get(&back)
        .await
        .location
        .expect("to the partner");
    if let Some(first) = first {
        assert_eq!(first.location.as_deref(), Some(&*location));
    }

    let code = parameter(&location, "code").expect("code");
    let first = match dies_at {
        5 => {
            let form = partner.redemption(&code, &started.login.verifier);
            let request = network
                .http
                .post(format!("{}/token", network.issuer))
                .form(&form);
            child.struck(request, after).await
        }
        _ => None,
    };
    let token = match first {
        Some(first) => {
            assert_eq!(first.status, StatusCode::OK, "{}", first.body);
            first.body["access_token"]
                .as_str()
                .expect("a token")
                .to_owned()
        }
        None => {
            let tokens = partner.redeem(&code, &started.login.verifier).await;
            if dies_at == 5 && tokens.status == StatusCode::BAD_REQUEST {
                // It was redeemed, and the answer died with the server: nobody holds what it gave.
                assert_eq!(tokens.body["error"], "invalid_grant", "{}", tokens.body);
                return;
            }
            tokens.access_token().to_owned()
        }
    };
    if dies_at == 6 {
        let request = network
            .http
            .get(format!("{}/userinfo", network.issuer))
            .bearer_auth(&token);
        child.struck(request, after).await;
    }
    let (status, info) = partner.userinfo(&token).await;
    assert_eq!(
        status,
        StatusCode::OK,
        "an acknowledged token was lost: {info}"
    );
    // A second use is noticed across the restart, and takes back what the first gave.
    let again = partner.redeem(&code, &started.login.verifier).await;
    assert_eq!(again.body["error"], "invalid_grant", "{}", again.body);
    assert_eq!(partner.userinfo(&token).await.0, StatusCode::UNAUTHORIZED);
}

/// Not a test: what a [`Child`] runs.
#[test]
#[ignore = "runs as the child of the other tests"]
fn child() {
    crate::support::run_child();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t13_a_login_survives_a_kill_at_every_step_on_sqlite() {
    killed_at_every_step(TestDb::sqlite(), false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t13_a_request_for_details_survives_a_kill_at_every_step() {
    killed_at_every_step(TestDb::sqlite(), true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t13_a_login_survives_a_kill_at_every_step_on_postgres() {
    killed_at_every_step(TestDb::postgres(), false).await;
}

/// What follows from a decision outside its transaction comes after the kill, and once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t13_effects_survive_a_kill_and_happen_once() {
    for mut network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let mut child = Child::replace(&mut network).await;
        let store = network.store_beside();
        for blocks in 1..=3 {
            let request = phone.seal("/block", &json!({"reason": "person"}));
            let answer = child
                .struck(post_signed(&network, &request), None)
                .await
                .expect("acknowledged");
            assert_eq!(answer.body["status"], "suspended");
            const BLOCKS: &str =
                "SELECT COUNT(*) FROM receipt WHERE kind = 'block' AND identity = $1";
            network
                .soon("the receipt of the block", || async {
                    // A try that the kill cut off is made again after a while; here at once.
                    const HURRY: &str = "UPDATE outbox SET due = 0 WHERE attempts > 0";
                    store.write(|tx| tx.exec(HURRY, &[])).await.expect("store");
                    count_rows(&store, BLOCKS, &phone.identity).await == blocks
                })
                .await;
            let offer = phone.begin_unblock().await;
            assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        }
        const WAITING: &str = "SELECT COUNT(*) FROM outbox WHERE $1 <> ''";
        network
            .soon("the outbox", || async {
                count_rows(&store, WAITING, "x").await == 0
            })
            .await;
        const ALL: &str =
            "SELECT COUNT(*) FROM receipt WHERE kind IN ('block', 'unblock') AND identity = $1";
        assert_eq!(count_rows(&store, ALL, &phone.identity).await, 6);
        store.close();
        drop(child);
        network.end().await;
    }
}

#[tokio::test]
async fn t13_an_unbind_survives_a_silent_operator_and_a_restart() {
    for network in TestNetwork::both().await {
        // An enrolment whose SIM is proven and that nobody ends.
        let mut abandoned = network.phone(1);
        abandoned.begin_enrolment(&network).await;
        abandoned.connect_sim(&network).await;
        network.operator.set_fault(Some(Fault::Error));
        network.pass(31 * 60_000);
        let scheme = &network.server.scheme;
        scheme.sweep_enrolments().await.expect("swept");
        network
            .soon("a try that fails", || async {
                waiting(&network).await == [1]
            })
            .await;
        assert!(is_bound(&network, 1).await);
        network.operator.set_fault(None);
        // Another node takes over what the first did not get done.
        let node = network.another_node();
        network.pass(3_600_000);
        network
            .soon("letting go of the SIM", || async {
                ipse_server::outbox::drain(&node.scheme)
                    .await
                    .expect("drained");
                !is_bound(&network, 1).await
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

#[tokio::test]
async fn t13_a_silent_operator_delays_no_receipt() {
    const RECEIPTS: &str = "SELECT COUNT(*) FROM receipt WHERE kind = 'block' AND identity = $1";
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        network.operator.set_fault(Some(Fault::Silent));
        network
            .server
            .scheme
            .store
            .write(|tx| {
                for n in 0..50 {
                    ipse_scheme::sim::release(tx, OPERATOR, &format!("nobody{n}"))?;
                }
                Ok(())
            })
            .await
            .expect("store");
        let blocked = phone.post("/block", &json!({"reason": "person"})).await;
        assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.body);
        network
            .soon("the receipt", || async {
                network.count(RECEIPTS, &phone.identity).await == 1
            })
            .await;
        network.end().await;
    }
}
