//! The threats of requests, on requests for details: services of type `share`, `POST /phone/v1/attributes/bank`,
//! `GET /phone/v1/actions/{id}/images/{digest}` and `POST /phone/v1/partners/{id}/withdraw`. Others are beside the tests of their
//! endpoints (`openid/share.rs`, `openid/encrypted.rs`, `phone/attributes.rs`, `phone/partners.rs`).

use std::collections::BTreeSet;

use ipse_phone::{Proof, requests};
use ipse_protocol::code::code_proof;
use ipse_protocol::terms::{Obtained, RefusalReason};
use ipse_protocol::transcript::choices_hash;
use ipse_protocol::view::Chosen;
use ipse_protocol::wire::{Offer, PartnersResponse};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::logins::add_sandbox_person;
use crate::support::share::{approved, asking, opened};
use crate::support::{
    BANK, Partner, Phone, Started, TestNetwork, parsed, partner_parameter as parameter, photo,
};

const CLAIMS: [&str; 4] = ["name!", "birthdate", "address", "phone_number"];

/// What a request that only names scopes asks of [`CLAIMS`].
fn scopes() -> Vec<(&'static str, String)> {
    vec![("acr_values", "basic".to_owned())]
}

/// A request that a phone has claimed, and the browser that began.
async fn claimed(network: &TestNetwork, partner: &Partner, phone: &mut Phone) -> (Started, Offer) {
    let started = network
        .start_with(partner, &[("acr_values", "basic")])
        .await;
    let offer = phone.claim(&started.link).await.json();
    (started, offer)
}

/// The code that an approval gives, in the browser that began.
async fn code(started: &mut Started, back: &str) -> String {
    let location = started.browser.get(back).await.location;
    let location = location.expect("to the partner");
    parameter(&location, "code").unwrap_or_else(|| panic!("{location}"))
}

async fn approve(phone: &mut Phone, offer: &Offer) -> String {
    let decided = phone.approve_offer(offer).await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
    decided.body["return_url"]
        .as_str()
        .expect("a URL")
        .to_owned()
}

#[tokio::test]
async fn t01_details_that_were_approved_from_a_sent_link_reach_neither_browser() {
    let network = TestNetwork::new().await;
    let (partner, mut phone) = (
        network.share_partner(&CLAIMS).await,
        network.enrolled(0).await,
    );
    let (mut attacker, offer) = claimed(&network, &partner, &mut phone).await;
    let back = approve(&mut phone, &offer).await;
    let page = attacker.browser.get(&attacker.login.action_page).await;
    assert_eq!((page.status, page.location), (StatusCode::OK, None));
    let page = network.browser().get(&back).await;
    assert!(page.status.is_client_error(), "{}", page.status);
    assert_eq!(page.location, None);
    network.end().await;
}

#[tokio::test]
async fn t02_a_partner_has_one_request_for_details_open_for_a_person() {
    let network = TestNetwork::new().await;
    let mut phone = network.enrolled(0).await;
    add_sandbox_person(&network, "anna", &phone).await;
    let members = json!({"sandbox_people": true});
    let partner = network.share_partner_with(&CLAIMS, members).await;
    let hint = [("login_hint", "anna")];
    partner.begin_with(&mut network.browser(), &hint).await;
    let mut request = partner.request(&partner.login());
    request.push(("login_hint".into(), "anna".into()));
    let (_, pushed) = partner.push(request).await;
    let url = partner.authorize_url(pushed["request_uri"].as_str().expect("a reference"));
    let page = network.browser().get(&url).await;
    assert!(page.text.contains("already open"), "{}", page.text);
    let open = phone.get("/actions").await;
    assert_eq!(open.body["open"].as_array().map(Vec::len), Some(1));
    network.end().await;
}

