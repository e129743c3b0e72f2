//! `GET /me`, `POST /me/login`, `POST /me/export`, `POST /me/sign-out`, `GET /me/data`, `GET /me/data.json`.
//! Threats: t01, t02, t11, t12, t14, t15, t18, t34, t38, t40, t41, t47.

use ipse_protocol::terms::{Factor, Flow, Level, Obtained, SimNeed};
use ipse_protocol::wire::{ActionsResponse, Offer};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Browser, Options, Page, Partner, Phone, TestNetwork};

const COOKIE: &str = "ipse_scheme_me";
const TEN_MINUTES: i64 = 600_000;

/// Sends a form of a page, found by the id of its button.
async fn submit(network: &TestNetwork, browser: &mut Browser, page: &Page, id: &str) -> Page {
    let (to, form) = page
        .form(id)
        .unwrap_or_else(|| panic!("no form {id}: {}", page.text));
    let pairs: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    browser
        .post(&format!("{}{to}", network.issuer), &pairs)
        .await
}

async fn me(network: &TestNetwork, browser: &mut Browser) -> Page {
    browser.get(&format!("{}/me", network.issuer)).await
}

async fn data(network: &TestNetwork, browser: &mut Browser) -> Page {
    browser.get(&format!("{}/me/data", network.issuer)).await
}

async fn file(network: &TestNetwork, browser: &mut Browser) -> Page {
    browser
        .get(&format!("{}/me/data.json", network.issuer))
        .await
}

/// Begins by the button with this id: the address of the page that waits for the phone.
async fn begin(network: &TestNetwork, browser: &mut Browser, id: &str) -> String {
    let page = me(network, browser).await;
    let answer = submit(network, browser, &page, id).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.location.expect("a page that waits")
}

async fn shown(browser: &mut Browser, waiting: &str, id: &str, attribute: &str) -> String {
    let page = browser.get(waiting).await;
    page.attribute(&format!("id=\"{id}\""), attribute)
        .unwrap_or_else(|| panic!("no {id}: {}", page.text))
}

/// The phone scans the page and approves.
async fn approve(browser: &mut Browser, waiting: &str, phone: &mut Phone) -> Offer {
    let qr = shown(browser, waiting, "qr", "data-text").await;
    let offer: Offer = phone.scan(&qr).await.json();
    let done = phone.approve_offer(&offer).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    offer
}

/// Logs in with this phone.
async fn log_in(network: &TestNetwork, browser: &mut Browser, phone: &mut Phone) -> Offer {
    let waiting = begin(network, browser, "me-login").await;
    let offer = approve(browser, &waiting, phone).await;
    let back = browser.get(&waiting).await;
    assert_eq!(back.location, Some(format!("{}/me", network.issuer)));
    offer
}

/// Has the data opened with this phone.
async fn open(network: &TestNetwork, browser: &mut Browser, phone: &mut Phone) -> Offer {
    let waiting = begin(network, browser, "me-export").await;
    let offer = approve(browser, &waiting, phone).await;
    let back = browser.get(&waiting).await;
    assert_eq!(back.location, Some(format!("{}/me/data", network.issuer)));
    offer
}

async fn actions(network: &TestNetwork) -> i64 {
    const ALL: &str = "SELECT COUNT(*) FROM action WHERE id <> $1";
    network.count(ALL, "").await
}

fn is_signed_in(page: &Page) -> bool {
    page.text.contains("id=\"me-sign-out\"")
}

fn page_code(page: &Page) -> &str {
    let (_, rest) = page.text.split_once("data-code=\"").unwrap_or_default();
    rest.split('"').next().unwrap_or_default()
}

/// A login at a partner.
async fn login_at(network: &TestNetwork, partner: &Partner, phone: &mut Phone) {
    let mut started = network.start(partner).await;
    phone.approve(&started.link).await;
    started.browser.get(&started.login.action_page).await;
}

