//! `GET /authorize` of a browser that comes back (`prompt=none`, `max_age`, `id_token_hint`), and `POST /actions/{id}/stop-returns`.

use ipse_phone::{Check, Proof};
use ipse_protocol::terms::Obtained;
use ipse_protocol::view::Chosen;
use ipse_protocol::wire::ActionsResponse;
use reqwest::StatusCode;
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};

use crate::support::{
    Browser, OPERATOR, Partner, Phone, TestNetwork, partner_parameter as parameter,
};

const NONE: (&str, &str) = ("prompt", "none");
const BASIC: (&str, &str) = ("acr_values", "basic");

/// A partner whose service lets browsers come back for so many minutes.
async fn partner_with(network: &TestNetwork, minutes: u32, more: Value) -> Partner {
    let mut registration =
        json!({"services": [{"code": "HOEK_LOGIN", "type": "login", "return_minutes": minutes}]});
    if let (Value::Object(more), Some(members)) = (more, registration.as_object_mut()) {
        members.extend(more);
    }
    Partner::register(network, registration).await
}

async fn partner(network: &TestNetwork) -> Partner {
    partner_with(network, 45, json!({})).await
}

/// An approved login.
struct Approved {
    browser: Browser,
    action: String,
    code: String,
    verifier: String,
}

/// A login that this phone approves, with the switch as given.
async fn login(
    partner: &Partner,
    phone: &mut Phone,
    mut browser: Browser,
    changes: &[(&str, &str)],
    switch: &str,
) -> Approved {
    let login = partner.begin_with(&mut browser, changes).await;
    let page = browser.get(&login.action_page).await;
    let link = page.attribute("id=\"open-app\"", "href").expect("a link");
    let code = phone.code.clone();
    let mut library = phone.phone();
    let opened = library.claim(&link, Obtained::Navigation).await;
    let action = opened.expect("an action").offer.action;
    let wanted = [Chosen {
        key: "return".to_owned(),
        value: switch.to_owned(),
    }];
    let done = library.approve_choosing(&action, Proof::Code(&code), &wanted);
    let back = done.await.expect("an approval").return_url;
    let location = browser.get(&back.expect("return_url")).await.location;
    let location = location.expect("to the partner");
    Approved {
        browser,
        action,
        code: parameter(&location, "code").expect("a code"),
        verifier: login.verifier,
    }
}

/// An approved login after which the browser may come back.
async fn remembered(network: &TestNetwork, partner: &Partner, phone: &mut Phone) -> Approved {
    login(partner, phone, network.browser(), &[], "on").await
}

/// Where a browser gets at once with a pushed request, and the verifier; none when the person is asked.
async fn come_back(
    partner: &Partner,
    browser: &mut Browser,
    changes: &[(&str, &str)],
) -> (Option<String>, String) {
    let login = partner.login();
    let mut request = partner.request(&login);
    for (name, value) in changes {
        request.retain(|(k, _)| k != name);
        request.push(((*name).to_owned(), (*value).to_owned()));
    }
    let (status, pushed) = partner.push(request).await;
    assert_eq!(status, StatusCode::CREATED, "{pushed}");
    let request_uri = pushed["request_uri"].as_str().expect("request_uri");
    let page = browser.get(&partner.authorize_url(request_uri)).await;
    (page.location, login.verifier)
}

/// The error of `prompt=none`; an empty text when there is a code.
async fn silent(partner: &Partner, browser: &mut Browser, changes: &[(&str, &str)]) -> String {
    let mut changes = changes.to_vec();
    changes.push(NONE);
    let (location, _) = come_back(partner, browser, &changes).await;
    let location = location.expect("an answer");
    parameter(&location, "error").unwrap_or_default()
}

async fn history(phone: &mut Phone) -> ActionsResponse {
    phone.get("/actions").await.json()
}

