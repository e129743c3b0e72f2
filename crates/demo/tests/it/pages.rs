//! What a customer's browser meets.

use axum::http::{StatusCode, header};

use crate::network::{ISSUER, TestNetwork};

#[tokio::test]
async fn the_agreement_shows_exactly_what_is_handed_over() {
    let network = TestNetwork::new();
    let mut browser = network.seated(&[]).await;
    assert_eq!(browser.sign_in("an").await.location(), "/agree?lang=en");
    let page = browser.get("/agree?lang=nl").await;
    for shown in [
        "Specimen",
        "14 maart 1971",
        "71.71.51-000.70",
        "599000000182",
        "1 februari 2032",
        "BE",
    ] {
        assert!(page.body.contains(shown), "{shown}");
    }
    // A name is text, whatever stands in it.
    assert!(page.body.contains("An &#60;b&#62;") && !page.body.contains("An <b>"));

    let asked = r#"{"userinfo":{"verified_claims":{"verification":{"trust_framework":null},"claims":{"birthdate":null}}}}"#;
    let mut browser = network.seated(&[("claims", asked)]).await;
    browser.sign_in("an").await;
    let page = browser.get("/agree").await;
    assert!(page.body.contains("14 March 1971") && !page.body.contains("71.71.51"));
}

#[tokio::test]
async fn a_refusal_goes_back_to_the_client() {
    let network = TestNetwork::new();
    let mut browser = network.seated(&[]).await;
    browser.sign_in("an").await;
    let csrf = browser.get("/agree").await.hidden("refuse");
    let answer = browser.post("/refuse", &[("csrf", &csrf)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.parameter("error").unwrap(), "access_denied");
    assert_eq!(answer.parameter("state").unwrap(), "a-state");
    assert_eq!(answer.parameter("iss").unwrap(), ISSUER);
    assert!(answer.parameter("code").is_none());
}

#[tokio::test]
async fn a_double_click_gets_one_answer_and_agreeing_cannot_be_turned_into_refusing() {
    let network = TestNetwork::new();
    let mut browser = network.seated(&[]).await;
    browser.sign_in("an").await;
    let page = browser.get("/agree").await;
    let (agree, refuse) = (page.hidden("agree"), page.hidden("refuse"));
    let first = browser.post("/agree", &[("csrf", &agree)]).await.location();
    assert_eq!(
        browser.post("/agree", &[("csrf", &agree)]).await.location(),
        first
    );
    assert_eq!(
        browser
            .post("/refuse", &[("csrf", &refuse)])
            .await
            .location(),
        first
    );
    // So does the back button.
    assert_eq!(browser.get("/sign-in").await.location(), first);
}

#[tokio::test]
async fn each_form_needs_its_own_token_and_its_own_browser() {
    let network = TestNetwork::new();
    let mut browser = network.seated(&[]).await;
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
    let stranger = network.browser().post("/agree", &[("csrf", &agree)]).await;
    assert!(stranger.body.contains("no_request"));
}

#[tokio::test]
async fn nobody_agrees_before_signing_in() {
    let network = TestNetwork::new();
    let mut browser = network.seated(&[]).await;
    assert_eq!(browser.get("/agree").await.location(), "/sign-in");
    let unknown = browser.sign_in("nobody").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown.body.contains("role=\"alert\""));
    assert_eq!(browser.get("/agree").await.location(), "/sign-in");
}

#[tokio::test]
async fn a_sitting_ends() {
    let network = TestNetwork::new();
    let mut browser = network.seated(&[]).await;
    browser.sign_in("an").await;
    let csrf = browser.get("/agree").await.hidden("agree");
    network.bank.clock().advance(15 * 60 + 1);
    assert!(
        browser
            .post("/agree", &[("csrf", &csrf)])
            .await
            .body
            .contains("no_request")
    );
}

#[tokio::test]
async fn pages_are_guarded_and_speak_four_languages() {
    let network = TestNetwork::new();
    let mut browser = network.seated(&[]).await;
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
    // The form ends at the client after a redirect, which browsers count as its target.
    let policy = browser.get("/agree").await.headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains("form-action 'self' http://localhost:4001;"));
    assert_eq!(browser.get("/nowhere").await.status, StatusCode::NOT_FOUND);
}
