//! Threat 45: the clock steps ahead or back. Covers `GET /ready` too.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::support::{Partner, Phone, TestNetwork, partner_parameter};

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;
/// A new pace that was steady for so long is accepted.
const STEADY: i64 = 6 * 60 * SECOND;

/// What both listeners' `/ready` says.
async fn ready(network: &TestNetwork) -> (StatusCode, String) {
    let mut seen = Vec::new();
    for origin in [&network.issuer, &network.app] {
        let answer = network.http.get(format!("{origin}/ready")).send().await;
        let answer = answer.expect("an answer");
        seen.push((answer.status(), answer.text().await.expect("a text")));
    }
    let (issuer, app) = (seen.remove(0), seen.remove(0));
    assert_eq!(issuer.0, app.0);
    issuer
}

async fn keep_time(network: &TestNetwork) {
    let kept = network.server.scheme.keep_time().await;
    kept.expect("the time is kept");
}

/// Sets the wall clock, and has the server notice.
async fn step(network: &TestNetwork, ms: i64) {
    network.db.clock().step(ms);
    keep_time(network).await;
    assert_eq!(ready(network).await.0, StatusCode::SERVICE_UNAVAILABLE);
}

/// Lets the new pace be steady until it is accepted.
async fn accept(network: &TestNetwork) {
    network.pass(STEADY);
    keep_time(network).await;
    let (status, text) = ready(network).await;
    assert_eq!(status, StatusCode::OK, "{text}");
}

/// Lets the last minute of a day pass for which the clocks agree.
async fn settle(network: &TestNetwork) {
    assert!(!network.server.scheme.is_settled());
    const NEARLY: &str = "UPDATE clock SET agreed = 86400000 - 90000 WHERE one = 1 AND $1 = ''";
    network.change(NEARLY, "").await;
    for _ in 0..2 {
        assert!(!network.server.scheme.is_settled());
        network.pass(60 * SECOND);
        keep_time(network).await;
    }
    assert!(network.server.scheme.is_settled());
}

/// A login with the code, from the page to the token.
async fn log_in(network: &TestNetwork, partner: &Partner, phone: &mut Phone) -> String {
    let mut started = network.start_basic(partner).await;
    let decided = phone.approve(&started.link).await;
    let back = decided.return_url.expect("a way back");
    let location = started.browser.get(&back).await.location.expect("back");
    let code = partner_parameter(&location, "code").expect("a code");
    let tokens = partner.redeem(&code, &started.login.verifier).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
    tokens.access_token().to_owned()
}

async fn assertions(network: &TestNetwork) -> i64 {
    const ALL: &str = "SELECT COUNT(*) FROM assertion WHERE partner <> $1";
    network.count(ALL, "").await
}

#[tokio::test]
async fn t45_requests_are_refused_while_the_clocks_disagree() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        assert_eq!(ready(&network).await, (StatusCode::OK, "ready".to_owned()));
        let mut started = network.start_basic(&partner).await;
        for jump in [DAY, -DAY, 3 * DAY, -3 * DAY, 3 * SECOND, -3 * SECOND] {
            network.db.clock().step(jump);
            let (status, text) = ready(&network).await;
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{jump}");
            assert!(text.contains("the clocks disagree"), "{text}");
            let refused = phone.get("/me").await;
            assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
            refused.refused("clock_disagrees");
            let (status, body) = partner.push(partner.request(&partner.login())).await;
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
            assert_eq!(body["error"], "temporarily_unavailable");
            let url = format!("{}/userinfo", network.issuer);
            let preflight = network.http.request(Method::OPTIONS, &url).send().await;
            assert_eq!(
                preflight.expect("an answer").status(),
                StatusCode::NO_CONTENT
            );
            let userinfo = network.http.get(&url).send().await.expect("an answer");
            assert_eq!(userinfo.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(userinfo.headers()["access-control-allow-origin"], "*");
            let page = started.browser.get(&started.login.action_page).await;
            assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
            assert!(page.text.contains("clock_disagrees"), "{}", page.text);
            let refused = network.server.scheme.sweep().await;
            assert!(refused.expect_err("no time").is_clock());
            network.db.clock().step(-jump);
            keep_time(&network).await;
            assert_eq!(ready(&network).await.0, StatusCode::OK, "{jump}");
        }
        // What was open goes on, and lives no longer.
        let offer: ipse_protocol::wire::Offer = phone.claim(&started.link).await.json();
        assert_eq!(network.status(&offer.action).await, "linked");
        network.pass(180 * SECOND);
        let late = phone.claim(&started.link).await;
        late.refused("action_expired");
        network.end().await;
    }
}

