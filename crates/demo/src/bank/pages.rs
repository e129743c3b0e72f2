//! The bank's pages. Each says that it is a demo.

use std::borrow::Cow;

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use ipse_texts::Language;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;
use url::Url;

use super::{
    Bank,
    claims::Claim,
    config::{Customer, Look},
    state::{Session, Told},
    texts,
};

/// The event of a new phone.
const NEW_PHONE: &str = "https://ipse.example/events/new-phone";

/// What every page has.
pub struct Frame<'a> {
    bank: &'a Bank,
    language: Language,
    languages: [Language; 4],
}

impl<'a> Frame<'a> {
    pub fn new(bank: &'a Bank, language: Language) -> Self {
        Self {
            bank,
            language,
            languages: Language::ALL,
        }
    }

    fn name(&self) -> &str {
        &self.bank.config.name
    }

    fn look(&self) -> Look {
        self.bank.config.look
    }

    fn text(&self, key: &str) -> Cow<'_, str> {
        self.bank.texts.get(self.language, key)
    }

    fn date(&self, date: Date) -> String {
        texts::date(&self.bank.texts, self.language, date)
    }
}

#[derive(Template)]
#[template(path = "bank_sign_in.html")]
pub struct SignIn<'a> {
    frame: Frame<'a>,
    csrf: String,
    /// Whether the name that was typed is no customer's.
    unknown: bool,
    /// Id and name of each demo customer.
    choices: Vec<(String, String)>,
}

impl<'a> SignIn<'a> {
    pub fn new(bank: &'a Bank, language: Language, csrf: &str, unknown: bool) -> Self {
        let customers = bank.config.customers.iter();
        Self {
            frame: Frame::new(bank, language),
            csrf: csrf.to_owned(),
            unknown,
            choices: customers
                .filter(|customer| customer.listed)
                .map(|customer| (customer.id.clone(), full_name(customer)))
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "bank_agree.html")]
pub struct Agree<'a> {
    frame: Frame<'a>,
    agree_csrf: String,
    refuse_csrf: String,
    customer: String,
    /// Label and value of everything that is released; empty if the bank cannot meet the request.
    rows: Vec<(String, String)>,
    /// When and how the bank verified them.
    checked: String,
}

impl<'a> Agree<'a> {
    pub fn new(bank: &'a Bank, language: Language, session: &Session, customer: &Customer) -> Self {
        let frame = Frame::new(bank, language);
        let mut rows = Vec::new();
        if let Some(requested) = &session.request.claims
            && requested.is_met(bank, customer)
        {
            let released = requested.released(bank, customer);
            rows.extend(released.map(|(claim, value)| row(&frame, claim, &value)));
            if requested.wants_evidence() {
                let variables = [
                    ("number", customer.document_number.clone()),
                    ("expiry", frame.date(customer.document_expiry)),
                ];
                let value = bank.texts.with(language, "document-value", &variables);
                rows.push((frame.text("document").into_owned(), value));
            }
        }
        let verified = customer.verified_at.to_zoned(TimeZone::UTC).date();
        let variables = [("date", frame.date(verified))];
        Self {
            agree_csrf: session.agree_token.clone(),
            refuse_csrf: session.refuse_token.clone(),
            customer: full_name(customer),
            rows,
            checked: bank.texts.with(language, "checked", &variables),
            frame,
        }
    }
}

fn full_name(customer: &Customer) -> String {
    format!("{} {}", customer.given_name, customer.family_name)
}

fn row(frame: &Frame<'_>, claim: Claim, value: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (label, shown) = match claim {
        Claim::GivenName => ("given-name", text(value)),
        Claim::FamilyName => ("family-name", text(value)),
        Claim::Birthdate => {
            let date = text(value);
            let written = date.parse().map(|date| frame.date(date));
            ("birthdate", written.unwrap_or(date))
        }
        Claim::Nationalities => {
            let codes = value.as_array().into_iter().flatten().map(text);
            ("nationality", codes.collect::<Vec<_>>().join(", "))
        }
        Claim::NationalNumber => ("national-number", grouped(&text(value))),
        Claim::Gender => {
            let gender = [("gender", text(value))];
            let texts = &frame.bank.texts;
            (
                "gender",
                texts.with(frame.language, "gender-value", &gender),
            )
        }
        Claim::PlaceOfBirth => {
            let (place, country) = (text(&value["locality"]), text(&value["country"]));
            ("place-of-birth", format!("{place}, {country}"))
        }
        Claim::Address => {
            let part = |name: &str| text(&value[name]);
            let (street, town) = (part("street_address"), part("locality"));
            let (code, country) = (part("postal_code"), part("country"));
            ("address", format!("{street}, {code} {town}, {country}"))
        }
        Claim::Picture => ("photo", frame.text("photo-value").into_owned()),
    };
    (frame.text(label).into_owned(), shown)
}

