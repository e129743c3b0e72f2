//! What the log tells about refusals at the endpoints of partners, banks and operators: one line each, with the request's id, the
//! partner or operator, the code that was answered, and the reason.

use ipse_operator::config::Fault;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::support::log::Log;
use crate::support::sims::swap_event;
use crate::support::{ASSERTION_TYPE, BANK, OPERATOR, Partner, TestNetwork};

/// Posts a form to the issuer.
async fn post(network: &TestNetwork, path: &str, form: &[(&str, &str)]) -> (HeaderMap, Value) {
    let url = format!("{}{path}", network.issuer);
    let answer = network.http.post(url).form(form).send().await;
    let answer = answer.expect("an answer");
    (answer.headers().clone(), answer.json().await.expect("JSON"))
}

async fn get(network: &TestNetwork, url: &str) -> (StatusCode, HeaderMap, String) {
    let answer = network.http.get(url).send().await.expect("an answer");
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.text().await.expect("text"))
}

/// The credentials of a partner.
fn signed<'a>(partner: &'a Partner, assertion: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("client_id", &partner.client_id),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion),
    ]
}

#[tokio::test]
async fn a_refusal_at_par_token_and_revoke_is_logged_with_partner_code_and_reason() {
    let network = TestNetwork::new().await;
    let partner = network.partner().await;
    for path in ["/par", "/token", "/revoke"] {
        let stale = partner.assertion_with(json!({"aud": "https://other.example"}));
        let (headers, answer) = post(&network, path, &signed(&partner, &stale)).await;
        assert_eq!(answer["error"], "invalid_client", "{path}");
        let (level, party, code, reason) = Log.line(&headers);
        assert_eq!(
            (&*level, &party, &*code),
            ("INFO", &partner.client_id, "invalid_client"),
            "{path}"
        );
        assert!(reason.contains("aud must be the issuer"), "{reason}");
    }
    let assertion = partner.assertion();
    let mut form = signed(&partner, &assertion);
    form.push(("grant_type", "password"));
    let (headers, _) = post(&network, "/token", &form).await;
    let (level, party, code, _) = Log.line(&headers);
    assert_eq!(
        (&*level, &party, &*code),
        ("INFO", &partner.client_id, "unsupported_grant_type")
    );
    network.end().await;
}

#[tokio::test]
async fn an_invalid_grant_is_logged_with_its_reason_and_its_cure() {
    let network = TestNetwork::new().await;
    let partner = network.partner().await;
    let unknown = "act_00000000000000000000000000.x";
    let form = partner.redemption(unknown, &"v".repeat(43));
    let form: Vec<_> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let (headers, answer) = post(&network, "/token", &form).await;
    let expected = [
        "INFO",
        &partner.client_id,
        "invalid_grant",
        "the code was never issued",
    ];
    assert_eq!(<[String; 4]>::from(Log.line(&headers)), expected);
    let line = &Log.of(&headers)[0];
    assert_eq!(line["fields"]["cure"], answer["error_description"]);
    network.end().await;
}

#[tokio::test]
async fn an_unknown_client_is_logged_without_its_text() {
    let network = TestNetwork::new().await;
    let url = format!(
        "{}/authorize?client_id=anna%40example&request_uri=x",
        network.issuer
    );
    let (status, headers, page) = get(&network, &url).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (level, party, code, _) = Log.line(&headers);
    assert_eq!(
        (&*level, &*party, &*code),
        ("INFO", "malformed", "client_unknown")
    );
    assert!(!format!("{:?}", Log.of(&headers)).contains("anna"));
    assert!(!page.contains("anna"), "{page}");
    network.end().await;
}

#[tokio::test]
async fn a_mistake_of_a_partner_at_authorize_is_logged_and_shows_the_requests_id() {
    let network = TestNetwork::new().await;
    let partner = network.partner().await;
    let url = format!(
        "{}/authorize?client_id={}&response_type=code&redirect_uri=https%3A%2F%2Fother.example",
        network.issuer, partner.client_id
    );
    let (_, headers, page) = get(&network, &url).await;
    let (level, party, code, reason) = Log.line(&headers);
    assert_eq!(
        (&*level, &party, &*code),
        ("INFO", &partner.client_id, "redirect_unregistered")
    );
    assert!(reason.contains("redirect_uri"), "{reason}");
    let id = headers["x-request-id"].to_str().expect("text");
    assert!(
        page.contains(&format!("id=\"request-number\">{id}<")),
        "{page}"
    );
    network.end().await;
}

#[tokio::test]
async fn a_refused_token_at_userinfo_is_logged() {
    let network = TestNetwork::new().await;
    let url = format!("{}/userinfo", network.issuer);
    let request = network.http.get(url).bearer_auth("unknown");
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let (level, _, code, reason) = Log.line(answer.headers());
    assert_eq!((&*level, &*code), ("INFO", "invalid_token"));
    assert!(!reason.is_empty());
    network.end().await;
}

