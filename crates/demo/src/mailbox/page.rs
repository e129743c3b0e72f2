//! The page of the mailbox, and its mails as JSON for scripts.

use std::borrow::Cow;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use ipse_texts::Language;
use serde::Deserialize;

use super::{Mail, Mailbox, Mails};
use crate::bank::texts;

/// The routes of the page.
pub fn router(mailbox: Arc<Mailbox>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/messages", get(messages))
        .route("/mailbox.css", get(style))
        .route("/health", get(|| async { "ok" }))
        .with_state(mailbox)
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct Page<'a> {
    mailbox: &'a Mailbox,
    language: Language,
    /// Newest first.
    mails: Vec<Shown>,
}

struct Shown {
    time: String,
    to: String,
    subject: String,
    text: String,
}

impl Page<'_> {
    fn text(&self, key: &str) -> Cow<'_, str> {
        self.mailbox.texts.get(self.language, key)
    }
}

/// Which mails.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    to: Option<String>,
}

async fn page(State(mailbox): State<Arc<Mailbox>>, headers: HeaderMap) -> Response {
    let shown = |mail: Mail| Shown {
        time: local_time(mail.time),
        to: mail.to.join(", "),
        subject: mail.subject,
        text: mail.text.trim_end().to_owned(),
    };
    let page = Page {
        language: texts::language(&headers, None, ""),
        mails: mailbox.mails(None).into_iter().rev().map(shown).collect(),
        mailbox: &mailbox,
    };
    let Ok(html) = page.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(html)).into_response()
}

async fn messages(
    State(mailbox): State<Arc<Mailbox>>,
    Query(which): Query<Which>,
    request: HeaderMap,
) -> Response {
    let messages = mailbox.mails(which.to.as_deref());
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    // Lets the phone app read the mails from its own origin (CORS), and no other site.
    let origin = request.get(header::ORIGIN);
    if let Some(origin) = origin.filter(|origin| *origin == mailbox.app_origin.as_str()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    (headers, Json(Mails { messages })).into_response()
}

async fn style() -> Response {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("mailbox.css"),
    )
        .into_response()
}

/// Hours and minutes in the time zone of this machine.
fn local_time(ms: i64) -> String {
    let Ok(time) = jiff::Timestamp::from_millisecond(ms) else {
        return String::new();
    };
    let zoned = time.to_zoned(jiff::tz::TimeZone::system());
    zoned.strftime("%H:%M").to_string()
}
