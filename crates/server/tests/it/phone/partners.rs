//! `GET /partners` and `POST /partners/{id}/withdraw`; the event for the partner (RFC 8417, RFC 8935).

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::IntoResponse;
use axum::routing::any;
use ipse_jose::{Alg, Jwk, VerifyingKey, jws};
use ipse_phone::{Check, Proof};
use ipse_protocol::ids::PartnerId;
use ipse_protocol::terms::Obtained;
use ipse_protocol::view::Chosen;
use ipse_protocol::wire::{ActionsResponse, PartnersResponse, Withdrawn};
use ipse_store::withdrawal::{self, Told};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{
    Browser, Partner, Phone, TestNetwork, parsed, partner_parameter as parameter,
};

const EVENT: &str = "https://ipse.example/events/consent-withdrawn";
pub(super) const HOUR: i64 = 3_600_000;

/// The endpoint of a partner: what it answers, and what it was sent. With status 0 it never answers.
#[derive(Clone)]
pub(super) struct Endpoint {
    answer: Arc<Mutex<(u16, String)>>,
    told: Arc<Mutex<Vec<String>>>,
}

impl Endpoint {
    pub(super) fn new(status: u16) -> Self {
        Self {
            answer: Arc::new(Mutex::new((status, String::new()))),
            told: Arc::default(),
        }
    }