#[tokio::test]
async fn t05_a_copied_phone_neither_fetches_attributes_nor_sees_partners_nor_withdraws() {
    let network = TestNetwork::new().await;
    let partner = network.share_partner(&CLAIMS).await;
    for n in 0..3 {
        let mut phone = network.enrolled(n).await;
        let asked = opened(&network, &partner, &mut phone, &scopes()).await;
        approved(&partner, &mut phone, asked, &[]).await;
        let mut copy = phone.copy();
        phone.get("/me").await;
        let answer = match n {
            0 => copy.post("/attributes/bank", &json!({"bank": BANK})).await,
            1 => copy.get("/partners").await,
            _ => {
                let path = format!("/partners/{}/withdraw", partner.client_id);
                copy.post(&path, &json!({})).await
            }
        };
        answer.refused("device_copied");
        phone.get("/me").await.refused("device_suspended");
    }
    network.end().await;
}

#[tokio::test]
async fn t06_a_proof_fits_neither_other_details_nor_other_switches() {
    let network = TestNetwork::new().await;
    let (partner, mut phone) = (
        network.share_partner(&CLAIMS).await,
        network.enrolled(0).await,
    );
    let (_, offer) = claimed(&network, &partner, &mut phone).await;
    let session = phone.open(&offer).await.map_err(|r| r.body).expect("open");
    let own = phone.transcript(&offer, &session);
    // The person keeps their birth date; somebody with the device key turns it on again, and the other way round.
    let all = session.chosen.clone();
    let mut kept = all.clone();
    let birthdate = kept.iter_mut().find(|chosen| chosen.key == "birthdate");
    birthdate.expect("a switch").value = "off".into();
    for (proven, sent) in [(&kept, &all), (&all, &kept)] {
        let mut transcript = own.clone();
        transcript.choices_hash = Some(choices_hash(proven));
        let t = transcript.hash();
        let approval = session.approval(t, code_proof(&session.session_key, &t));
        let message = requests::approve(&offer.action, &approval.choosing(sent.clone()));
        phone.exchange(message).await.refused("proof_invalid");
    }
    for change in [|t: &mut [u8; 32]| t[0] ^= 1] {
        let mut other = own.clone();
        change(&mut other.attributes_hash);
        let proof = code_proof(&session.session_key, &other.hash());
        let sent = phone.send_proof(&offer.action, &session, own.hash(), proof);
        sent.await.refused("proof_invalid");
    }
    let decided = phone.send_approval(&offer, &session, &own).await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.body);
    network.end().await;
}

#[tokio::test]
async fn t07_a_swapped_sim_ends_access_to_details_and_the_request_that_waits() {
    let network = TestNetwork::new().await;
    let (partner, mut phone) = (
        network.share_partner(&CLAIMS).await,
        network.enrolled(0).await,
    );
    let mut started = network.start(&partner).await;
    let back = phone.approve(&started.link).await.return_url;
    let code = code(&mut started, &back.expect("a URL")).await;
    let tokens = partner.redeem(&code, &started.login.verifier).await;
    let userinfo = async || partner.userinfo(tokens.access_token()).await.0;
    assert_eq!(userinfo().await, StatusCode::OK);
    let waits = network.offer(&partner, &mut phone).await;
    network.sim("swap", 0).await;
    network.operator_heard().await;
    assert_eq!(userinfo().await, StatusCode::UNAUTHORIZED);
    let refused = phone.approve_offer(&waits).await;
    assert_ne!(refused.status, StatusCode::OK, "{}", refused.body);
    network.end().await;
}

#[tokio::test]
async fn t08_a_request_for_details_is_approved_as_it_was_shown() {
    let network = TestNetwork::new().await;
    let (partner, mut phone) = (
        network.share_partner(&CLAIMS).await,
        network.enrolled(0).await,
    );
    let (_, offer) = claimed(&network, &partner, &mut phone).await;
    let view: Value = serde_json::from_slice(&offer.view.0).expect("json");
    let (_, ke1) = crate::support::start_login(&phone.code);
    let path = format!("/actions/{}/attempt", offer.action);
    for (pointer, other) in [
        ("/purpose", json!("Log in")),
        ("/choices/0/default", json!("off")),
        ("/choices/0/key", json!("gender")),
        ("/choices", json!([])),
        ("/fields", json!([])),
        ("/fields/0/value", json!("Bea Peeters")),
        ("/partner/domain", json!("other.example")),
    ] {
        let mut changed = view.clone();
        *changed.pointer_mut(pointer).expect(pointer) = other;
        let mut fake = offer.clone();
        fake.view = ipse_protocol::bytes::B64u(changed.to_string().into_bytes());
        let reply = phone.post(&path, &Phone::attempt_body(&fake, ke1)).await;
        assert_eq!(reply.code(), "view_changed", "{pointer}: {}", reply.body);
    }
    network.end().await;
}

