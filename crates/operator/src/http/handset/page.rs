//! `GET /handset`: the text messages of a handset, as a page for people.

use std::borrow::Cow;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use ipse_texts::{Language, Texts};

use super::{ApiError, Shared, Which, cors};
use crate::ids::PhoneNumber;
use crate::operator::Operator;
use crate::store::{message, sim};
use crate::texts;

/// Phones that the page offers.
const NUMBERS: u32 = 50;
/// How many looks the style sheet has.
const LOOKS: u32 = 3;

#[derive(Template)]
#[template(path = "handset.html")]
struct Page<'a> {
    texts: &'a Texts,
    language: Language,
    operator: String,
    /// Which look the page has, so that people see whose page it is.
    look: u32,
    /// The number that is shown, if one was chosen.
    number: Option<PhoneNumber>,
    problem: Option<String>,
    messages: Vec<Shown>,
    numbers: Vec<PhoneNumber>,
}

impl Page<'_> {
    fn text(&self, key: &str) -> Cow<'_, str> {
        self.texts.get(self.language, key)
    }
}

struct Shown {
    time: String,
    from: String,
    text: String,
}

pub(super) async fn get(
    State(operator): State<Shared>,
    request: HeaderMap,
    query: Result<Query<Which>, QueryRejection>,
) -> Result<Response, ApiError> {
    let typed = query.ok().map(|Query(which)| which.number);
    let language = language(&request);
    let html = render(&operator, language, typed).await?;
    let mut headers = cors(&operator, &request);
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self' {}",
        operator.config.app_origin
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::CONTENT_LANGUAGE, language.tag()),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok((headers, Html(html)).into_response())
}

/// What the browser prefers, else English.
fn language(request: &HeaderMap) -> Language {
    request
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(Language::from_accept_language)
        .unwrap_or(Language::En)
}

async fn render(
    operator: &Operator,
    language: Language,
    typed: Option<String>,
) -> Result<String, ApiError> {
    let (number, problem) = match typed.as_deref().map(PhoneNumber::normalise) {
        None => (None, None),
        Some(Ok(number)) => (Some(number), None),
        Some(Err(problem)) => {
            let text = texts::number_problem(&operator.texts, language, problem);
            (None, Some(text))
        }
    };
    let wanted = number.clone();
    let (messages, sims) = operator
        .store
        .read(move |tx| {
            Ok(match &wanted {
                Some(number) => (message::of_number(tx, number)?, Vec::new()),
                None => (Vec::new(), sim::all(tx, NUMBERS)?),
            })
        })
        .await?;
    let mut shown = Vec::new();
    for message in messages {
        shown.push(Shown {
            time: local_time(message.time)?,
            from: message.sender,
            text: message.text,
        });
    }
    let name = &operator.config.name;
    let page = Page {
        texts: &operator.texts,
        language,
        operator: name.clone(),
        look: name.bytes().map(u32::from).sum::<u32>() % LOOKS,
        number,
        problem,
        messages: shown,
        numbers: sims
            .into_iter()
            .filter(|sim| sim.retired_at.is_none())
            .map(|sim| sim.number)
            .collect(),
    };
    Ok(page.render()?)
}

/// Hours and minutes in the time zone of this machine.
fn local_time(ms: i64) -> Result<String, ApiError> {
    let time = jiff::Timestamp::from_millisecond(ms).map_err(ApiError::Time)?;
    let zoned = time.to_zoned(jiff::tz::TimeZone::system());
    Ok(zoned.strftime("%H:%M").to_string())
}
