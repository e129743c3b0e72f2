//! The simulated handset (demo profile only): text messages as JSON for the app, and as a page for people.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use ipse_protocol::wire::{MessagesResponse, TextMessage};
use ipse_sim::phone_number;
use serde::Deserialize;

use super::Shared;
use super::error::ApiError;
use crate::operator::Operator;
use crate::store::{message, sim};

pub(super) fn routes() -> Router<Arc<Operator>> {
    Router::new()
        .route("/", get(async || Redirect::to("/handset")))
        .route("/handset", get(page))
        .route("/handset/messages", get(messages))
        .route("/handset/style.css", get(style))
}

#[derive(Deserialize)]
struct Of {
    number: String,
}

/// Same-origin pages and the app may read it, nobody else.
fn cors(operator: &Operator, request: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let app = &operator.config.app_origin;
    if request
        .get(header::ORIGIN)
        .is_some_and(|o| o == app.as_str())
        && let Ok(value) = HeaderValue::from_str(app)
    {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
    }
    headers
}

async fn messages(
    State(operator): Shared,
    request: HeaderMap,
    query: Result<Query<Of>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let found = async {
        let Query(of) =
            query.map_err(|_| ApiError::invalid_argument("number must be a phone number"))?;
        // A plus sign that was not escaped arrives as a space, which the parser skips.
        let number = phone_number::normalise(&of.number).map_err(ApiError::number)?;
        let messages = operator
            .store
            .read(move |tx| message::of_number(tx, &number))
            .await?;
        Ok::<_, ApiError>(Json(MessagesResponse {
            messages: messages
                .into_iter()
                .map(|message| TextMessage {
                    time: message.time,
                    from: message.sender,
                    text: message.text,
                })
                .collect(),
        }))
    };
    (cors(&operator, &request), found.await).into_response()
}

#[derive(Template)]
#[template(path = "handset.html")]
struct Page {
    operator: String,
    /// Each operator has a look of its own, so that one sees whose page it is.
    look: u32,
    /// The number that is shown, if one was chosen.
    number: Option<String>,
    problem: Option<String>,
    messages: Vec<Shown>,
    numbers: Vec<String>,
}

struct Shown {
    time: String,
    from: String,
    text: String,
}

async fn page(
    State(operator): Shared,
    request: HeaderMap,
    query: Result<Query<Of>, axum::extract::rejection::QueryRejection>,
) -> Response {
    match render(&operator, query.ok().map(|Query(of)| of.number)).await {
        Ok(html) => {
            let policy = format!(
                "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self' {}",
                operator.config.app_origin
            );
            let mut headers = cors(&operator, &request);
            if let Ok(policy) = HeaderValue::from_str(&policy) {
                headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            }
            headers.insert(
                header::REFERRER_POLICY,
                HeaderValue::from_static("no-referrer"),
            );
            headers.insert(
                HeaderName::from_static("x-content-type-options"),
                HeaderValue::from_static("nosniff"),
            );
            (headers, Html(html)).into_response()
        }
        Err(error) => error.into_response(),
    }
}

async fn render(operator: &Operator, typed: Option<String>) -> Result<String, ApiError> {
    let (number, problem) = match typed.as_deref().map(phone_number::normalise) {
        None => (None, None),
        Some(Ok(number)) => (Some(number), None),
        Some(Err(problem)) => (None, Some(problem.to_string())),
    };
    let wanted = number.clone();
    let (messages, numbers) = operator
        .store
        .read(move |tx| {
            Ok(match &wanted {
                Some(number) => (message::of_number(tx, number)?, Vec::new()),
                None => (Vec::new(), sim::all(tx, 50)?),
            })
        })
        .await?;
    let page = Page {
        operator: operator.config.name.clone(),
        look: operator.config.name.bytes().map(u32::from).sum::<u32>() % 3,
        number,
        problem,
        messages: messages
            .into_iter()
            .map(|message| Shown {
                time: clock_time(message.time),
                from: message.sender,
                text: message.text,
            })
            .collect(),
        numbers: numbers
            .into_iter()
            .filter(|sim| sim.retired_at.is_none())
            .map(|sim| sim.number)
            .collect(),
    };
    page.render().map_err(|_| ApiError::unavailable())
}

/// Hours and minutes on this machine's clock.
fn clock_time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(
        |_| String::new(),
        |time| {
            time.to_zoned(jiff::tz::TimeZone::system())
                .strftime("%H:%M")
                .to_string()
        },
    )
}

async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("../../templates/handset.css"),
    )
}