#[tokio::test]
async fn a_browser_that_may_come_back_gets_the_answer_again_without_asking() {
    for network in TestNetwork::both().await {
        let partner = partner(&network).await;
        let mut phone = network.enrolled(0).await;
        let mut first = remembered(&network, &partner, &mut phone).await;
        let tokens = partner.redeem(&first.code, &first.verifier).await;
        let (hint, earlier) = (tokens.body["id_token"].clone(), tokens.claims());
        let (_, shown) = partner.userinfo(tokens.access_token()).await;
        network.pass(200_000);
        let hint = hint.as_str().expect("a token");
        let requests: [&[(&str, &str)]; 6] = [
            &[],
            &[NONE],
            &[NONE, ("id_token_hint", hint)],
            &[NONE, ("max_age", "10000")],
            &[("max_age", "300"), BASIC],
            &[NONE, ("scope", "openid")],
        ];
        for request in requests {
            let (location, verifier) = come_back(&partner, &mut first.browser, request).await;
            let location = location.unwrap_or_else(|| panic!("asked for {request:?}"));
            let code = parameter(&location, "code").unwrap_or_else(|| panic!("{location}"));
            let tokens = partner.redeem(&code, &verifier).await;
            assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
            let claims = tokens.claims();
            for claim in ["sub", "auth_time", "amr"] {
                assert_eq!(claims[claim], earlier[claim], "{claim} of {request:?}");
            }
            let level = if request.contains(&BASIC) {
                "basic"
            } else {
                "advanced"
            };
            assert_eq!(claims["acr"], level);
            let (_, info) = partner.userinfo(tokens.access_token()).await;
            match request.contains(&("scope", "openid")) {
                true => assert_eq!(info, json!({"sub": earlier["sub"]})),
                false => assert_eq!(info, shown),
            }
        }
        let listed = history(&mut phone).await;
        assert_eq!(listed.past.len(), 7);
        assert_eq!(listed.past.iter().filter(|a| a.returned).count(), 6);
        let [browser] = &listed.returning[..] else {
            panic!("{listed:?}")
        };
        assert_eq!((&*browser.action, browser.returns), (&*first.action, 6));
        network.server.scheme.sequence_log().await.expect("placed");
        for returned in listed.past.iter().filter(|a| a.returned) {
            let id = returned.receipt.as_ref().expect("a receipt");
            let receipt = phone.phone().receipt(id).await.expect("a receipt");
            assert!(receipt.is_valid(), "{receipt:?}");
            assert_eq!((&*receipt.kind, receipt.mine), ("return", Check::Absent));
            let answer = phone.get(&format!("/receipts/{id}")).await;
            let evidence = answer.body["evidence"].as_str().expect("text");
            let evidence = ipse_jose::b64::decode(evidence).expect("base64url");
            let evidence: Value = serde_json::from_slice(&evidence).expect("json");
            assert_eq!(evidence["approval"], *first.action);
        }
        let scheme = &network.server.scheme;
        let key = ipse_jose::VerifyingKey::from_jwk(&scheme.log_key(), ipse_jose::Alg::Es256);
        let key = key.expect("a key");
        let report = ipse_scheme::log::verify(&scheme.store, &key, &network.issuer, true);
        let report = report.await.expect("a report");
        assert_eq!(report.wrong, None);
        network.end().await;
    }
}

#[tokio::test]
async fn a_browser_comes_back_with_a_plain_request_too() {
    let network = TestNetwork::new().await;
    let plain = json!({"require_pushed_authorization_requests": false});
    let partner = partner_with(&network, 45, plain).await;
    let mut phone = network.enrolled(0).await;
    let mut first = remembered(&network, &partner, &mut phone).await;
    let login = partner.login();
    let mut request = partner.request(&login);
    request.push(("prompt".to_owned(), "none".to_owned()));
    let url = url::Url::parse_with_params(&format!("{}/authorize", partner.at), &request);
    let url = url.expect("a URL").to_string();
    let location = first.browser.get(&url).await.location.expect("an answer");
    let code = parameter(&location, "code").expect("a code");
    let tokens = partner.redeem(&code, &login.verifier).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
    let location = network.browser().get(&url).await.location;
    let error = parameter(&location.expect("an answer"), "error");
    assert_eq!(error.as_deref(), Some("login_required"));
    network.end().await;
}

#[tokio::test]
async fn t18_without_the_switch_or_a_registration_no_browser_comes_back() {
    let network = TestNetwork::new().await;
    let (partner, other) = (partner(&network).await, network.partner().await);
    let mut phone = network.enrolled(0).await;
    let mut off = login(&partner, &mut phone, network.browser(), &[], "off").await;
    assert!(off.browser.last.get(SET_COOKIE).is_none());
    assert_eq!(
        silent(&partner, &mut off.browser, &[]).await,
        "login_required"
    );
    let (location, _) = come_back(&partner, &mut off.browser, &[]).await;
    assert_eq!(location, None);
    // A service that did not register it has no switch, so the choice is not there.
    login(&other, &mut phone, network.browser(), &[], "on").await;
    assert!(history(&mut phone).await.returning.is_empty());
    network.end().await;
}

