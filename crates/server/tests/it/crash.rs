//! Row 13: the scheme as a process of its own, killed at every step. And row 34: what that process leaves lying about.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use ipse_protocol::opaque::{ClientLogin, Identity as NoStretching};
use ipse_protocol::wire::{AttemptResponse, Offer};
use ipse_store::testing::TestDb;
use ipse_store::{Param, SCHEME, Store};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::json;

use crate::support::{
    CODE, Child, Options, Partner, Phone, Sealed, TestNetwork, national_number, number,
    partner_parameter as parameter,
};

/// Not a test: what a [`Child`] runs.
#[test]
#[ignore = "runs as the child of the other tests"]
fn child() {
    crate::support::run_child();
}

fn post(network: &TestNetwork, sealed: &Sealed) -> RequestBuilder {
    network
        .http
        .post(format!("{}{}", network.app, sealed.path))
        .header("content-type", "application/json")
        .header("ipse-device", &sealed.signature)
        .body(sealed.body.clone())
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

    let claim = phone.seal("/actions/claim", &json!({"link": started.link}));
    let first = match dies_at {
        1 => child.struck(post(network, &claim), after).await,
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

    let (client, ke1) = ClientLogin::<NoStretching>::start(CODE).expect("opaque");
    let body = Phone::attempt_body(&offer, ke1);
    let path = format!("/actions/{}/attempt", offer.action);
    let first = match dies_at {
        2 => {
            let request = phone.seal(&path, &body);
            child.struck(post(network, &request), after).await
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
    };

    let (approval, _) = phone.seal_approval(&offer, &opened);
    let first = match dies_at {
        3 => child.struck(post(network, &approval), after).await,
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

async fn count(store: &Store, sql: &'static str, text: &str) -> i64 {
    let text = text.to_owned();
    let row = store
        .read(move |tx| tx.row(sql, &[Param::from(&text)]))
        .await;
    row.expect("store")
        .expect("a row")
        .int(0)
        .expect("a number")
}

async fn killed_at_every_step(db: TestDb) {
    let mut network = TestNetwork::on(db, Options::default()).await;
    let mut phone = network.enrolled(0).await;
    let partner = network.partner().await;
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
    let store = network.db.open(&SCHEME);
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
        assert_eq!(count(&store, sql, who).await, logins, "{what}");
    }
    // Every receipt gets one place in a log that holds.
    const UNPLACED: &str = "SELECT COUNT(*) FROM receipt WHERE identity = $1 \
         AND id NOT IN (SELECT receipt FROM log_place)";
    network
        .soon("the log", || async {
            count(&store, UNPLACED, who).await == 0
        })
        .await;
    let key = &network.server.scheme.log_key();
    let key = ipse_jose::VerifyingKey::from_jwk(key, ipse_jose::Alg::Es256).expect("key");
    let report = ipse_scheme::log::verify(&store, &key, &network.issuer)
        .await
        .expect("verified");
    assert_eq!(report.wrong, None);
    const LEAVES: &str = "SELECT COUNT(*) FROM log_leaf WHERE $1 <> ''";
    const RECEIPTS: &str = "SELECT COUNT(*) FROM receipt WHERE $1 <> ''";
    assert_eq!(
        count(&store, LEAVES, who).await,
        count(&store, RECEIPTS, who).await
    );
    assert_eq!(phone.get("/me").await.body["wrong_codes_left"], 3);
    store.close();
    drop(child);
    network.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t13_killed_at_every_step_on_sqlite() {
    killed_at_every_step(TestDb::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t13_killed_at_every_step_on_postgres() {
    killed_at_every_step(TestDb::postgres()).await;
}

/// What follows from a decision outside its transaction comes after the kill, and once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t13_effects_survive_a_kill_and_happen_once() {
    for mut network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let mut child = Child::replace(&mut network).await;
        let store = network.db.open(&SCHEME);
        for blocks in 1..=3 {
            let request = phone.seal("/block", &json!({"reason": "person"}));
            let answer = child
                .struck(post(&network, &request), None)
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
                    count(&store, BLOCKS, &phone.identity).await == blocks
                })
                .await;
            let offer = phone.begin_unblock().await;
            assert_eq!(phone.approve_offer(&offer).await.status, StatusCode::OK);
        }
        const WAITING: &str = "SELECT COUNT(*) FROM outbox WHERE $1 <> ''";
        network
            .soon("the outbox", || async {
                count(&store, WAITING, "x").await == 0
            })
            .await;
        const ALL: &str =
            "SELECT COUNT(*) FROM receipt WHERE kind IN ('block', 'unblock') AND identity = $1";
        assert_eq!(count(&store, ALL, &phone.identity).await, 6);
        store.close();
        drop(child);
        network.end().await;
    }
}

/// Row 3 with kills: whatever the server was doing when it died, no fourth guess is ever answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t03_a_server_that_dies_at_every_guess_answers_three() {
    for mut network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let mut child = Child::replace(&mut network).await;
        let offer = network.offer_basic(&partner, &mut phone).await;
        let path = format!("/actions/{}/attempt", offer.action);
        let store = network.db.open(&SCHEME);
        let mut answered = 0;
        for n in 0..40 {
            let (_, ke1) =
                ClientLogin::<NoStretching>::start(&format!("{:05}", 30_000 + n)).expect("opaque");
            let request = phone.seal(&path, &Phone::attempt_body(&offer, ke1));
            let after = Some(Duration::from_micros(400 + 900 * (n % 7)));
            let Some(answer) = child.struck(post(&network, &request), after).await else {
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
            let (_, ke1) = ClientLogin::<NoStretching>::start("31999").expect("opaque");
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
        assert_eq!(count(&store, GUESSES, &phone.identity).await, 3);
        store.close();
        drop(child);
        network.end().await;
    }
}

// --- 34 ---

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t34_neither_files_nor_logs_know_the_person() {
    let mut network = TestNetwork::new().await;
    let partner = network.partner().await;
    let child = Child::replace(&mut network).await;
    let mut phone = network.enrolled(3).await;
    let mut started = network.start(&partner).await;
    let back = phone
        .approve(&started.link)
        .await
        .return_url
        .expect("return_url");
    let location = started
        .browser
        .get(&back)
        .await
        .location
        .expect("to the partner");
    let code = parameter(&location, "code").expect("code");
    let tokens = partner.redeem(&code, &started.login.verifier).await;
    let (_, info) = partner.userinfo(tokens.access_token()).await;
    assert_eq!(info["name"], "And Peeters");
    let offer = network.offer(&partner, &mut phone).await;
    phone
        .wrong_code(&offer, "31415")
        .await
        .refused("code_wrong");
    phone.get("/me").await;
    phone.post("/block", &json!({"reason": "person"})).await;
    let log = Child::log(&child.home);
    assert!(std::fs::metadata(&log).expect("a log").len() > 1_000);
    let database = PathBuf::from(network.db.url().trim_start_matches("sqlite:"));
    let mut files = vec![log];
    for folder in [
        database.parent().expect("a folder"),
        network.home.path(),
        &network.home.path().join("scheme"),
    ] {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let operators = path
                .file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with("operator"));
            if path.is_file() && !operators {
                files.push(path);
            }
        }
    }
    assert!(files.len() >= 5, "{files:?}");
    let plus = number(3);
    let canaries = [
        "And Peeters",
        "Peeters",
        "1971-01-01",
        "592000000182",
        &national_number(3),
        &plus[1..],
        CODE,
        "31415",
        tokens.access_token(),
        &code,
    ];
    for file in files {
        let bytes = std::fs::read(&file).expect("readable");
        for canary in canaries {
            // Five digits alone stand in any time or port: a code is looked for as JSON and forms write it.
            let canary = if canary.len() == 5 {
                format!("\"{canary}\"")
            } else {
                canary.to_owned()
            };
            let found = bytes
                .windows(canary.len())
                .position(|w| w == canary.as_bytes());
            let near = found
                .map(|at| String::from_utf8_lossy(&bytes[at.saturating_sub(60)..at]).into_owned());
            assert_eq!(near, None, "{canary} in {}", file.display());
        }
    }
    drop(child);
    network.end().await;
}