#[tokio::test]
async fn t11_details_are_approved_or_refused_once() {
    for network in TestNetwork::both().await {
        let (partner, mut phone) = (
            network.share_partner(&CLAIMS).await,
            network.enrolled(0).await,
        );
        let (_, offer) = claimed(&network, &partner, &mut phone).await;
        let session = phone.open(&offer).await.map_err(|r| r.body).expect("open");
        let (approval, _) = phone.seal_approval(&offer, &session);
        let (refusal, _) = phone.seal_refusal(&offer, RefusalReason::Person);
        let (mut one, mut two) = (phone.copy(), phone.copy());
        let (a, b) = tokio::join!(one.send(&approval), two.send(&refusal));
        let done = [&a, &b].map(|answer| answer.status == StatusCode::OK);
        assert_ne!(done, [true, true], "{} {}", a.body, b.body);
        assert_ne!(done, [false, false], "{} {}", a.body, b.body);
        const GRANTS: &str = "SELECT COUNT(*) FROM access_grant WHERE action = $1";
        let grants = network.count(GRANTS, &offer.action).await;
        assert_eq!(grants, i64::from(done[0]));
        network.end().await;
    }
}

#[tokio::test]
async fn t12_a_repeated_approval_shares_once() {
    let network = TestNetwork::new().await;
    let (partner, mut phone) = (
        network.share_partner(&CLAIMS).await,
        network.enrolled(0).await,
    );
    let (_, offer) = claimed(&network, &partner, &mut phone).await;
    let session = phone.open(&offer).await.map_err(|r| r.body).expect("open");
    let (approval, _) = phone.seal_approval(&offer, &session);
    let first = phone.send(&approval).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    for _ in 0..2 {
        assert_eq!(phone.send(&approval).await.body, first.body);
    }
    let listed: PartnersResponse = phone.get("/partners").await.json();
    assert_eq!(listed.partners[0].answers, 1);
    network.end().await;
}

#[tokio::test]
async fn t14_a_request_for_details_goes_back_to_registered_addresses_only() {
    let network = TestNetwork::new().await;
    let members = json!({"require_pushed_authorization_requests": false});
    let partner = network.share_partner_with(&CLAIMS, members).await;
    for other in [
        "https://evil.example/callback",
        "http://localhost:9/callback/..",
        "http://localhost:9/callback?x",
    ] {
        let mut request = partner.request(&partner.login());
        request.retain(|(name, _)| name != "redirect_uri");
        request.push(("redirect_uri".into(), other.into()));
        let url = url::Url::parse_with_params(&format!("{}/authorize", partner.at), &request);
        let page = network.browser().get(url.expect("a URL").as_str()).await;
        assert_eq!(page.location, None, "{other}");
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{other}");
    }
    network.end().await;
}

#[tokio::test]
async fn t15_details_are_for_the_client_and_the_verifier_of_the_request() {
    let network = TestNetwork::new().await;
    let (partner, mut phone) = (
        network.share_partner(&CLAIMS).await,
        network.enrolled(0).await,
    );
    let other = network.share_partner(&CLAIMS).await;
    let (mut started, offer) = claimed(&network, &partner, &mut phone).await;
    let back = approve(&mut phone, &offer).await;
    let code = code(&mut started, &back).await;
    let verifier = &started.login.verifier;
    let stolen = other.redeem(&code, verifier).await;
    assert_eq!(stolen.body["error"], "invalid_grant");
    let guessed = partner.redeem(&code, &partner.login().verifier).await;
    assert_eq!(guessed.body["error"], "invalid_grant");
    network.end().await;
}