#[tokio::test]
async fn t45_two_seconds_and_time_slept_are_no_disagreement() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        for jump in [1_500, -1_500] {
            network.db.clock().step(jump);
            keep_time(&network).await;
            assert_eq!(ready(&network).await.0, StatusCode::OK, "{jump}");
        }
        network.pass(3 * DAY);
        assert_eq!(phone.get("/me").await.status, StatusCode::OK);
        network.end().await;
    }
}

#[tokio::test]
async fn t45_an_earlier_time_ends_what_is_open() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let token = log_in(&network, &partner, &mut phone).await;
        let claimed = network.offer_basic(&partner, &mut phone).await;
        let opened = phone.open(&claimed).await.map_err(|r| r.body);
        let mut started = network.start_basic(&partner).await;
        // A code that is not redeemed yet.
        let mut other = network.enrolled(1).await;
        let mut approved = network.start_basic(&partner).await;
        let back = other
            .approve(&approved.link)
            .await
            .return_url
            .expect("back");
        let location = approved.browser.get(&back).await.location.expect("back");
        let code = partner_parameter(&location, "code").expect("a code");
        let (_, pushed) = partner.push(partner.request(&partner.login())).await;
        let begun = network.phone(2).begin_enrolment(&network).await;
        assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.body);

        step(&network, -HOUR).await;
        accept(&network).await;

        let opened = opened.expect("an attempt");
        let (late, _) = phone.seal_approval(&claimed, &opened);
        phone.send(&late).await.refused("action_expired");
        phone.claim(&started.link).await.refused("action_expired");
        let page = started.browser.get(&started.login.action_page).await;
        assert!(page.text.contains("action_expired"), "{}", page.text);
        assert_eq!(partner.userinfo(&token).await.0, StatusCode::UNAUTHORIZED);
        let tokens = partner.redeem(&code, &approved.login.verifier).await;
        assert_eq!(tokens.body["error"], "invalid_grant");
        let request_uri = pushed["request_uri"].as_str().expect("a request");
        let page = network
            .browser()
            .get(&partner.authorize_url(request_uri))
            .await;
        assert!(page.text.contains("request_expired"), "{}", page.text);
        const OPEN: &str =
            "SELECT COUNT(*) FROM enrolment WHERE status <> $1 AND expires > created + 1800000 - 1";
        assert_eq!(network.count(OPEN, "completed").await, 0);
        // What begins now works.
        log_in(&network, &partner, &mut other).await;
        network.end().await;
    }
}

#[tokio::test]
async fn t45_a_wrong_time_destroys_no_day_key() {
    for mut network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        log_in(&network, &partner, &mut phone).await;
        step(&network, 3 * DAY).await;
        let destroyed = network.server.scheme.destroy_day_keys().await;
        destroyed.expect("nothing to do");
        accept(&network).await;
        log_in(&network, &partner, &mut phone).await;
        let destroyed = network.server.scheme.destroy_day_keys().await;
        destroyed.expect("nothing to do");
        let days = |network: &TestNetwork| {
            let keys = network.home.path().join("scheme/keys");
            let names = std::fs::read_dir(keys).expect("keys");
            let names = names.map(|name| name.expect("a name").file_name());
            names
                .filter(|name| name.to_string_lossy().starts_with("daily."))
                .count()
        };
        assert_eq!(days(&network), 2, "the day's and that of three days later");
        step(&network, -3 * DAY).await;
        accept(&network).await;
        network.restart().await;
        log_in(&network, &partner, &mut phone).await;
        // After a day of agreement, keys go on time.
        settle(&network).await;
        network.pass(10 * DAY);
        let destroyed = network.server.scheme.destroy_day_keys().await;
        destroyed.expect("destroyed");
        assert_eq!(days(&network), 0);
        network.end().await;
    }
}