#[tokio::test]
async fn t01_a_request_that_was_forwarded_has_no_switch() {
    let network = TestNetwork::new().await;
    let partner = partner(&network).await;
    let mut phone = network.enrolled(0).await;
    let started = network.start_basic(&partner).await;
    let mut library = phone.phone();
    let pasted = library.claim(&started.link, Obtained::Paste).await;
    assert!(pasted.expect("an action").view.choices.is_empty());
    let scanned = library.claim(&started.qr, Obtained::Camera).await;
    let view = scanned.expect("an action").view;
    let [switch] = &view.choices[..] else {
        panic!("{view:?}")
    };
    assert_eq!((&*switch.key, &*switch.default), ("return", "off"));
    assert!(switch.label.contains("45"), "{}", switch.label);
    network.end().await;
}

#[tokio::test]
async fn t18_only_the_browser_of_the_approval_comes_back_and_only_to_the_same_partner() {
    let network = TestNetwork::new().await;
    let two = json!({
        "redirect_uris": ["http://localhost:9/callback", "http://localhost:9/other"],
        "services": [
            {"code": "HOEK_LOGIN", "type": "login", "return_minutes": 45},
            {"code": "HOEK_KASSA", "type": "login", "return_minutes": 45},
        ],
    });
    let shop = partner_with(&network, 45, two).await;
    let sibling = json!({"sector": shop.client_id});
    let sibling = partner_with(&network, 45, sibling).await;
    let mut phone = network.enrolled(0).await;
    let service = ("scope", "openid profile service:HOEK_LOGIN");
    let mut first = login(&shop, &mut phone, network.browser(), &[service], "on").await;
    let same = [service];
    assert_eq!(silent(&shop, &mut first.browser, &same).await, "");

    let mut stranger = network.browser();
    assert_eq!(silent(&shop, &mut stranger, &same).await, "login_required");
    // A cookie of another approval, or one that somebody made up, is none.
    let (name, value) = first
        .browser
        .cookies
        .iter()
        .find(|(name, _)| name.contains("return"))
        .expect("a cookie");
    let (_, secret) = value.split_once('.').expect("a secret");
    for forged in [
        format!("{}.{secret}", ipse_protocol::ids::of("act", &[7; 16])),
        format!("{}.{}", first.action, ipse_jose::b64::encode(&[7; 32])),
    ] {
        stranger.cookies.insert(name.clone(), forged);
        assert_eq!(silent(&shop, &mut stranger, &same).await, "login_required");
    }
    // Another client of the sector has the same name for the person, but nobody approved anything for it.
    let renamed = name.replace(&shop.client_id, &sibling.client_id);
    let mut elsewhere = first.browser.clone();
    elsewhere.cookies.insert(renamed, value.clone());
    assert_eq!(
        silent(&sibling, &mut elsewhere, &[]).await,
        "login_required"
    );
    for other in [
        ("scope", "openid profile service:HOEK_KASSA"),
        ("redirect_uri", "http://localhost:9/other"),
    ] {
        let request = [service, other];
        assert_eq!(
            silent(&shop, &mut first.browser, &request).await,
            "login_required",
            "{other:?}"
        );
    }
    assert_eq!(silent(&shop, &mut first.browser, &same).await, "");
    network.end().await;
}

#[tokio::test]
async fn t40_nothing_comes_back_that_was_not_asked_for_at_the_approval() {
    let network = TestNetwork::new().await;
    let partner = partner(&network).await;
    let mut phone = network.enrolled(0).await;
    let little = [("scope", "openid"), BASIC];
    let mut first = login(&partner, &mut phone, network.browser(), &little, "on").await;
    let browser = &mut first.browser;
    assert_eq!(silent(&partner, browser, &little).await, "");
    assert_eq!(silent(&partner, browser, &[BASIC]).await, "login_required");
    let higher = [("scope", "openid")];
    assert_eq!(silent(&partner, browser, &higher).await, "login_required");
    let (location, _) = come_back(&partner, browser, &[BASIC]).await;
    assert_eq!(location, None, "the person is asked for the name");
    network.end().await;
}

