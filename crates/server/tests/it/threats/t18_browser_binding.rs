//! Threat 18: CSRF, session fixation, clickjacking.

use reqwest::{Method, StatusCode, header};

use crate::support::bank_visits::{landing, start_bank_visit};
use crate::support::oidc::{TestServer, action_of, authorize_url, open_page};
use crate::support::{Browser, Page, TestNetwork};

#[tokio::test]
async fn t18_only_the_starting_browser_finishes_a_bank_visit_and_only_once() {
    for network in TestNetwork::both().await {
        let mut phone = network.phone(0);
        phone.begin_enrolment(&network).await;
        let callback = start_bank_visit(&mut phone).await;
        let mut other = network.browser();
        let end = other.get(&callback).await.location.expect("to the app");
        assert_eq!(landing(&end), "?problem=wrong_browser");
        // Nor does a browser with the cookie of another visit finish this one.
        let mut visitor = network.phone(1);
        visitor.begin_enrolment(&network).await;
        start_bank_visit(&mut visitor).await;
        let end = visitor.browser.get(&callback).await.location;
        assert_eq!(landing(&end.expect("to the app")), "?problem=wrong_browser");
        // The right one is not shut out by that.
        let end = phone
            .browser
            .get(&callback)
            .await
            .location
            .expect("to the app");
        let good = format!("?enrolment={}", phone.enrolment);
        assert_eq!(landing(&end), good);
        // Loading the page again leads to the same place and does nothing.
        let end = phone
            .browser
            .get(&callback)
            .await
            .location
            .expect("to the app");
        assert_eq!(landing(&end), good);
        network.end().await;
    }
}

/// A reload, the back button, a double click: the one login goes on, in the browser that began it and in no other.
#[tokio::test]
async fn t18_only_the_starting_browser_can_reload() {
    let server = TestServer::new().await;
    let pushed = server.as_partner("/par", &server.request()).await.json();
    let url = authorize_url(&server.partner, pushed["request_uri"].as_str().unwrap());
    let begun = server.get(&url, &[]).await;
    let cookie = begun.cookie().unwrap();
    let again = server.get(&url, &[("cookie", &cookie)]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
    assert_eq!(again.location(), begun.action_page());
    let other = server.get(&url, &[]).await.cookie();
    for cookie in [
        other,
        Some(format!("ipse_scheme_browser={}", "A".repeat(43))),
    ] {
        let cookie = cookie.unwrap_or_default();
        let foreign = server.get(&url, &[("cookie", &cookie)]).await;
        assert_eq!(foreign.page_code(), "request_expired");
    }
    // Another party that learns the reference finds nothing, even with the browser's cookie.
    let plain = authorize_url(&server.plain, pushed["request_uri"].as_str().unwrap());
    let foreign = server.get(&plain, &[("cookie", &cookie)]).await;
    assert_eq!(foreign.page_code(), "request_expired");
}

#[tokio::test]
async fn t18_pages_cannot_be_framed_and_run_no_foreign_script() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    let answer = open_page(&server, &page, &cookie).await;
    let policy = answer.headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap();
    for part in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.contains(part), "{part}");
    }
    assert!(!policy.contains("unsafe"));
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(answer.headers[header::REFERRER_POLICY], "no-referrer");
    assert_eq!(answer.headers[header::X_FRAME_OPTIONS], "DENY");
    // The page has no inline script or style.
    assert!(
        !answer.text.contains("<script>")
            && !answer.text.contains(" style=")
            && !answer.text.contains("<style")
    );
    assert!(!answer.text.contains(" onclick="));
}