#[tokio::test]
async fn t45_a_wrong_time_destroys_no_week_key() {
    let network = TestNetwork::new().await;
    network.enrolled(0).await;
    let weeks = || {
        let keys = network.home.path().join("scheme/keys");
        let names = std::fs::read_dir(keys).expect("keys");
        let names = names.map(|name| name.expect("a name").file_name());
        let names = names.map(|name| name.to_string_lossy().into_owned());
        let mut weeks: Vec<_> = names
            .filter(|name| name.contains("persons+week-"))
            .collect();
        weeks.sort();
        weeks
    };
    let first = weeks();
    assert_eq!(first.len(), 1);
    step(&network, 21 * DAY).await;
    accept(&network).await;
    let rewrap = async || network.server.scheme.rewrap_person_keys().await;
    rewrap().await.expect("nothing to do");
    assert_eq!(weeks(), first);
    settle(&network).await;
    rewrap().await.expect("wrapped");
    assert_eq!(weeks().len(), 1);
    assert_ne!(weeks(), first);
    network.end().await;
}

#[tokio::test]
async fn t45_no_spent_assertion_is_forgotten_after_a_disagreement() {
    for network in TestNetwork::both().await {
        let partner = network.partner().await;
        let now = network.db.clock().unix_seconds();
        let spent = partner.assertion_with(serde_json::json!({"exp": now + 290}));
        let push = |assertion: String| {
            let mut form = partner.request(&partner.login());
            let parameter = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            form.push(parameter(
                "client_assertion_type",
                crate::support::ASSERTION_TYPE,
            ));
            form.push(parameter("client_assertion", &assertion));
            let partner = &partner;
            async move { partner.post("/par", &form).await }
        };
        assert_eq!(push(spent.clone()).await.0, StatusCode::CREATED);
        step(&network, DAY).await;
        accept(&network).await;
        network.server.scheme.sweep().await.expect("swept");
        assert_eq!(assertions(&network).await, 1);
        // Back so far that it is still valid when the time is accepted.
        step(&network, -DAY - 2 * STEADY).await;
        accept(&network).await;
        let (status, body) = push(spent).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{body}");
        assert_eq!(
            reason(&body),
            Some("the client assertion was used before: send a new jti")
        );
        // After a day of agreement, it goes on time.
        settle(&network).await;
        network.pass(HOUR);
        network.server.scheme.sweep().await.expect("swept");
        assert_eq!(assertions(&network).await, 0);
        network.end().await;
    }
}

fn reason(body: &Value) -> Option<&str> {
    body["error_description"].as_str()
}

#[tokio::test]
async fn t45_a_start_with_an_earlier_time_is_a_disagreement() {
    for mut network in TestNetwork::both().await {
        let partner = network.partner().await;
        let mut phone = network.enrolled(0).await;
        let token = log_in(&network, &partner, &mut phone).await;
        keep_time(&network).await;
        // Ahead by days: not a disagreement.
        network.db.clock().step(3 * DAY);
        network.restart().await;
        assert_eq!(ready(&network).await.0, StatusCode::OK);
        let token_of_later = log_in(&network, &partner, &mut phone).await;
        // Back: a disagreement, over a restart during it too.
        network.db.clock().step(-3 * DAY);
        for _ in 0..2 {
            network.restart().await;
            assert_eq!(ready(&network).await.0, StatusCode::SERVICE_UNAVAILABLE);
            phone.get("/me").await.refused("clock_disagrees");
        }
        accept(&network).await;
        for token in [token, token_of_later] {
            assert_eq!(partner.userinfo(&token).await.0, StatusCode::UNAUTHORIZED);
        }
        log_in(&network, &partner, &mut phone).await;
        assert!(!network.server.scheme.is_settled());
        network.restart().await;
        keep_time(&network).await;
        assert!(!network.server.scheme.is_settled(), "remembered");
        // More than a month ahead.
        network.db.clock().step(32 * DAY);
        network.restart().await;
        assert_eq!(ready(&network).await.0, StatusCode::SERVICE_UNAVAILABLE);
        accept(&network).await;
        log_in(&network, &partner, &mut phone).await;
        network.end().await;
    }
}

#[tokio::test]
async fn t45_a_short_run_with_a_wrong_time_forgets_no_assertion() {
    for mut network in TestNetwork::both().await {
        let partner = network.partner().await;
        keep_time(&network).await;
        let (status, body) = partner.push(partner.request(&partner.login())).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        network.db.clock().step(3 * DAY);
        network.restart().await;
        keep_time(&network).await;
        assert!(network.server.scheme.is_settled());
        network.server.scheme.sweep().await.expect("swept");
        assert_eq!(assertions(&network).await, 1);
        network.pass(2 * HOUR);
        keep_time(&network).await;
        network.server.scheme.sweep().await.expect("swept");
        assert_eq!(assertions(&network).await, 0);
        network.end().await;
    }
}