#[derive(Template)]
#[template(path = "bank_message.html")]
pub struct Message<'a> {
    frame: Frame<'a>,
    title: String,
    lead: String,
    problem: Option<Code>,
    /// What the scheme told about customers: a sentence each, with its date.
    told: Vec<String>,
}

/// The stable code of a problem, and the line that shows it.
struct Code {
    code: &'static str,
    text: String,
}

impl<'a> Message<'a> {
    /// A page with a title and a paragraph, by the keys of their texts.
    pub fn new(bank: &'a Bank, language: Language, title: &str, lead: &str) -> Self {
        let frame = Frame::new(bank, language);
        Self {
            title: frame.text(title).into_owned(),
            lead: frame.text(lead).into_owned(),
            frame,
            problem: None,
            told: Vec::new(),
        }
    }

    /// With what the scheme told about customers, newest first.
    pub fn told(mut self) -> Self {
        let bank = self.frame.bank;
        let mut all: Vec<Told> = bank.state().told.values().cloned().collect();
        all.sort_by_key(|told| std::cmp::Reverse(told.time));
        self.told = all.iter().filter_map(|told| self.sentence(told)).collect();
        self
    }

    fn sentence(&self, told: &Told) -> Option<String> {
        let bank = self.frame.bank;
        let customer = bank
            .config
            .customers
            .iter()
            .find(|c| c.id == told.customer)?;
        let at = Timestamp::from_second(told.time).ok()?;
        let variables = [
            ("name", full_name(customer)),
            ("date", self.frame.date(at.to_zoned(TimeZone::UTC).date())),
        ];
        let key = match told.event.as_str() {
            NEW_PHONE => "told-new-phone",
            _ => "told-other",
        };
        Some(bank.texts.with(self.frame.language, key, &variables))
    }
}

/// Why a browser gets no page or no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The form is not one of the session's newest.
    FormStale,
    /// The form or query does not parse.
    InvalidRequest,
    /// The browser has no session.
    NoRequest,
    /// No such page.
    NotFound,
    /// The request was not pushed.
    RequestNotPushed,
    /// The pushed request is unknown, used or expired.
    RequestUnknown,
    /// Another client.
    UnknownClient,
}

impl Problem {
    /// The stable code.
    fn code(self) -> &'static str {
        match self {
            Self::FormStale => "form_stale",
            Self::InvalidRequest => "invalid_request",
            Self::NoRequest => "no_request",
            Self::NotFound => "not_found",
            Self::RequestNotPushed => "request_not_pushed",
            Self::RequestUnknown => "request_unknown",
            Self::UnknownClient => "unknown_client",
        }
    }
}

/// A page that says what is wrong and what to do.
pub fn problem(bank: &Bank, language: Language, status: StatusCode, problem: Problem) -> Response {
    let (title, lead) = match problem {
        Problem::RequestUnknown | Problem::NoRequest | Problem::FormStale => {
            ("stale", "stale-lead")
        }
        Problem::NotFound => ("missing", "missing-lead"),
        Problem::InvalidRequest | Problem::RequestNotPushed | Problem::UnknownClient => {
            ("invalid", "invalid-lead")
        }
    };
    let code = problem.code();
    tracing::info!(code, "a browser was refused");
    let mut page = Message::new(bank, language, title, lead);
    page.problem = Some(Code {
        code,
        text: bank.texts.with(language, "code", &[("code", code)]),
    });
    show(language, status, &page, None)
}

/// Renders a page. `leads_to` is the address where its forms may lead after a redirect. Browsers check it as the target of
/// the form.
pub fn show(
    language: Language,
    status: StatusCode,
    page: &impl Template,
    leads_to: Option<&Url>,
) -> Response {
    let body = match page.render() {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = (status, Html(body)).into_response();
    let target = leads_to.map(|url| url.origin().ascii_serialization());
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {}; frame-ancestors 'none'; base-uri 'none'",
        target.unwrap_or_default()
    );
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(language.tag()),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// `71.71.51-000.70`, as on the card.
fn grouped(number: &str) -> String {
    match (
        number.get(..2),
        number.get(2..4),
        number.get(4..6),
        number.get(6..9),
        number.get(9..),
    ) {
        (Some(year), Some(month), Some(day), Some(serial), Some(check)) => {
            format!("{year}.{month}.{day}-{serial}.{check}")
        }
        _ => number.to_owned(),
    }
}