#[tokio::test]
async fn a_person_sees_partners_dates_and_names_without_values() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let hoek = network.partner().await;
        let other = json!({"name": "Bakkerij Zoet", "domain": "zoet.example"});
        let zoet = Partner::register(&network, other).await;
        login_at(&network, &hoek, &mut phone).await;
        login_at(&network, &zoet, &mut phone).await;
        let path = format!("/partners/{}/withdraw", zoet.client_id);
        assert_eq!(phone.post(&path, &json!({})).await.status, StatusCode::OK);

        let mut browser = network.browser();
        let offer = log_in(&network, &mut browser, &mut phone).await;
        let view = offer.open().expect("a view");
        assert_eq!((offer.level, offer.flow), (Level::Advanced, Flow::Qr));
        assert_eq!((&*view.kind, &*view.partner.name), ("login", "Ipse"));
        assert!(view.attributes.is_empty() && view.fields.is_empty());
        let page = me(&network, &mut browser).await;
        for part in [
            "Winkel Hoek",
            "Bakkerij Zoet",
            "zoet.example",
            "Family name",
        ] {
            assert!(page.text.contains(part), "{part} {}", page.text);
        }
        assert_eq!(page.text.matches("You withdrew your consent on").count(), 1);
        for value in ["Peeters", "An0", &phone.identity] {
            assert!(!page.text.contains(value), "{value}");
        }
        // Its own logins are visits, not partners.
        assert_eq!(page.text.matches("class=\"party\"").count(), 2);

        // Each visit is a row of the history.
        let history: ActionsResponse = phone.get("/actions").await.json();
        let visit = history.past.iter().find(|a| a.id == offer.action);
        let visit = visit.expect("a row");
        assert_eq!(visit.partner.as_deref(), Some("Ipse"));
        assert_eq!(
            (visit.partner_id.as_deref(), visit.kind.as_str()),
            (None, "login")
        );
        network.end().await;
    }
}

#[tokio::test]
async fn an_approval_with_sim_and_code_opens_the_values_and_the_file() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        login_at(&network, &partner, &mut phone).await;
        let mut browser = network.browser();
        log_in(&network, &mut browser, &mut phone).await;
        let offer = open(&network, &mut browser, &mut phone).await;
        assert_eq!((offer.level, offer.sim), (Level::Advanced, SimNeed::Silent));
        assert_eq!(offer.factors, [Factor::Code]);

        let page = data(&network, &mut browser).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for part in [
            "Peeters",
            "Veldstraat 12",
            "1 January 1971",
            "Female",
            "Winkel Hoek",
            "data:image/png;base64,",
        ] {
            assert!(page.text.contains(part), "{part}");
        }
        let policy = browser.last[header::CONTENT_SECURITY_POLICY].clone();
        assert!(
            policy
                .to_str()
                .expect("text")
                .contains("img-src 'self' data:")
        );
        let file = file(&network, &mut browser).await;
        let disposition = browser.last[header::CONTENT_DISPOSITION].clone();
        let disposition = disposition.to_str().expect("text").to_owned();
        assert!(
            disposition.starts_with("attachment; filename=\"ipse-2"),
            "{disposition}"
        );
        assert_eq!(browser.last[header::CACHE_CONTROL], "no-store");
        let all: Value = serde_json::from_str(&file.text).expect("JSON");
        assert_eq!(all["attributes"][0]["family_name"], "Peeters");
        assert_eq!(all["grants"][0]["released"]["family_name"], "Peeters");
        // Visits to this page are actions, and no partner's.
        assert_eq!(all["grants"].as_array().expect("a list").len(), 1);
        assert_eq!(all["actions"].as_array().expect("a list").len(), 3);
        network.end().await;
    }
}

