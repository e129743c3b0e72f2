//! `GET /sign-in`. Threat: t18.

use ipse_protocol::terms::ActionStatus;
use reqwest::StatusCode;

use crate::support::oidc::{ISSUER, TestServer, action_of, between, open_page, query};

#[tokio::test]
async fn the_page_shows_the_partner_and_both_ways_to_the_phone() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    let answer = open_page(&server, &page, &cookie).await;
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
async fn an_approval_redirects_with_a_code_and_a_reload_repeats_it() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    server.approve(&action_of(&page), &[]).await;
    let back = open_page(&server, &page, &cookie).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert_eq!(query(back.location(), "iss").as_deref(), Some(ISSUER));
    assert_eq!(
        open_page(&server, &page, &cookie).await.location(),
        back.location()
    );
}

#[tokio::test]
async fn a_refusal_redirects_with_access_denied() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    server
        .decide(&action_of(&page), ActionStatus::Refused, Some("person"))
        .await;
    let back = open_page(&server, &page, &cookie).await;
    assert_eq!(
        query(back.location(), "error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(query(back.location(), "state").as_deref(), Some("s1"));
}

#[tokio::test]
async fn access_denied_has_a_sentence_for_refused_cancelled_and_expired() {
    let server = TestServer::new().await;
    for (status, reason, says) in [
        (ActionStatus::Refused, "person", "the person refused"),
        (
            ActionStatus::Cancelled,
            "browser",
            "the person cancelled at the browser",
        ),
        (ActionStatus::Expired, "time", "nobody decided in time"),
    ] {
        let (cookie, page) = server.start().await;
        server.decide(&action_of(&page), status, Some(reason)).await;
        let answer = open_page(&server, &page, &cookie).await;
        let back = match answer.headers.get("location") {
            Some(location) => location.to_str().unwrap().to_owned(),
            None => between(between(&answer.text, "id=\"back\"", ">"), "href=\"", "\"")
                .replace("&#38;", "&"),
        };
        assert_eq!(query(&back, "error").as_deref(), Some("access_denied"));
        assert_eq!(query(&back, "error_description").as_deref(), Some(says));
    }
}

#[tokio::test]
async fn a_block_is_shown_on_the_page_and_not_to_the_partner() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    server
        .decide(
            &action_of(&page),
            ActionStatus::Cancelled,
            Some("code_exhausted"),
        )
        .await;
    let answer = open_page(&server, &page, &cookie).await;
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
async fn the_page_is_in_four_languages() {
    let server = TestServer::new().await;
    let (cookie, page) = server.start().await;
    for (language, title) in [
        ("nl", "Aanmelden bij Winkel Hoek"),
        ("fr", "Connexion \u{e0} Winkel Hoek"),
        ("de", "Anmelden bei Winkel Hoek"),
        ("en", "Log in at Winkel Hoek"),
    ] {
        let answer = open_page(&server, &format!("{page}&lang={language}"), &cookie).await;
        assert!(
            answer.text.contains(&format!("<html lang=\"{language}\">"))
                && answer.text.contains(title)
        );
    }
}
