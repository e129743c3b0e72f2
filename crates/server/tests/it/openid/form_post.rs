//! `response_mode=form_post` and `GET /sign-in/answer`. Threats: t17, t18.

use reqwest::{StatusCode, header};
use serde_json::json;

use crate::support::{Browser, Page, Partner, TestNetwork};

const MODE: (&str, &str) = ("response_mode", "form_post");

async fn partner(network: &TestNetwork) -> Partner {
    let registration = json!({
        "response_modes": ["query", "form_post"], "require_pushed_authorization_requests": false,
    });
    Partner::register(network, registration).await
}

/// What the form of a page posts, after a look at the page's headers.
fn posted(partner: &Partner, browser: &Browser, page: &Page) -> Vec<(String, String)> {
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let headers = &browser.last;
    let policy = headers[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .expect("text");
    assert!(!policy.contains("form-action"), "{policy}");
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
    assert_eq!(headers[header::REFERRER_POLICY], "origin");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(page.text.matches("<form").count(), 1);
    assert_eq!(page.text.matches("<script").count(), 1);
    assert!(page.text.contains("<script src=\"/static/form-post.js"));
    assert!(page.text.contains("<button"), "it works without script");
    let (action, inputs) = page.form("answer").expect("a form");
    // The templates escape some characters.
    assert_eq!(action, partner.redirect_uri);
    inputs
}

fn value<'a>(inputs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = inputs.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn a_code_is_posted_with_state_and_issuer() {
    let network = TestNetwork::new().await;
    let partner = partner(&network).await;
    let mut phone = network.enrolled(0).await;
    let mut started = network.start_with(&partner, &[MODE]).await;
    let back = phone.approve(&started.link).await.return_url;
    let page = started.browser.get(&back.expect("return_url")).await;
    let inputs = posted(&partner, &started.browser, &page);
    let state = started.login.state.as_str();
    assert_eq!(value(&inputs, "state"), Some(state));
    assert_eq!(value(&inputs, "iss"), Some(&*network.issuer));
    let code = value(&inputs, "code").expect("a code");
    let tokens = partner.redeem(code, &started.login.verifier).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
    network.end().await;
}

#[tokio::test]
async fn errors_are_posted_too() {
    let network = TestNetwork::new().await;
    let partner = partner(&network).await;
    // At once, for a mistake in the request.
    let login = partner.login();
    let mut request = partner.request(&login);
    request.retain(|(name, _)| name != "code_challenge");
    request.push((MODE.0.to_owned(), MODE.1.to_owned()));
    let url = format!("{}/authorize", network.issuer);
    let url = url::Url::parse_with_params(&url, &request).expect("a URL");
    let mut browser = network.browser();
    let page = browser.get(url.as_str()).await;
    let inputs = posted(&partner, &browser, &page);
    assert_eq!(value(&inputs, "error"), Some("invalid_request"));
    assert_eq!(value(&inputs, "state"), Some(&*login.state));
    assert_eq!(value(&inputs, "iss"), Some(&*network.issuer));

    // After a page about the end of the login, and only in its browser.
    let mut started = network.start_with(&partner, &[MODE]).await;
    let cancelled = started.cancel(&network.issuer).await;
    let back = cancelled.attribute("id=\"back\"", "href").expect("a link");
    assert!(back.starts_with("/sign-in/answer?action=act_"), "{back}");
    let back = format!("{}{back}", network.issuer);
    let page = started.browser.get(&back).await;
    let inputs = posted(&partner, &started.browser, &page);
    assert_eq!(value(&inputs, "error"), Some("access_denied"));
    assert_eq!(
        value(&inputs, "error_description"),
        Some("the person cancelled at the browser")
    );
    let other = network.browser().get(&back).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    assert!(!other.text.contains("access_denied"));
    network.end().await;
}

#[tokio::test]
async fn a_client_that_did_not_register_form_post_is_refused_by_query() {
    let network = TestNetwork::new().await;
    let partner = network.partner().await;
    let login = partner.login();
    let mut request = partner.request(&login);
    request.push((MODE.0.to_owned(), MODE.1.to_owned()));
    let (status, answer) = partner.push(request).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let text = answer["error_description"].as_str().expect("text");
    assert!(text.contains("response_modes"), "{text}");
    network.end().await;
}

#[tokio::test]
async fn a_login_that_waits_has_no_answer_yet() {
    let network = TestNetwork::new().await;
    let partner = partner(&network).await;
    let mut started = network.start_with(&partner, &[MODE]).await;
    let early = format!(
        "{}/sign-in/answer?action={}",
        network.issuer, started.action
    );
    let page = started.browser.get(&early).await;
    let location = page.location.expect("a redirect");
    assert!(location.contains("/sign-in?action=act_"), "{location}");
    network.end().await;
}