    pub(super) async fn serve(&self) -> String {
        let endpoint = self.clone();
        let take = move |headers: HeaderMap, body: String| {
            let media_type = headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
            let body = match media_type {
                Some(b"application/secevent+jwt") => body,
                other => format!("{other:?}"),
            };
            // A redirect that is followed would count too.
            endpoint.told.lock().unwrap().push(body);
            let (status, text) = endpoint.answer.lock().unwrap().clone();
            async move {
                if status == 0 {
                    std::future::pending::<()>().await;
                }
                let status = StatusCode::from_u16(status).expect("a status");
                (status, [(LOCATION, "/elsewhere")], text).into_response()
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(any(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://127.0.0.1:{port}/events")
    }

    pub(super) fn answers(&self, status: u16, body: &str) {
        *self.answer.lock().unwrap() = (status, body.to_owned());
    }

    pub(super) fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }
}

pub(super) async fn partner_with(network: &TestNetwork, endpoint: &Endpoint) -> Partner {
    let registration = json!({
        "security_event_endpoint": endpoint.serve().await,
        "services": [{"code": "HOEK_LOGIN", "type": "login", "return_minutes": 45}],
    });
    Partner::register(network, registration).await
}

/// An approved login whose browser may come back.
pub(super) struct Approved {
    browser: Browser,
    action: String,
    pub(super) code: String,
    pub(super) verifier: String,
}

pub(super) async fn login(network: &TestNetwork, partner: &Partner, phone: &mut Phone) -> Approved {
    let mut browser = network.browser();
    let login = partner.begin_with(&mut browser, &[("acr_values", "basic")]);
    let login = login.await;
    let page = browser.get(&login.action_page).await;
    let link = page.attribute("id=\"open-app\"", "href").expect("a link");
    let code = phone.code.clone();
    let mut library = phone.phone();
    let opened = library.claim(&link, Obtained::Navigation).await;
    let opened = opened.expect("an action");
    let on = Chosen {
        key: "return".to_owned(),
        value: "on".to_owned(),
    };
    let wanted: Vec<_> = opened.view.choices.iter().map(|_| on.clone()).collect();
    let action = opened.offer.action;
    let done = library.approve_choosing(&action, Proof::Code(&code), &wanted);
    let back = done.await.expect("an approval").return_url;
    let location = browser.get(&back.expect("return_url")).await.location;
    Approved {
        code: parameter(&location.expect("to the partner"), "code").expect("a code"),
        browser,
        action,
        verifier: login.verifier,
    }
}

pub(super) async fn withdraw(phone: &mut Phone, partner: &Partner) -> Withdrawn {
    let path = format!("/partners/{}/withdraw", partner.client_id);
    let answer = phone.post(&path, &json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()
}

pub(super) async fn told(
    network: &TestNetwork,
    partner: &Partner,
) -> Option<(Told, Option<String>)> {
    let partner: PartnerId = parsed(&partner.client_id);
    let read = network.server.scheme.store.read(move |tx| {
        let mut found = withdrawal::undelivered(tx, &partner)?;
        Ok(found.pop().map(|row| (row.told, row.answer)))
    });
    read.await.expect("read")
}

/// The claims of an event, verified with a published key.
async fn verified(network: &TestNetwork, token: &str) -> Value {
    let jwks = reqwest::get(format!("{}/jwks", network.issuer));
    let jwks: Value = jwks.await.expect("keys").json().await.expect("JSON");
    let parsed = jws::decode_unverified(token, 8192).expect("a JWS");
    let kid = parsed.header.kid.clone().expect("kid");
    let keys = jwks["keys"].as_array().expect("a list");
    let key = keys.iter().find(|key| key["kid"] == *kid).expect("a key");
    let key: Jwk = serde_json::from_value(key.clone()).expect("a key");
    let key = VerifyingKey::from_jwk(&key, Alg::Es256).expect("a key");
    parsed.verify(&key, &["secevent+jwt"]).expect("signed");
    serde_json::from_slice(&parsed.payload).expect("claims")
}

/// The error of a request that asks nobody; none when there is a code.
async fn silent(partner: &Partner, browser: &mut Browser) -> Option<String> {
    let mut request = partner.request(&partner.login());
    request.retain(|(name, _)| name != "acr_values");
    request.push(("acr_values".to_owned(), "basic".to_owned()));
    request.push(("prompt".to_owned(), "none".to_owned()));
    let (_, pushed) = partner.push(request).await;
    let url = partner.authorize_url(pushed["request_uri"].as_str().expect("a reference"));
    let location = browser.get(&url).await.location.expect("an answer");
    parameter(&location, "error")
}

pub(super) async fn hinted(partner: &Partner, hint: &str) -> (StatusCode, Value) {
    let mut request = partner.request(&partner.login());
    request.push(("id_token_hint".to_owned(), hint.to_owned()));
    partner.push(request).await
}

#[tokio::test]
async fn t40_a_withdrawal_ends_tokens_codes_browsers_and_hints_of_that_partner_only() {
    for network in TestNetwork::both().await {
        let endpoint = Endpoint::new(202);
        let partner = partner_with(&network, &endpoint).await;
        let other = network.partner().await;
        let (mut ana, mut bert) = (network.enrolled(0).await, network.enrolled(1).await);
        let (mut first, second) = (
            login(&network, &partner, &mut ana).await,
            login(&network, &partner, &mut ana).await,
        );
        let tokens = partner.redeem(&first.code, &first.verifier).await;
        let hint = tokens.body["id_token"].as_str().expect("a token");
        let elsewhere = login(&network, &other, &mut ana).await;
        let elsewhere = other.redeem(&elsewhere.code, &elsewhere.verifier).await;
        let of_bert = login(&network, &partner, &mut bert).await;
        let of_bert = partner.redeem(&of_bert.code, &of_bert.verifier).await;
        let open = async |partner: &Partner, tokens: &crate::support::Tokens| {
            partner.userinfo(tokens.access_token()).await.0
        };
        assert_eq!(open(&partner, &tokens).await, StatusCode::OK);
        assert_eq!(hinted(&partner, hint).await.0, StatusCode::CREATED);

        let listed: PartnersResponse = ana.get("/partners").await.json();
        assert_eq!(listed.partners.len(), 2, "{listed:?}");
        let find = |listed: &PartnersResponse, client: &Partner| {
            let mut all = listed.partners.iter();
            all.find(|p| p.partner == client.client_id)
                .cloned()
                .unwrap()
        };
        let shop = find(&listed, &partner);
        assert_eq!((shop.answers, shop.withdrawn), (2, None));
        // Only the first has registered where it is told.
        assert_eq!((shop.told, find(&listed, &other).told), (true, false));
        let names: Vec<_> = shop.shared.iter().map(|s| &*s.attribute).collect();
        assert!(names.contains(&"family_name"), "{names:?}");

        let done = withdraw(&mut ana, &partner).await;
        assert_eq!(open(&partner, &tokens).await, StatusCode::UNAUTHORIZED);
        let late = partner.redeem(&second.code, &second.verifier).await;
        assert_eq!(late.body["error"], "invalid_grant");
        let (status, answer) = hinted(&partner, hint).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
        assert_eq!(answer["error"], "login_required");
        let error = silent(&partner, &mut first.browser).await;
        assert_eq!(error.as_deref(), Some("login_required"));
        // Other partners and other people keep what they have.
        assert_eq!(open(&other, &elsewhere).await, StatusCode::OK);
        assert_eq!(open(&partner, &of_bert).await, StatusCode::OK);
        let theirs = of_bert.body["id_token"].as_str().expect("a token");
        assert_eq!(hinted(&partner, theirs).await.0, StatusCode::CREATED);

        // The history says so, with a receipt.
        let history: ActionsResponse = ana.get("/actions").await.json();
        let of_action = |id: &str| history.past.iter().find(|a| a.id == id).unwrap();
        assert_eq!(of_action(&first.action).withdrawn, Some(done.clone()));
        let marked = history.past.iter().filter(|a| a.withdrawn.is_some());
        assert_eq!(marked.count(), 2);
        assert!(history.returning.is_empty(), "{history:?}");
        while ipse_server::outbox::drain(&network.server.scheme)
            .await
            .expect("drained")
            > 0
        {}
        network.server.scheme.sequence_log().await.expect("placed");
        let receipt = ana.phone().receipt(&done.receipt).await.expect("a receipt");
        assert!(receipt.is_valid(), "{receipt:?}");
        assert_eq!(
            (&*receipt.kind, receipt.mine),
            ("withdrawal", Check::Absent)
        );

        // The partner is told: its own name of the person, no values.
        let [event] = &endpoint.told()[..] else {
            panic!("{:?}", endpoint.told())
        };
        let event = verified(&network, event).await;
        assert_eq!(event["iss"], network.issuer);
        assert_eq!(event["aud"], partner.client_id);
        let sub = &tokens.claims()["sub"];
        let subject = json!({"format": "iss_sub", "iss": network.issuer, "sub": sub});
        assert_eq!(event["sub_id"], subject);
        assert_eq!(event["toe"], done.time / 1000);
        let events = event["events"].as_object().expect("events");
        assert_eq!(events.keys().collect::<Vec<_>>(), [EVENT]);
        let said = &events[EVENT];
        assert_eq!(said["services"], json!(["HOEK_LOGIN"]));
        assert!(
            said["claims"]
                .as_array()
                .unwrap()
                .contains(&json!("family_name"))
        );
        assert_eq!(told(&network, &partner).await, None);

        // Again, it changes nothing; a new approval counts.
        assert_eq!(withdraw(&mut ana, &partner).await, done);
        network.pass(2_000);
        let again = login(&network, &partner, &mut ana).await;
        let again = partner.redeem(&again.code, &again.verifier).await;
        assert_eq!(open(&partner, &again).await, StatusCode::OK);
        let fresh = again.body["id_token"].as_str().expect("a token");
        assert_eq!(hinted(&partner, fresh).await.0, StatusCode::CREATED);
        let listed: PartnersResponse = ana.get("/partners").await.json();
        assert_eq!(find(&listed, &partner).withdrawn, None);
        network.end().await;
    }
}

#[tokio::test]
async fn t40_a_withdrawal_ends_browsers_whose_tokens_are_over() {
    let network = TestNetwork::new().await;
    let partner = partner_with(&network, &Endpoint::new(202)).await;
    let mut ana = network.enrolled(0).await;
    let mut first = login(&network, &partner, &mut ana).await;
    network.pass(400_000);
    assert_eq!(silent(&partner, &mut first.browser).await, None);
    network.pass(400_000);
    withdraw(&mut ana, &partner).await;
    let error = silent(&partner, &mut first.browser).await;
    assert_eq!(error.as_deref(), Some("login_required"));
    network.end().await;
}

#[tokio::test]
async fn t40_a_withdrawn_hint_is_refused_in_a_plain_request_too() {
    let network = TestNetwork::new().await;
    let plain = json!({"require_pushed_authorization_requests": false});
    let partner = Partner::register(&network, plain).await;
    let mut ana = network.enrolled(0).await;
    let first = login(&network, &partner, &mut ana).await;
    let tokens = partner.redeem(&first.code, &first.verifier).await;
    let hint = tokens.body["id_token"].as_str().expect("a token");
    withdraw(&mut ana, &partner).await;
    let mut request = partner.request(&partner.login());
    request.push(("id_token_hint".to_owned(), hint.to_owned()));
    let url = url::Url::parse_with_params(&format!("{}/authorize", partner.at), &request);
    let url = url.expect("a URL").to_string();
    let location = network.browser().get(&url).await.location;
    let error = parameter(&location.expect("an answer"), "error");
    assert_eq!(error.as_deref(), Some("login_required"));
    network.end().await;
}

#[tokio::test]
async fn t12_a_withdrawal_that_is_sent_again_gets_the_same_answer() {
    let network = TestNetwork::new().await;
    let partner = network.partner().await;
    let mut ana = network.enrolled(0).await;
    login(&network, &partner, &mut ana).await;
    let path = format!("/partners/{}/withdraw", partner.client_id);
    let sealed = ana.seal(&path, &json!({}));
    let first = ana.send(&sealed).await;
    let second = ana.send(&sealed).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert_eq!(second.body, first.body);
    network.end().await;
}

#[tokio::test]
async fn t41_nobody_withdraws_from_a_partner_that_got_nothing() {
    let network = TestNetwork::new().await;
    let (partner, mut ana) = (network.partner().await, network.enrolled(0).await);
    let mut bert = network.enrolled(1).await;
    login(&network, &partner, &mut ana).await;
    for id in [&*partner.client_id, "par_AAAAAAAAAAAAAAAAAAAAAA", "x"] {
        let path = format!("/partners/{id}/withdraw");
        bert.post(&path, &json!({})).await.refused("not_found");
    }
    let listed: PartnersResponse = bert.get("/partners").await.json();
    assert_eq!(listed.partners, []);
    // A person whose Ipse is blocked may withdraw all the same.
    ana.post("/block", &json!({"reason": "person"})).await;
    withdraw(&mut ana, &partner).await;
    network.end().await;
}

#[tokio::test]
async fn t30_an_event_is_sent_again_with_the_same_jti_for_three_days() {
    for network in TestNetwork::both().await {
        let endpoint = Endpoint::new(503);
        let partner = partner_with(&network, &endpoint).await;
        let mut ana = network.enrolled(0).await;
        login(&network, &partner, &mut ana).await;
        withdraw(&mut ana, &partner).await;
        let drain = async || {
            ipse_server::outbox::drain(&network.server.scheme)
                .await
                .expect("drained");
        };
        for status in [503, 302, 401, 503] {
            endpoint.answers(status, "");
            drain().await;
            network.pass(HOUR);
        }
        assert_eq!(endpoint.told().len(), 4);
        let jti = async |token: &str| verified(&network, token).await["jti"].clone();
        let first = jti(&endpoint.told()[0]).await;
        for token in endpoint.told() {
            assert_eq!(jti(&token).await, first);
        }
        assert_eq!(told(&network, &partner).await, None);
        network.pass(72 * HOUR);
        drain().await;
        assert_eq!(told(&network, &partner).await, Some((Told::Expired, None)));
        network.pass(HOUR);
        drain().await;
        assert_eq!(endpoint.told().len(), 5);
        network.end().await;
    }
}

#[tokio::test]
async fn t30_a_400_is_final_and_shown() {
    let network = TestNetwork::new().await;
    let endpoint = Endpoint::new(400);
    endpoint.answers(400, r#"{"err":"invalid_key","description":"unknown"}"#);
    let partner = partner_with(&network, &endpoint).await;
    let mut ana = network.enrolled(0).await;
    login(&network, &partner, &mut ana).await;
    withdraw(&mut ana, &partner).await;
    for _ in 0..2 {
        ipse_server::outbox::drain(&network.server.scheme)
            .await
            .expect("drained");
        network.pass(HOUR);
    }
    assert_eq!(endpoint.told().len(), 1);
    let refused = (Told::Refused, Some("invalid_key".to_owned()));
    assert_eq!(told(&network, &partner).await, Some(refused));
    network.end().await;
}