#[tokio::test]
async fn a_refused_return_from_a_bank_is_logged_with_its_reason() {
    let network = TestNetwork::new().await;
    let url = format!("{}/registrars/callback?state=unknown&code=c", network.app);
    let (status, headers, _) = get(&network, &url).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let expected = ["INFO", "", "registrar_failed", "state"].map(str::to_owned);
    assert_eq!(<[String; 4]>::from(Log.line(&headers)), expected);
    network.end().await;
}

#[tokio::test]
async fn a_refused_event_is_logged_with_its_operator() {
    let network = TestNetwork::new().await;
    let post = async |body: String| {
        let url = format!("{}/operators/events", network.issuer);
        let request = network.http.post(url);
        let request = request.header("content-type", "application/jwt").body(body);
        request.send().await.expect("an answer").headers().clone()
    };
    let headers = post("x".to_owned()).await;
    let (level, party, code, reason) = Log.line(&headers);
    assert_eq!((&*level, &*code), ("INFO", "malformed_request"));
    assert_eq!(
        (&*party, &*reason),
        ("", "the event names no known operator")
    );
    // An operator that we know sends what does not verify, so it must act.
    let event = swap_event(&network, 1, "sim_x");
    let other = ipse_jose::SigningKey::generate_es256();
    let headers = post(event.sign(&other).expect("signed")).await;
    let (level, party, code, reason) = Log.line(&headers);
    assert_eq!((&*level, &*code), ("WARN", "malformed_request"));
    assert_eq!(party, OPERATOR);
    assert!(!reason.is_empty());
    network.end().await;
}

#[tokio::test]
async fn an_event_that_the_store_does_not_take_is_logged_with_the_fault() {
    let network = TestNetwork::new().await;
    let store = &network.server.scheme.store;
    let broken = store.write(|tx| tx.exec("DROP TABLE operator_feed", &[]).map(drop));
    broken.await.expect("store");
    let key = &network.operator.keys.signing;
    let event = swap_event(&network, 1, "sim_x").sign(key).expect("signed");
    let request = network
        .http
        .post(format!("{}/operators/events", network.issuer));
    let request = request
        .header("content-type", "application/jwt")
        .body(event);
    let answer = request.send().await.expect("an answer");
    // The operator sends the event again.
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let (level, party, code, reason) = Log.line(answer.headers());
    assert_eq!(
        (&*level, &*party, &*code),
        ("ERROR", OPERATOR, "busy"),
        "{reason}"
    );
    assert!(reason.starts_with("the store failed: "), "{reason}");
    network.end().await;
}

#[tokio::test]
async fn a_silent_operator_is_logged_at_the_phones_request() {
    let network = TestNetwork::new().await;
    network.operator.set_fault(Some(Fault::Silent));
    let mut phone = network.phone(0);
    let refused = phone.begin_enrolment(&network).await;
    refused.refused("sim_unavailable");
    let expected = [
        "WARN",
        OPERATOR,
        "sim_unavailable",
        "the operator gave no answer that can be used",
    ];
    let line = Log.line(&phone.browser.last);
    assert_eq!(<[String; 4]>::from(line), expected.map(str::to_owned));
    network.end().await;
}

#[tokio::test]
async fn a_failed_visit_to_a_bank_is_one_line_with_the_bank() {
    let network = TestNetwork::new().await;
    let mut phone = network.phone(0);
    phone.begin_enrolment(&network).await;
    for (fault, reason) in [
        ("unavailable", "unavailable"),
        ("wrong_nonce", "id_token_nonce"),
    ] {
        phone.visit_bank(fault).await;
        let expected = ["WARN", BANK, "registrar_failed", reason].map(str::to_owned);
        assert_eq!(
            <[String; 4]>::from(Log.line(&phone.browser.last)),
            expected,
            "{fault}"
        );
        let answer = Log.of(&phone.browser.last)[0]["span"]["answer"].clone();
        let unexpected = fault == "unavailable";
        assert_eq!(answer == "userinfo 503", unexpected, "{fault}: {answer}");
    }
    network.end().await;
}

#[tokio::test]
async fn a_stored_request_that_cannot_be_read_is_logged() {
    let network = TestNetwork::new().await;
    let partner = network.partner().await;
    let mut started = network.start_basic(&partner).await;
    started.cancel(&network.issuer).await;
    const BREAK: &str = r#"UPDATE action SET request = REPLACE(request, '"redirect_uri"', '"redirect"') WHERE $1 = ''"#;
    network.change(BREAK, "").await;
    let page = started.browser.get(&started.login.action_page).await;
    assert!(
        page.text.contains("data-code=\"internal\""),
        "{}",
        page.text
    );
    let (level, _, code, reason) = Log.line(&started.browser.last);
    assert_eq!((&*level, &*code), ("ERROR", "internal"));
    assert!(
        reason.starts_with("the request cannot be read: Data error at line 1, "),
        "{reason}"
    );
    network.end().await;
}

#[tokio::test]
async fn a_refused_phone_request_is_not_logged() {
    let network = TestNetwork::new().await;
    let url = format!("{}/phone/v1/me", network.app);
    let (status, headers, _) = get(&network, &url).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(Log.of(&headers), Vec::<Value>::new());
    network.end().await;
}