#[tokio::test]
async fn t18_another_browser_cannot_see_or_cancel_a_login() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    let (other, _) = server.start().await;
    let action = action_of(&page);
    for cookie in [None, Some(other.as_str())] {
        let headers: Vec<(&str, &str)> = cookie
            .map(|cookie| ("cookie", cookie))
            .into_iter()
            .collect();
        let answer = server.get(&page, &headers).await;
        assert_eq!(
            (answer.status, answer.page_code()),
            (StatusCode::FORBIDDEN, "wrong_browser")
        );
        for path in ["/sign-in/state", "/sign-in/qr"] {
            let answer = server
                .get(&format!("{path}?action={action}"), &headers)
                .await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let answer = server
            .post("/sign-in/cancel", &[("action", &action)], &headers)
            .await;
        assert_eq!(answer.page_code(), "wrong_browser");
        // Not even once it is approved.
        let answer = server
            .get(
                &format!("/return/{action}.AAAAAAAAAAAAAAAAAAAAAA"),
                &headers,
            )
            .await;
        assert_eq!(answer.page_code(), "wrong_browser");
    }
    server.approve(&action, &[]).await;
    assert_eq!(
        server.get(&page, &[("cookie", &other)]).await.page_code(),
        "wrong_browser"
    );
    assert_eq!(
        open_page(&server, &page, &cookie).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn t18_a_form_without_its_token_is_refused() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    let action = action_of(&page);
    for token in ["", "AAAAAAAAAAAAAAAAAAAAAA"] {
        let form = [
            ("action", action.as_str()),
            ("token", token),
            ("reason", "cancel"),
        ];
        let answer = server
            .post("/sign-in/cancel", &form, &[("cookie", &cookie)])
            .await;
        assert_eq!(answer.page_code(), "form_token_invalid");
    }
    assert_eq!(
        open_page(&server, &page, &cookie).await.status,
        StatusCode::OK,
        "still open"
    );
}

/// What fetches a page without a visit of the person: method, headers and the status that it gets.
type Fetch = (Method, &'static [(&'static str, &'static str)], u16);

const NO_VISITS: [Fetch; 9] = [
    (Method::HEAD, &[], 405),
    (Method::GET, &[("sec-purpose", "prefetch")], 503),
    (
        Method::GET,
        &[
            ("sec-purpose", "prefetch;prerender"),
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ],
        503,
    ),
    (Method::GET, &[("purpose", "prefetch")], 503),
    (Method::GET, &[("x-moz", "prefetch")], 503),
    (Method::GET, &[("sec-fetch-mode", "cors")], 403),
    (Method::GET, &[("sec-fetch-mode", "no-cors")], 403),
    (Method::GET, &[("sec-fetch-dest", "image")], 403),
    (
        Method::GET,
        &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
        403,
    ),
];

/// Fetches an address as each of them, with the cookies of a browser. None is redirected, and none sets a cookie.
async fn fetch_without_visit(network: &TestNetwork, browser: &Browser, address: &str) {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let cookies: Vec<String> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert!(address.starts_with(&network.issuer), "{address}");
    for (method, headers, status) in NO_VISITS {
        let mut request = http
            .request(method.clone(), address)
            .header(header::COOKIE, cookies.join("; "));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("an answer");
        let what = format!("{method} {address} {headers:?}");
        assert_eq!(answer.status().as_u16(), status, "{what}");
        for absent in [header::LOCATION, header::SET_COOKIE] {
            assert_eq!(answer.headers().get(absent), None, "{what}");
        }
        assert_eq!(answer.text().await.expect("text"), "", "{what}");
    }
}

#[tokio::test]
async fn t18_a_fetch_that_is_no_visit_uses_up_no_request_and_no_result() {
    for network in TestNetwork::both().await {
        let mut phone = network.enrolled(0).await;
        let partner = network.partner().await;
        let mut browser = network.browser();
        // The partner's address with a pushed request.
        let request = partner.request(&partner.login());
        let (_, pushed) = partner.push(request).await;
        let request_uri = pushed["request_uri"].as_str().expect("request_uri");
        let address = partner.authorize_url(request_uri);
        fetch_without_visit(&network, &browser, &address).await;
        let page = browser.get(&address).await;
        let link = page.attribute("id=\"open-app\"", "href");
        let link = link.unwrap_or_else(|| panic!("used up: {} {}", page.status, page.text));
        // The page that waits, and the way back, once there is a result.
        let decided = phone.approve(&link).await;
        let back = decided.return_url.expect("return_url");
        fetch_without_visit(&network, &browser, &back).await;
        let action = parameter(&page, "data-action");
        let waiting = format!("{}/sign-in?action={action}", network.issuer);
        fetch_without_visit(&network, &browser, &waiting).await;
        // A client that sends none of the headers counts as navigating.
        let there = browser.get(&back).await.location.expect("to the partner");
        assert!(there.contains("code="), "{there}");
        network.end().await;
    }
}

/// An attribute of the sign-in page.
fn parameter(page: &Page, name: &str) -> String {
    let found = page.attribute("id=\"sign-in\"", name);
    found.unwrap_or_else(|| panic!("no {name}: {}", page.text))
}