#[tokio::test]
async fn t16_a_second_use_of_a_code_ends_access_to_the_details() {
    let network = TestNetwork::new().await;
    let (partner, mut phone) = (
        network.share_partner(&CLAIMS).await,
        network.enrolled(0).await,
    );
    let (mut started, offer) = claimed(&network, &partner, &mut phone).await;
    let back = approve(&mut phone, &offer).await;
    let code = code(&mut started, &back).await;
    let tokens = partner.redeem(&code, &started.login.verifier).await;
    let (status, info) = partner.userinfo(tokens.access_token()).await;
    assert_eq!(
        (status, &info["birthdate"]),
        (StatusCode::OK, &json!("1971-01-01"))
    );
    partner.redeem(&code, &started.login.verifier).await;
    let (status, info) = partner.userinfo(tokens.access_token()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(!info.to_string().contains("1971"), "{info}");
    network.end().await;
}

#[tokio::test]
async fn t17_answers_to_requests_for_details_name_the_issuer() {
    let network = TestNetwork::new().await;
    let (partner, mut phone) = (
        network.share_partner(&CLAIMS).await,
        network.enrolled(0).await,
    );
    for approves in [true, false] {
        let (mut started, offer) = claimed(&network, &partner, &mut phone).await;
        let back = match approves {
            true => approve(&mut phone, &offer).await,
            false => {
                let refused = phone.refuse(&offer).await;
                refused.body["return_url"]
                    .as_str()
                    .expect("a URL")
                    .to_owned()
            }
        };
        let location = started
            .browser
            .get(&back)
            .await
            .location
            .expect("to the partner");
        assert_eq!(parameter(&location, "iss"), Some(network.issuer.clone()));
        assert_eq!(
            parameter(&location, "code").is_some(),
            approves,
            "{location}"
        );
    }
    network.end().await;
}

#[tokio::test]
async fn t19_an_assertion_pushes_one_request_for_details() {
    let network = TestNetwork::new().await;
    let (partner, other) = (
        network.share_partner(&CLAIMS).await,
        network.share_partner(&CLAIMS).await,
    );
    let mut form = partner.request(&partner.login());
    form.push((
        "client_assertion_type".into(),
        crate::support::ASSERTION_TYPE.into(),
    ));
    form.push(("client_assertion".into(), partner.assertion()));
    assert_eq!(partner.post("/par", &form).await.0, StatusCode::CREATED);
    let (status, answer) = partner.post("/par", &form).await;
    assert_eq!(
        (status, &answer["error"]),
        (StatusCode::UNAUTHORIZED, &json!("invalid_client"))
    );
    // Nor does another client's.
    form.retain(|(name, _)| name != "client_assertion");
    form.push(("client_assertion".into(), other.assertion()));
    let (_, answer) = partner.post("/par", &form).await;
    assert!(answer["request_uri"].is_null(), "{answer}");
    network.end().await;
}

#[tokio::test]
async fn t20_parameters_beside_a_pushed_request_ask_for_nothing_more() {
    let network = TestNetwork::new().await;
    let partner = network.share_partner(&CLAIMS).await;
    let mut phone = network.enrolled(0).await;
    let mut request = partner.request(&partner.login());
    request.retain(|(name, _)| !["scope", "acr_values"].contains(&&**name));
    let pushed = asking(&json!({"name": {"essential": true}}));
    request.extend(
        pushed
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    let (_, pushed) = partner.push(request).await;
    let mut url = partner.authorize_url(pushed["request_uri"].as_str().expect("a reference"));
    let more = json!({"userinfo": {"birthdate": {"essential": true}, "address": null}}).to_string();
    url += &format!(
        "&{}",
        url::form_urlencoded::Serializer::new(String::new())
            .append_pair("claims", &more)
            .append_pair("scope", &partner.scope)
            .finish()
    );
    let page = network.browser().get(&url).await;
    let link = page.attribute("id=\"open-app\"", "href").expect("a link");
    let offer: Offer = phone.claim(&link).await.json();
    let view = offer.open().expect("a view");
    let claims: BTreeSet<&str> = view.shown_claims().map(|(claim, _)| claim).collect();
    assert_eq!(claims, BTreeSet::from(["name"]));
    network.end().await;
}

#[tokio::test]
async fn t23_a_malformed_claims_parameter_is_refused() {
    let network = TestNetwork::new().await;
    let partner = network.share_partner(&CLAIMS).await;
    for claims in [
        "x",
        "[]",
        "null",
        r#"{"userinfo": []}"#,
        r#"{"userinfo": {"name": true}}"#,
        r#"{"userinfo": {"name": {"essential": 1}}}"#,
        r#"{"userinfo": {"name": {"values": "Ana"}}}"#,
        r#"{"userinfo": {"name": null, "name": {"essential": true}}}"#,
        r#"{"userinfo": {}, "userinfo": {"name": null}}"#,
        "{\"userinfo\": {\"name\": {\"value\": \"\u{0}\"}}}",
    ] {
        let mut request = partner.request(&partner.login());
        request.push(("claims".into(), claims.into()));
        let (status, answer) = partner.push(request).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{claims}: {answer}");
        assert_eq!(answer["error"], "invalid_request", "{claims}");
    }
    network.end().await;
}

#[tokio::test]
async fn t24_a_nested_or_long_claims_parameter_is_refused() {
    let network = TestNetwork::new().await;
    let partner = network.share_partner(&CLAIMS).await;
    let member = |value: &str| format!(r#"{{"userinfo": {{"name": {{"value": {value}}}}}}}"#);
    let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    for claims in [
        member(&nested(3_000)),
        nested(3_000),
        member(&format!("\"{}\"", "x".repeat(9_000))),
        json!({"userinfo": {"name": {"values": vec!["x"; 17]}}}).to_string(),
    ] {
        let mut request = partner.request(&partner.login());
        request.push(("claims".into(), claims.clone()));
        let (status, answer) = partner.push(request).await;
        assert_eq!(
            status,
            StatusCode::BAD_REQUEST,
            "{}: {answer}",
            &claims[..60]
        );
    }
    network.end().await;
}

#[tokio::test]
async fn t32_what_was_shared_and_what_was_kept_is_in_the_log() {
    let network = TestNetwork::new().await;
    let (partner, mut phone) = (
        network.share_partner(&CLAIMS).await,
        network.enrolled(0).await,
    );
    let asked = opened(&network, &partner, &mut phone, &scopes()).await;
    let action = asked.1.clone();
    approved(&partner, &mut phone, asked, &["birthdate"]).await;
    network.drain_outbox().await;
    network.server.scheme.sequence_log().await.expect("placed");
    let all = phone.get("/actions").await;
    let past = all.body["past"].as_array().expect("a list");
    let row = past.iter().find(|row| row["id"] == *action).expect("a row");
    let id = row["receipt"].as_str().expect("a receipt").to_owned();
    let receipt = phone.phone().receipt(&id).await.expect("a receipt");
    assert!(receipt.is_valid(), "{receipt:?}");
    let kept = Chosen {
        key: "birthdate".into(),
        value: "off".into(),
    };
    assert!(receipt.choices.contains(&kept), "{receipt:?}");
    network.end().await;
}

#[tokio::test]
async fn t34_a_stolen_database_has_no_detail_that_was_shared() {
    for network in TestNetwork::both().await {
        let claims = ["name!", "birthdate", "address", "picture", "place_of_birth"];
        let (partner, mut phone) = (
            network.share_partner(&claims).await,
            network.enrolled(3).await,
        );
        let all = json!({"name": null, "birthdate": null, "address": null, "picture": null, "place_of_birth": null});
        let asked = opened(&network, &partner, &mut phone, &asking(&all)).await;
        let (info, _) = approved(&partner, &mut phone, asked, &[]).await;
        assert_eq!(info["address"]["street_address"], "Veldstraat 12");
        let bytes = network.stolen().await;
        let photo = photo(3);
        let middle = &photo[photo.len() / 2..photo.len() / 2 + 24];
        for canary in [&b"Veldstraat 12"[..], b"And Peeters", b"1971-01-01", middle] {
            let found = bytes.windows(canary.len()).any(|part| part == canary);
            assert!(!found, "{}", String::from_utf8_lossy(canary));
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t39_partners_can_match_only_the_details_that_the_person_gave_both() {
    let network = TestNetwork::new().await;
    let own = [
        "verified_by",
        "verified_on",
        "document_number",
        "device_age",
        "sim_age",
    ];
    let own = own.map(|name| format!("https://ipse.example/claims/{name}"));
    let claims: Vec<&str> = CLAIMS
        .into_iter()
        .chain(own.iter().map(|name| &**name))
        .collect();
    let mut phone = network.enrolled(0).await;
    let all: serde_json::Map<String, Value> = claims
        .iter()
        .map(|claim| (claim.trim_end_matches('!').to_owned(), Value::Null))
        .collect();
    let mut seen: Vec<BTreeSet<String>> = Vec::new();
    for off in [vec!["birthdate"], vec!["phone_number", &*own[2]]] {
        let partner = network.share_partner(&claims).await;
        let asked = opened(&network, &partner, &mut phone, &asking(&json!(all))).await;
        let (info, token) = approved(&partner, &mut phone, asked, &off).await;
        let mut texts: BTreeSet<String> = [token["sub"].clone(), token["nonce"].clone()]
            .iter()
            .map(Value::to_string)
            .collect();
        texts.extend(
            info.as_object()
                .expect("claims")
                .values()
                .map(Value::to_string),
        );
        assert!(info.get("updated_at").is_none() && info.get("txn").is_none());
        seen.push(texts);
    }
    let both: BTreeSet<&String> = seen[0].intersection(&seen[1]).collect();
    for text in both {
        let known = [
            "Ana Peeters",
            "Veldstraat",
            "Bank",
            "2025-05-02",
            "day",
            "week",
            "longer",
        ];
        assert!(known.iter().any(|part| text.contains(part)), "{text}");
    }
    network.end().await;
}

#[tokio::test]
async fn t43_without_the_key_of_the_person_nothing_that_was_shared_opens_and_the_log_holds() {
    for network in TestNetwork::both().await {
        let (partner, mut phone) = (
            network.share_partner(&CLAIMS).await,
            network.enrolled(0).await,
        );
        let (mut started, offer) = claimed(&network, &partner, &mut phone).await;
        let back = approve(&mut phone, &offer).await;
        let code = code(&mut started, &back).await;
        let tokens = partner.redeem(&code, &started.login.verifier).await;
        network.drain_outbox().await;
        let scheme = &network.server.scheme;
        scheme.sequence_log().await.expect("placed");
        scheme
            .persons
            .erase(&parsed(&phone.identity))
            .await
            .expect("erased");
        // Another node, which has opened no key, on the database as a backup would bring it back.
        let node = network.another_node();
        let row = node.scheme.userinfo(tokens.access_token(), None).await;
        assert!(row.is_err(), "{row:?}");
        assert!(
            node.scheme
                .persons
                .key(&parsed(&phone.identity))
                .await
                .is_err()
        );
        let key = ipse_jose::VerifyingKey::from_jwk(&scheme.log_key(), ipse_jose::Alg::Es256);
        let key = key.expect("a key");
        let report = ipse_scheme::log::verify(&scheme.store, &key, &network.issuer, true);
        assert_eq!(report.await.expect("verified").wrong, None);
        network.end().await;
    }
}

#[tokio::test]
async fn t18_a_phone_of_somebody_else_sees_neither_the_request_nor_its_photo() {
    let network = TestNetwork::new().await;
    let partner = network.share_partner(&["picture", "name!"]).await;
    let (mut phone, mut other) = (network.enrolled(0).await, network.enrolled(1).await);
    let (_, offer) = claimed(&network, &partner, &mut phone).await;
    let digest = offer
        .open()
        .expect("a view")
        .images()
        .next()
        .expect("an image");
    assert!(
        phone
            .exchange(Ok(requests::image(&offer.action, &digest)))
            .await
            .status
            .is_success()
    );
    for message in [
        requests::image(&offer.action, &digest),
        ipse_phone::Message::get(format!("/phone/v1/actions/{}", offer.action)),
    ] {
        other.exchange(Ok(message)).await.refused("not_found");
    }
    other
        .exchange(requests::renew(&offer.action))
        .await
        .refused("not_found");
    let claimed = other.claim_obtained("x", Obtained::Navigation).await;
    claimed.refused("link_invalid");
    let code = other.code.clone();
    let taken = other
        .phone()
        .approve_choosing(&offer.action, Proof::Code(&code), &[])
        .await;
    assert_eq!(taken.expect_err("refused").code, "not_found");
    network.end().await;
}