#[tokio::test]
async fn a_hint_for_somebody_else_needs_that_person() {
    let network = TestNetwork::new().await;
    let partner = partner(&network).await;
    let (mut ana, mut other) = (network.enrolled(0).await, network.enrolled(1).await);
    let mut first = remembered(&network, &partner, &mut ana).await;
    let theirs = login(&partner, &mut other, network.browser(), &[], "off").await;
    let tokens = partner.redeem(&theirs.code, &theirs.verifier).await;
    let hint = tokens.body["id_token"].as_str().expect("a token");
    let hint = [("id_token_hint", hint)];
    assert_eq!(
        silent(&partner, &mut first.browser, &hint).await,
        "login_required"
    );
    let (location, _) = come_back(&partner, &mut first.browser, &hint).await;
    assert_eq!(location, None, "the person of the hint is asked");
    network.end().await;
}

#[tokio::test]
async fn t18_a_browser_in_which_another_person_logged_in_comes_back_as_nobody_else() {
    for network in TestNetwork::both().await {
        let partner = partner(&network).await;
        let (mut ana, mut other) = (network.enrolled(0).await, network.enrolled(1).await);
        for (switch, comes_back) in [("off", "login_required"), ("on", "")] {
            let first = remembered(&network, &partner, &mut ana).await;
            let mut before = first.browser.clone();
            let ask = [("prompt", "select_account")];
            let mut second = login(&partner, &mut other, first.browser, &ask, switch).await;
            let now = silent(&partner, &mut second.browser, &[]).await;
            assert_eq!(now, comes_back, "{switch}");
            // Nor with the cookie that Ana's approval had set.
            let earlier = silent(&partner, &mut before, &[]).await;
            assert_eq!(earlier, "login_required", "{switch}");
            assert!(history(&mut ana).await.returning.is_empty(), "{switch}");
        }
        network.end().await;
    }
}

#[tokio::test]
async fn t18_what_ends_the_time_ends_it_for_good() {
    let network = TestNetwork::new().await;
    let partner = partner(&network).await;
    let mut phone = network.enrolled(0).await;
    // `basic`, since the operator says nothing while the clock is moved.
    for ends in [
        "login", "max_age", "time", "stop", "block", "email", "revoked",
    ] {
        let mut first = remembered(&network, &partner, &mut phone).await;
        let redeemed = partner.redeem(&first.code, &first.verifier).await;
        assert_eq!(redeemed.status, StatusCode::OK, "{}", redeemed.body);
        let browser = &mut first.browser;
        network.pass(61_000);
        assert_eq!(
            silent(&partner, browser, &[("max_age", "90"), BASIC]).await,
            "",
            "{ends}"
        );
        match ends {
            "login" => {
                let (location, _) = come_back(&partner, browser, &[("prompt", "login")]).await;
                assert_eq!(location, None);
            }
            "max_age" => {
                let error = silent(&partner, browser, &[("max_age", "60"), BASIC]).await;
                assert_eq!(error, "login_required");
            }
            "time" => network.pass(44 * 60_000),
            "stop" => {
                let path = format!("/actions/{}/stop-returns", first.action);
                let stopped = phone.post(&path, &json!({})).await;
                assert_eq!(stopped.status, StatusCode::OK, "{}", stopped.body);
                assert!(history(&mut phone).await.returning.is_empty());
            }
            "block" => {
                phone.post("/block", &json!({"reason": "person"})).await;
                assert_eq!(silent(&partner, browser, &[BASIC]).await, "login_required");
                let offer = phone.begin_unblock().await;
                phone.approve_offer(&offer).await;
            }
            // The partner would get the earlier address again, as verified.
            "email" => {
                phone.set_email(&network, "an@mail.example").await;
                assert_eq!(silent(&partner, browser, &[BASIC]).await, "");
                phone.set_email(&network, "an.peeters@mail.example").await;
            }
            // A code that comes twice was copied: what it gave is revoked.
            _ => {
                partner.redeem(&first.code, &first.verifier).await;
            }
        }
        for _ in 0..2 {
            assert_eq!(
                silent(&partner, browser, &[BASIC]).await,
                "login_required",
                "{ends}"
            );
        }
        assert!(history(&mut phone).await.returning.is_empty(), "{ends}");
    }
    network.end().await;
}

