//! A file for each endpoint of a bank; here, what all pages have in common.

mod agree;
mod authorize;
mod discovery;
mod par;
mod refuse;
mod token;
mod userinfo;

use axum::http::{StatusCode, header};

use crate::network::TestNetwork;

#[tokio::test]
async fn each_form_needs_its_own_token_and_its_browser() {
    let network = TestNetwork::new();
    let mut browser = network.with_session(&[]).await;
    let sign_in = browser.get("/sign-in").await.hidden("sign-in");
    for csrf in ["", "guessed"] {
        let answer = browser
            .post("/sign-in", &[("csrf", csrf), ("customer", "an")])
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.body.contains("form_stale"));
    }
    browser.sign_in("an").await;
    let agree = browser.get("/agree").await.hidden("agree");
    for csrf in [sign_in.as_str(), ""] {
        assert!(
            browser
                .post("/agree", &[("csrf", csrf)])
                .await
                .body
                .contains("form_stale")
        );
    }
    assert!(
        browser
            .post("/refuse", &[("csrf", &agree)])
            .await
            .body
            .contains("form_stale")
    );
    // Another browser, with the right token but without the cookie.
    let other = network.browser().post("/agree", &[("csrf", &agree)]).await;
    assert!(other.body.contains("no_request"));
}

#[tokio::test]
async fn a_session_expires_after_fifteen_minutes() {
    let network = TestNetwork::new();
    let mut browser = network.with_session(&[]).await;
    browser.sign_in("an").await;
    let csrf = browser.get("/agree").await.hidden("agree");
    network.shift(15 * 60 + 1);
    assert!(
        browser
            .post("/agree", &[("csrf", &csrf)])
            .await
            .body
            .contains("no_request")
    );
}

#[tokio::test]
async fn every_page_has_security_headers_and_four_languages() {
    let network = TestNetwork::new();
    let mut browser = network.with_session(&[]).await;
    assert!(browser.cookie.starts_with("bank_anker_session="));
    for (language, title) in [
        ("nl", "Aanmelden"),
        ("fr", "Se connecter"),
        ("de", "Anmelden"),
        ("en", "Sign in"),
    ] {
        let page = browser.get(&format!("/sign-in?lang={language}")).await;
        assert!(page.body.contains(&format!("<h1>{title}</h1>")));
        assert_eq!(page.headers[header::CONTENT_LANGUAGE], language);
        let policy = page.headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    }
    browser.sign_in("an").await;
    // The form leads to the client after a redirect, which browsers check as its target.
    let policy = browser.get("/agree").await.headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("form-action 'self' http://localhost:4001;"));
    assert_eq!(browser.get("/nowhere").await.status, StatusCode::NOT_FOUND);
}
