use axum::http::{StatusCode, header};

use super::support::{ISSUER, REDIRECT, TestServer, authorize_url, query};

fn plain_url(client: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_id", client).extend_pairs(pairs);
    format!("/authorize?{}", query.finish())
}

#[tokio::test]
async fn a_pushed_request_is_used_once_and_by_its_client() {
    let server = TestServer::new().await;
    let pushed = server.as_partner("/par", &server.request()).await.json();
    let uri = pushed["request_uri"].as_str().unwrap();
    let foreign = server.get(&authorize_url(&server.plain, uri), &[]).await;
    assert_eq!(
        (foreign.status, foreign.page_code()),
        (StatusCode::BAD_REQUEST, "request_expired")
    );
    let begun = server.get(&authorize_url(&server.partner, uri), &[]).await;
    assert_eq!(begun.status, StatusCode::OK);
    assert!(begun.action_page().starts_with("/sign-in?action=act_"));
    let again = server.get(&authorize_url(&server.partner, uri), &[]).await;
    assert_eq!(again.page_code(), "request_expired");
}

/// A reload, the back button, a double click: the one login goes on, in the browser that began it and in no other.
#[tokio::test]
async fn t18_the_browser_that_began_may_come_again_and_no_other() {
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
    // Whoever else learns the reference finds nothing, with the browser's cookie neither.
    let plain = authorize_url(&server.plain, pushed["request_uri"].as_str().unwrap());
    let foreign = server.get(&plain, &[("cookie", &cookie)]).await;
    assert_eq!(foreign.page_code(), "request_expired");
}

#[tokio::test]
async fn t20_outer_parameters_change_nothing() {
    let server = TestServer::new().await;
    let pushed = server.as_partner("/par", &server.request()).await.json();
    let url = authorize_url(&server.partner, pushed["request_uri"].as_str().unwrap());
    let url = format!(
        "{url}&scope=openid&acr_values=advanced&redirect_uri=https%3A%2F%2Fevil.example&state=evil"
    );
    let begun = server.get(&url, &[]).await;
    let page = begun.action_page();
    let action = query(&format!("{ISSUER}{page}"), "action").unwrap();
    server.approve(&action, &[]).await;
    let back = server
        .get(&page, &[("cookie", &begun.cookie().unwrap())])
        .await;
    assert!(
        back.location().starts_with(&format!("{REDIRECT}?code=")),
        "{}",
        back.location()
    );
    assert_eq!(query(back.location(), "state").as_deref(), Some("s1"));
}

#[tokio::test]
async fn t20_a_client_that_pushes_is_not_downgraded() {
    let server = TestServer::new().await;
    let answer = server
        .get(&plain_url(&server.partner, &server.request()), &[])
        .await;
    assert_eq!(
        query(answer.location(), "error").as_deref(),
        Some("invalid_request")
    );
}

#[tokio::test]
async fn a_client_registered_for_it_sends_plain_requests() {
    let server = TestServer::new().await;
    let begun = server
        .get(
            &plain_url(&server.plain, &server.request()),
            &[("accept-language", "fr")],
        )
        .await;
    assert!(begun.location().starts_with("/sign-in?action=act_"));
    let page = server
        .get(begun.location(), &[("cookie", &begun.cookie().unwrap())])
        .await;
    assert!(page.text.contains("<html lang=\"fr\">"));
    let posted = server
        .post("/authorize", &[("client_id", server.plain.as_str())], &[])
        .await;
    assert_eq!(posted.page_code(), "redirect_missing");
}

#[tokio::test]
async fn t14_a_wrong_redirect_gives_a_page_and_no_redirect() {
    let server = TestServer::new().await;
    for uri in [
        "https://evil.example/cb",
        "https://shop.example/cb/",
        "https://shop.example@evil.example/cb",
        "javascript:1",
    ] {
        let mut request = server.request();
        request[0].1 = uri;
        let answer = server.get(&plain_url(&server.plain, &request), &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{uri}");
        assert_eq!(answer.page_code(), "redirect_unregistered");
        assert!(
            !answer.headers.contains_key(header::LOCATION) && !answer.text.contains(uri),
            "{uri}"
        );
    }
}

#[tokio::test]
async fn who_asks_must_be_known_and_readable() {
    let server = TestServer::new().await;
    for (path, code) in [
        ("/authorize", "client_missing"),
        ("/authorize?client_id=par_nobody", "client_unknown"),
        ("/authorize?client_id=%ff", "request_unreadable"),
        ("/authorize?client_id=a&client_id=b", "request_unreadable"),
        (
            "/authorize?client_id=a&request_uri=urn:ietf:params:oauth:request_uri:x",
            "request_expired",
        ),
    ] {
        let answer = server.get(path, &[]).await;
        assert_eq!(
            (answer.status, answer.page_code()),
            (StatusCode::BAD_REQUEST, code),
            "{path}"
        );
    }
    let nowhere = server.get("/nowhere", &[]).await;
    assert_eq!(
        (nowhere.status, nowhere.page_code()),
        (StatusCode::NOT_FOUND, "not_found")
    );
}

#[tokio::test]
async fn t17_errors_go_back_with_state_and_issuer() {
    let server = TestServer::new().await;
    let mut request = server.request();
    request.push(("prompt", "none"));
    let answer = server.get(&plain_url(&server.plain, &request), &[]).await;
    let back = answer.location();
    assert!(back.starts_with(REDIRECT));
    assert_eq!(
        query(back, "error").as_deref(),
        Some("interaction_required")
    );
    assert_eq!(query(back, "state").as_deref(), Some("s1"));
    assert_eq!(query(back, "iss").as_deref(), Some(ISSUER));
}