#[tokio::test]
async fn asking_for_consent_asks_and_the_browser_still_comes_back() {
    let network = TestNetwork::new().await;
    let partner = partner(&network).await;
    let mut phone = network.enrolled(0).await;
    let mut first = remembered(&network, &partner, &mut phone).await;
    let old = first.browser.clone();
    for prompt in ["consent", "select_account"] {
        let asked = come_back(&partner, &mut first.browser, &[("prompt", prompt)]).await;
        assert_eq!(asked.0, None);
        assert_eq!(silent(&partner, &mut first.browser, &[]).await, "");
    }
    // Each approval sets a cookie of its own.
    let ask = [("prompt", "consent")];
    let again = login(&partner, &mut phone, first.browser, &ask, "on").await;
    assert_ne!(again.browser.cookies, old.cookies);
    network.end().await;
}

#[tokio::test]
async fn t07_advanced_comes_back_only_while_the_operator_tells_of_changed_sims() {
    let network = TestNetwork::new().await;
    let partner = partner(&network).await;
    let mut phone = network.enrolled(0).await;
    let mut first = remembered(&network, &partner, &mut phone).await;
    assert_eq!(silent(&partner, &mut first.browser, &[]).await, "");
    let heard_nothing = network
        .server
        .scheme
        .store
        .write(|tx| ipse_store::sim::note_event(tx, OPERATOR, 1_000, 1).map(drop));
    heard_nothing.await.expect("a gap");
    assert_eq!(
        silent(&partner, &mut first.browser, &[]).await,
        "login_required"
    );
    assert_eq!(silent(&partner, &mut first.browser, &[BASIC]).await, "");
    network.end().await;
}

#[tokio::test]
async fn t07_a_changed_sim_ends_the_time() {
    let network = TestNetwork::new().await;
    let partner = partner(&network).await;
    let mut phone = network.enrolled(0).await;
    let mut first = remembered(&network, &partner, &mut phone).await;
    network.sim("swap", 0).await;
    network.operator_heard().await;
    assert_eq!(
        silent(&partner, &mut first.browser, &[BASIC]).await,
        "login_required"
    );
    network.end().await;
}

#[tokio::test]
async fn only_the_person_ends_it() {
    let network = TestNetwork::new().await;
    let partner = partner(&network).await;
    let (mut ana, mut other) = (network.enrolled(0).await, network.enrolled(1).await);
    let mut first = remembered(&network, &partner, &mut ana).await;
    let path = format!("/actions/{}/stop-returns", first.action);
    other.post(&path, &json!({})).await.refused("not_found");
    ana.post("/actions/act_x/stop-returns", &json!({}))
        .await
        .refused("not_found");
    assert_eq!(silent(&partner, &mut first.browser, &[]).await, "");
    network.end().await;
}

#[tokio::test]
async fn t38_a_browser_that_comes_in_a_circle_is_stopped() {
    let network = TestNetwork::new().await;
    let partner = partner(&network).await;
    let mut phone = network.enrolled(0).await;
    let mut first = remembered(&network, &partner, &mut phone).await;
    let action = ipse_protocol::ids::ActionId::parse(&first.action).expect("an id");
    let counted = network.server.scheme.store.write(move |tx| {
        let now = tx.now()?;
        for _ in 0..99 {
            assert!(ipse_store::remembered::count_return(tx, &action, 100, now)?);
        }
        Ok(())
    });
    counted.await.expect("counted");
    assert_eq!(silent(&partner, &mut first.browser, &[]).await, "");
    assert_eq!(
        silent(&partner, &mut first.browser, &[]).await,
        "login_required"
    );
    network.end().await;
}

#[tokio::test]
async fn not_me_about_a_return_blocks() {
    let network = TestNetwork::new().await;
    let partner = partner(&network).await;
    let mut phone = network.enrolled(0).await;
    let mut first = remembered(&network, &partner, &mut phone).await;
    assert_eq!(silent(&partner, &mut first.browser, &[]).await, "");
    let listed = history(&mut phone).await;
    let returned = listed.past.iter().find(|a| a.returned).expect("a return");
    let reported = phone
        .post(&format!("/actions/{}/report", returned.id), &json!({}))
        .await;
    assert_eq!(reported.status, StatusCode::OK);
    assert_eq!(
        silent(&partner, &mut first.browser, &[]).await,
        "login_required"
    );
    network.end().await;
}
