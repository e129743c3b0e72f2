use std::sync::Arc;

use axum::http::{StatusCode, header};

use super::support::{Answer, ISSUER, TestServer, between, query};
use crate::openid::pages::{Back, ErrorPage, Outcome, Page};

fn action_of(page: &str) -> String {
    query(&format!("{ISSUER}{page}"), "action").unwrap()
}

async fn open(server: &TestServer, page: &str, cookie: &str) -> Answer {
    server.get(page, &[("cookie", cookie)]).await
}

#[tokio::test]
async fn the_page_shows_who_asks_and_both_ways_to_the_phone() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    let answer = open(&server, &page, &cookie).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains("Winkel Hoek") && answer.text.contains("shop.example"));
    let link = between(
        between(&answer.text, "id=\"open-app\"", ">"),
        "href=\"",
        "\"",
    );
    assert!(link.starts_with("http://localhost:4001/app/#a."), "{link}");
    let qr = between(
        between(&answer.text, "id=\"qr\"", ">"),
        "data-text=\"",
        "\"",
    );
    assert!(qr.starts_with("http://localhost:4001/app/#q."), "{qr}");
    let refresh = between(
        &answer.text,
        "<noscript><meta http-equiv=\"refresh\" content=\"2;url=",
        "\"></noscript>",
    );
    assert_eq!(refresh.replace("&#38;", "&"), format!("{page}&lang=en"));
}

#[tokio::test]
async fn t18_pages_cannot_be_framed_and_run_no_foreign_script() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    let answer = open(&server, &page, &cookie).await;
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
    // No script or style stands in the page itself.
    assert!(
        !answer.text.contains("<script>")
            && !answer.text.contains(" style=")
            && !answer.text.contains("<style")
    );
    assert!(!answer.text.contains(" onclick="));
}

#[tokio::test]
async fn t18_another_browser_sees_and_does_nothing() {
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
        open(&server, &page, &cookie).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn state_and_qr_feed_the_script() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    let action = action_of(&page);
    let state = format!("/sign-in/state?action={action}");
    let qr = format!("/sign-in/qr?action={action}");
    assert_eq!(
        open(&server, &state, &cookie).await.json()["status"],
        "created"
    );
    let drawn = open(&server, &qr, &cookie).await.json();
    assert!(drawn["text"].as_str().unwrap().contains("/app/#q."));
    assert!(drawn["path"].as_str().unwrap().starts_with("M0 0h7m"));
    server.approve(&action, &[]).await;
    assert_eq!(
        open(&server, &state, &cookie).await.json()["status"],
        "done"
    );
    assert_eq!(open(&server, &qr, &cookie).await.text, "null");
}

#[tokio::test]
async fn an_approval_brings_the_browser_back_and_a_reload_gives_the_same_code() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    server.approve(&action_of(&page), &[]).await;
    let back = open(&server, &page, &cookie).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert_eq!(query(back.location(), "iss").as_deref(), Some(ISSUER));
    assert_eq!(
        open(&server, &page, &cookie).await.location(),
        back.location()
    );
}

#[tokio::test]
async fn a_refusal_goes_back_as_access_denied() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    server
        .decide(&action_of(&page), "refused", Some("person"))
        .await;
    let back = open(&server, &page, &cookie).await;
    assert_eq!(
        query(back.location(), "error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(query(back.location(), "state").as_deref(), Some("s1"));
}

#[tokio::test]
async fn a_block_is_told_on_our_page_and_never_to_the_partner() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    server
        .decide(&action_of(&page), "cancelled", Some("code_exhausted"))
        .await;
    let answer = open(&server, &page, &cookie).await;
    assert_eq!(answer.page_code(), "identity_blocked");
    let back =
        between(between(&answer.text, "id=\"back\"", ">"), "href=\"", "\"").replace("&#38;", "&");
    assert_eq!(query(&back, "error").as_deref(), Some("access_denied"));
    assert!(
        !back.contains("block") && !back.contains("exhausted"),
        "{back}"
    );
}

#[tokio::test]
async fn cancelling_needs_the_forms_token_and_leads_back() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    let action = action_of(&page);
    let text = open(&server, &page, &cookie).await.text;
    let token = between(between(&text, "name=\"token\"", ">"), "value=\"", "\"").to_owned();
    let cancel = |token: String, reason: &'static str| {
        let (server, action, cookie) = (&server, action.clone(), cookie.clone());
        async move {
            let form = [
                ("action", action.as_str()),
                ("token", token.as_str()),
                ("reason", reason),
            ];
            server
                .post("/sign-in/cancel", &form, &[("cookie", &cookie)])
                .await
        }
    };
    let answer = cancel(token.clone(), "not_my_phone").await;
    assert_eq!(
        (answer.status, answer.page_code()),
        (StatusCode::OK, "not_my_phone")
    );
    assert!(answer.text.contains("error=access_denied"));
    // A double click finds it closed; the page itself knows what happened.
    assert_eq!(cancel(token, "cancel").await.page_code(), "action_closed");
    assert_eq!(
        open(&server, &page, &cookie).await.page_code(),
        "action_cancelled"
    );
}

#[tokio::test]
async fn t18_a_form_without_our_token_is_refused() {
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
        open(&server, &page, &cookie).await.status,
        StatusCode::OK,
        "still open"
    );
}

#[tokio::test]
async fn pages_come_in_four_languages() {
    let texts = Arc::new(crate::openid::texts::load().unwrap());
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    for (language, title) in [
        ("nl", "Aanmelden bij Winkel Hoek"),
        ("fr", "Connexion \u{e0} Winkel Hoek"),
        ("de", "Anmelden bei Winkel Hoek"),
        ("en", "Log in at Winkel Hoek"),
    ] {
        let answer = open(&server, &format!("{page}&lang={language}"), &cookie).await;
        assert!(
            answer.text.contains(&format!("<html lang=\"{language}\">"))
                && answer.text.contains(title)
        );
        for error_page in ErrorPage::ALL {
            let page = Page::new(texts.clone(), language.parse().unwrap(), ISSUER);
            let back = Back {
                url: "https://shop.example/cb".to_owned(),
                partner: "Winkel Hoek".to_owned(),
            };
            let response = axum::response::IntoResponse::into_response(
                Outcome::new(page, error_page).back(back),
            );
            let bytes = axum::body::to_bytes(response.into_body(), 100_000)
                .await
                .unwrap();
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            assert!(
                text.contains(&format!("data-code=\"{}\"", error_page.code())),
                "{language}: {error_page:?}"
            );
        }
    }
}

#[tokio::test]
async fn the_static_files_are_there() {
    let server = TestServer::new().await;
    for name in [
        "page.css",
        "sign-in.js",
        "mark.svg",
        "atkinson-latin.woff2",
        "atkinson-latin-ext.woff2",
    ] {
        let answer = server.get(&format!("/static/{name}"), &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
    assert_eq!(
        server.get("/static/../Cargo.toml", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}
