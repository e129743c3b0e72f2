//! Threat 18: CSRF, session fixation, clickjacking.

use reqwest::{StatusCode, header};

use crate::support::TestNetwork;
use crate::support::bank_visits::{landing, start_bank_visit};
use crate::support::oidc::{TestServer, action_of, authorize_url, open_page};

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