#[tokio::test]
async fn t18_a_visit_alone_begins_nothing() {
    let network = TestNetwork::new().await;
    let url = |path: &str| format!("{}{path}", network.issuer);
    let mut browser = network.browser();
    let page = me(&network, &mut browser).await;
    assert!(page.form("me-login").is_some() && !is_signed_in(&page));
    let count = actions(&network).await;
    assert_eq!(count, 0);
    for path in ["/me", "/me/data", "/me/data.json"] {
        let head = network.http.request(Method::HEAD, url(path)).send().await;
        assert_eq!(
            head.expect("an answer").status(),
            StatusCode::METHOD_NOT_ALLOWED,
            "{path}"
        );
        for (name, value, expected) in [
            ("sec-purpose", "prefetch", StatusCode::SERVICE_UNAVAILABLE),
            ("sec-fetch-mode", "cors", StatusCode::FORBIDDEN),
            ("sec-fetch-dest", "iframe", StatusCode::FORBIDDEN),
            ("sec-fetch-dest", "image", StatusCode::FORBIDDEN),
        ] {
            let answer = network.http.get(url(path)).header(name, value).send().await;
            assert_eq!(
                answer.expect("an answer").status(),
                expected,
                "{path} {value}"
            );
        }
    }
    for path in ["/me/login", "/me/export", "/me/sign-out"] {
        let answer = browser.get(&url(path)).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    network.end().await;
}

#[tokio::test]
async fn t18_a_form_of_another_site_or_another_browser_does_nothing() {
    let network = TestNetwork::new().await;
    let (mut browser, mut other) = (network.browser(), network.browser());
    let mut phone = network.enrolled(0).await;
    let start = me(&network, &mut browser).await;
    let (_, login) = start.form("me-login").expect("a form");
    log_in(&network, &mut browser, &mut phone).await;
    let list = me(&network, &mut browser).await;
    let theirs = me(&network, &mut other).await;
    let (_, theirs) = theirs.form("me-login").expect("a form");
    let token = |form: &[(String, String)]| {
        let found = form.iter().find(|(name, _)| name == "token");
        found.expect("a token").1.clone()
    };
    let rows = actions(&network).await;
    for path in ["/me/login", "/me/export", "/me/sign-out"] {
        let url = format!("{}{path}", network.issuer);
        for wrong in ["", "AAAAAAAAAAAAAAAAAAAAAA", &token(&theirs)] {
            let answer = browser.post(&url, &[("token", wrong)]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {wrong}");
            assert_eq!(page_code(&answer), "form_token_invalid");
        }
        // The token of one form is not that of another.
        if path != "/me/login" {
            let answer = browser.post(&url, &[("token", &token(&login))]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        let answer = network
            .browser()
            .post(&url, &[("token", &token(&login))])
            .await;
        assert_eq!(page_code(&answer), "wrong_browser", "{path}");
    }
    assert_eq!(actions(&network).await, rows);
    assert!(is_signed_in(&me(&network, &mut browser).await));
    let answer = submit(&network, &mut browser, &list, "me-sign-out").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    network.end().await;
}

#[tokio::test]
async fn t18_pages_cannot_be_framed_and_run_no_foreign_script() {
    let network = TestNetwork::new().await;
    let (mut browser, mut phone) = (network.browser(), network.enrolled(0).await);
    let mut pages = vec![me(&network, &mut browser).await];
    let mut policies = vec![browser.last.clone()];
    log_in(&network, &mut browser, &mut phone).await;
    pages.push(me(&network, &mut browser).await);
    policies.push(browser.last.clone());
    open(&network, &mut browser, &mut phone).await;
    pages.push(data(&network, &mut browser).await);
    policies.push(browser.last.clone());
    for (page, headers) in pages.iter().zip(&policies) {
        let policy = headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .expect("text");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{part} {policy}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(headers[header::X_FRAME_OPTIONS], "DENY");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
        assert!(!page.text.contains("<script") && !page.text.contains(" style="));
    }
    network.end().await;
}

#[tokio::test]
async fn t18_a_planted_session_cookie_is_never_used() {
    let network = TestNetwork::new().await;
    let (mut browser, mut phone) = (network.browser(), network.enrolled(0).await);
    let planted = format!("act_AAAAAAAAAAAAAAAAAAAAAA.{}", "A".repeat(43));
    browser.cookies.insert(COOKIE.into(), planted.clone());
    assert!(!is_signed_in(&me(&network, &mut browser).await));
    let waiting = begin(&network, &mut browser, "me-login").await;
    approve(&mut browser, &waiting, &mut phone).await;
    browser.get(&waiting).await;
    let set = browser.last[header::SET_COOKIE]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Lax"),
        "{set}"
    );
    assert!(set.contains("Max-Age=600"), "{set}");
    let first = browser.cookies[COOKIE].clone();
    assert_ne!(first, planted);
    // More rights come with another cookie, and the first one is worth nothing any more.
    open(&network, &mut browser, &mut phone).await;
    let second = browser.cookies[COOKIE].clone();
    assert_ne!(first, second);
    let mut thief = browser.clone();
    thief.cookies.insert(COOKIE.into(), first);
    assert!(!is_signed_in(&me(&network, &mut thief).await));
    network.end().await;
}

#[tokio::test]
async fn t18_only_the_browser_that_began_is_signed_in() {
    let network = TestNetwork::new().await;
    let (mut browser, mut other) = (network.browser(), network.browser());
    let mut phone = network.enrolled(0).await;
    me(&network, &mut other).await;
    let waiting = begin(&network, &mut browser, "me-login").await;
    approve(&mut browser, &waiting, &mut phone).await;
    let stolen = other.get(&waiting).await;
    assert_eq!(
        (stolen.status, page_code(&stolen)),
        (StatusCode::FORBIDDEN, "wrong_browser")
    );
    assert!(!is_signed_in(&me(&network, &mut other).await));
    browser.get(&waiting).await;
    assert!(is_signed_in(&me(&network, &mut browser).await));
    network.end().await;
}

#[tokio::test]
async fn t02_a_session_sees_no_value_without_an_approval_of_its_own() {
    let network = TestNetwork::new().await;
    let (mut browser, mut phone) = (network.browser(), network.enrolled(0).await);
    log_in(&network, &mut browser, &mut phone).await;
    // This is what somebody sees who stole the cookie.
    let to = Some(format!("{}/me", network.issuer));
    assert_eq!(data(&network, &mut browser).await.location, to);
    assert_eq!(file(&network, &mut browser).await.location, to);
    let waiting = begin(&network, &mut browser, "me-export").await;
    assert_eq!(data(&network, &mut browser).await.location, to);
    let qr = shown(&mut browser, &waiting, "qr", "data-text").await;
    let offer: Offer = phone.scan(&qr).await.json();
    phone.refuse(&offer).await;
    browser.get(&waiting).await;
    assert_eq!(data(&network, &mut browser).await.location, to);
    assert!(is_signed_in(&me(&network, &mut browser).await));
    network.end().await;
}

#[tokio::test]
async fn t47_no_text_that_was_sent_opens_the_data_in_any_profile() {
    let network = TestNetwork::new().await;
    let (mut browser, mut phone) = (network.browser(), network.enrolled(0).await);
    log_in(&network, &mut browser, &mut phone).await;
    let waiting = begin(&network, &mut browser, "me-export").await;
    let qr = shown(&mut browser, &waiting, "qr", "data-text").await;
    let link = shown(&mut browser, &waiting, "open-app", "href").await;
    for (text, obtained) in [
        (&qr, Obtained::Navigation),
        (&qr, Obtained::Picture),
        (&qr, Obtained::Paste),
        (&link, Obtained::Camera),
        (&link, Obtained::Picture),
        (&link, Obtained::Paste),
    ] {
        let reply = phone.claim_obtained(text, obtained).await;
        reply.refused("scan_required");
    }
    // The person at the page can still scan it.
    let offer = approve(&mut browser, &waiting, &mut phone).await;
    assert_eq!(offer.flow, Flow::Qr);
    network.end().await;
}

#[tokio::test]
async fn the_app_on_the_same_device_opens_the_data_too() {
    let network = TestNetwork::new().await;
    let (mut browser, mut phone) = (network.browser(), network.enrolled(0).await);
    for (id, to) in [("me-login", "/me"), ("me-export", "/me/data")] {
        let waiting = begin(&network, &mut browser, id).await;
        let link = shown(&mut browser, &waiting, "open-app", "href").await;
        let done = phone.approve(&link).await;
        // The page that waits does not go on by itself: its link may have been sent.
        assert_eq!(browser.get(&waiting).await.location, None);
        let back = browser.get(&done.return_url.expect("a way back")).await;
        assert_eq!(back.location, Some(format!("{}{to}", network.issuer)));
    }
    assert_eq!(data(&network, &mut browser).await.status, StatusCode::OK);
    network.end().await;
}

#[tokio::test]
async fn t01_another_persons_phone_does_not_open_the_data() {
    let network = TestNetwork::new().await;
    let mut browser = network.browser();
    let (mut ana, mut bert) = (network.enrolled(0).await, network.enrolled(1).await);
    log_in(&network, &mut browser, &mut ana).await;
    let waiting = begin(&network, &mut browser, "me-export").await;
    let qr = shown(&mut browser, &waiting, "qr", "data-text").await;
    bert.scan(&qr).await.refused("already_claimed");
    // Ana still can.
    approve(&mut browser, &waiting, &mut ana).await;
    network.end().await;
}

#[tokio::test]
async fn t18_an_approval_opens_the_data_to_the_session_that_asked_and_no_other() {
    let network = TestNetwork::new().await;
    let (mut browser, mut second) = (network.browser(), network.browser());
    let mut phone = network.enrolled(0).await;
    log_in(&network, &mut browser, &mut phone).await;
    log_in(&network, &mut second, &mut phone).await;
    let waiting = begin(&network, &mut browser, "me-export").await;
    approve(&mut browser, &waiting, &mut phone).await;
    // The same browser with another session of the same person, or with none.
    let mut swapped = browser.clone();
    swapped
        .cookies
        .insert(COOKIE.into(), second.cookies[COOKIE].clone());
    assert_eq!(page_code(&swapped.get(&waiting).await), "session_over");
    swapped.cookies.remove(COOKIE);
    assert_eq!(page_code(&swapped.get(&waiting).await), "session_over");
    browser.get(&waiting).await;
    assert_eq!(data(&network, &mut browser).await.status, StatusCode::OK);
    assert!(is_signed_in(&me(&network, &mut second).await));
    assert_ne!(data(&network, &mut second).await.status, StatusCode::OK);
    network.end().await;
}

#[tokio::test]
async fn t11_an_approval_begins_one_session() {
    let network = TestNetwork::new().await;
    let (mut browser, mut phone) = (network.browser(), network.enrolled(0).await);
    let waiting = begin(&network, &mut browser, "me-login").await;
    approve(&mut browser, &waiting, &mut phone).await;
    let mut tab = browser.clone();
    let (one, two) = tokio::join!(browser.get(&waiting), tab.get(&waiting));
    let begun = [&browser, &tab]
        .into_iter()
        .filter(|b| b.cookies.contains_key(COOKIE));
    assert_eq!(begun.count(), 1, "{} {}", one.text, two.text);
    let mut signed_in = if browser.cookies.contains_key(COOKIE) {
        browser
    } else {
        tab
    };
    assert!(is_signed_in(&me(&network, &mut signed_in).await));
    // A reload of the page that waited goes to the list.
    let again = signed_in.get(&waiting).await;
    assert_eq!(again.location, Some(format!("{}/me", network.issuer)));
    network.end().await;
}

#[tokio::test]
async fn t12_a_session_ends_after_ten_minutes_and_its_data_with_it() {
    let network = TestNetwork::new().await;
    let (mut browser, mut phone) = (network.browser(), network.enrolled(0).await);
    log_in(&network, &mut browser, &mut phone).await;
    network.pass(TEN_MINUTES / 2);
    open(&network, &mut browser, &mut phone).await;
    network.pass(TEN_MINUTES - 10_000);
    assert_eq!(data(&network, &mut browser).await.status, StatusCode::OK);
    assert_eq!(file(&network, &mut browser).await.status, StatusCode::OK);
    network.pass(10_001);
    let to = Some(format!("{}/me", network.issuer));
    assert_eq!(data(&network, &mut browser).await.location, to);
    assert_eq!(file(&network, &mut browser).await.location, to);
    assert!(!is_signed_in(&me(&network, &mut browser).await));
    network.end().await;
}

#[tokio::test]
async fn t12_an_approval_is_used_within_a_minute() {
    let network = TestNetwork::new().await;
    let (mut browser, mut phone) = (network.browser(), network.enrolled(0).await);
    let waiting = begin(&network, &mut browser, "me-login").await;
    approve(&mut browser, &waiting, &mut phone).await;
    network.pass(60_001);
    assert_eq!(page_code(&browser.get(&waiting).await), "session_over");
    assert!(!is_signed_in(&me(&network, &mut browser).await));
    network.end().await;
}

#[tokio::test]
async fn t03_a_block_and_every_other_change_end_a_session_at_once() {
    let network = TestNetwork::new().await;
    let (mut browser, mut phone) = (network.browser(), network.enrolled(0).await);
    log_in(&network, &mut browser, &mut phone).await;
    open(&network, &mut browser, &mut phone).await;
    phone.post("/block", &json!({"reason": "person"})).await;
    assert_ne!(data(&network, &mut browser).await.status, StatusCode::OK);
    assert!(!is_signed_in(&me(&network, &mut browser).await));
    // It does not come back with the end of the block.
    let unblock = phone.begin_unblock().await;
    assert_eq!(phone.approve_offer(&unblock).await.status, StatusCode::OK);
    assert_ne!(data(&network, &mut browser).await.status, StatusCode::OK);
    assert!(!is_signed_in(&me(&network, &mut browser).await));
    network.end().await;
}

#[tokio::test]
async fn t18_signing_out_ends_every_copy_of_the_session() {
    let network = TestNetwork::new().await;
    let (mut browser, mut phone) = (network.browser(), network.enrolled(0).await);
    log_in(&network, &mut browser, &mut phone).await;
    open(&network, &mut browser, &mut phone).await;
    let mut copy = browser.clone();
    let page = data(&network, &mut browser).await;
    let out = submit(&network, &mut browser, &page, "me-sign-out").await;
    assert_eq!(out.location, Some(format!("{}/me", network.issuer)));
    assert!(!browser.cookies.contains_key(COOKIE));
    assert!(!is_signed_in(&me(&network, &mut copy).await));
    assert_ne!(data(&network, &mut copy).await.status, StatusCode::OK);
    network.end().await;
}

#[tokio::test]
async fn t15_a_session_cookie_is_no_access_token_and_no_partner_is_ipse() {
    let network = TestNetwork::new().await;
    let (mut browser, mut phone) = (network.browser(), network.enrolled(0).await);
    log_in(&network, &mut browser, &mut phone).await;
    let partner = network.partner().await;
    let (status, body) = partner.userinfo(&browser.cookies[COOKIE]).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{body}");
    let scheme = &network.server.scheme;
    let opened = scheme.userinfo(&browser.cookies[COOKIE], None).await;
    assert!(opened.is_err(), "{opened:?}");
    // Nobody asks in the name of Ipse.
    let own = "par_AAAAAAAAAAAAAAAAAAAAAA";
    let query = [
        ("client_id", own),
        ("response_type", "code"),
        ("scope", "openid"),
        ("redirect_uri", "https://x.example/"),
    ];
    let url = url::Url::parse_with_params(&format!("{}/authorize", network.issuer), query);
    let answer = browser.get(url.expect("a URL").as_str()).await;
    assert_eq!(
        (answer.location.as_deref(), page_code(&answer)),
        (None, "client_unknown")
    );
    for path in ["/par", "/token"] {
        let mut form = partner.request(&partner.login());
        form.retain(|(name, _)| name != "client_id");
        form.push(("client_id".to_owned(), own.to_owned()));
        form.push(("client_secret".to_owned(), "x".to_owned()));
        let (status, body) = partner.post(path, &form).await;
        assert_eq!(
            (status, &body["error"]),
            (StatusCode::UNAUTHORIZED, &json!("invalid_client")),
            "{path} {body}"
        );
    }
    phone
        .post(&format!("/partners/{own}/withdraw"), &json!({}))
        .await
        .refused("not_found");
    network.end().await;
}

#[tokio::test]
async fn t34_the_database_has_no_session_cookie() {
    for network in TestNetwork::both().await {
        let (mut browser, mut phone) = (network.browser(), network.enrolled(0).await);
        log_in(&network, &mut browser, &mut phone).await;
        let cookie = browser.cookies[COOKIE].clone();
        let (_, secret) = cookie.split_once('.').expect("two parts");
        let bytes = ipse_jose::b64::decode(secret).expect("base64url");
        let loot = network.stolen().await;
        let contains = |needle: &[u8]| loot.windows(needle.len()).any(|w| w == needle);
        assert!(!contains(secret.as_bytes()) && !contains(&bytes));
        network.end().await;
    }
}

#[tokio::test]
async fn t38_logins_that_wait_are_bounded_by_address() {
    let options = Options {
        scheme: Some(json!({"limits": {"open_requests_per_address": 2}})),
        ..Options::default()
    };
    let network = TestNetwork::on(ipse_store::testing::TestDb::sqlite(), options).await;
    for expected in [
        StatusCode::SEE_OTHER,
        StatusCode::SEE_OTHER,
        StatusCode::SERVICE_UNAVAILABLE,
    ] {
        let mut browser = network.browser();
        let page = me(&network, &mut browser).await;
        let answer = submit(&network, &mut browser, &page, "me-login").await;
        assert_eq!(answer.status, expected, "{}", answer.text);
    }
    network.end().await;
}

#[tokio::test]
async fn a_cancelled_login_leads_back_to_the_page() {
    let network = TestNetwork::new().await;
    let mut browser = network.browser();
    let waiting = begin(&network, &mut browser, "me-login").await;
    let page = browser.get(&waiting).await;
    let ended = submit(&network, &mut browser, &page, "cancel").await;
    assert_eq!(
        ended.attribute("id=\"back\"", "href").as_deref(),
        Some("/me")
    );
    network.end().await;
}

#[tokio::test]
async fn pages_speak_the_language_that_the_person_chooses() {
    let network = TestNetwork::new().await;
    let mut browser = network.browser();
    for (language, title) in [
        ("nl", "Je Ipse"),
        ("fr", "Votre Ipse"),
        ("de", "Ihr Ipse"),
        ("en", "Your Ipse"),
    ] {
        let page = browser
            .get(&format!("{}/me?lang={language}", network.issuer))
            .await;
        assert!(
            page.text.contains(&format!("<h1>{title}</h1>")),
            "{}",
            page.text
        );
    }
    network.end().await;
}
