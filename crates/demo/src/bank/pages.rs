//! The bank's pages: plain, its own, and labelled as a demo.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use url::Url;

use super::{
    Bank, NATIONAL_NUMBER_CLAIM,
    config::{Customer, Look},
    language::{Language, Words},
    state::Sitting,
};

/// What every page shows around its own matter.
pub struct Frame {
    name: String,
    look: Look,
    language: Language,
    languages: [Language; 4],
    words: &'static Words,
}

impl Frame {
    fn new(bank: &Bank, language: Language) -> Self {
        Self {
            name: bank.config.name.clone(),
            look: bank.config.look,
            language,
            languages: Language::ALL,
            words: language.words(),
        }
    }
}

#[derive(Template)]
#[template(path = "bank_sign_in.html")]
pub struct SignIn {
    frame: Frame,
    csrf: String,
    unknown: bool,
    /// Id and name of each demo customer.
    choices: Vec<(String, String)>,
}

impl SignIn {
    pub fn new(bank: &Bank, language: Language, csrf: &str, unknown: bool) -> Self {
        let name =
            |customer: &Customer| format!("{} {}", customer.given_name, customer.family_name);
        Self {
            frame: Frame::new(bank, language),
            csrf: csrf.to_owned(),
            unknown,
            choices: bank
                .config
                .customers
                .iter()
                .filter(|customer| customer.listed)
                .map(|customer| (customer.id.clone(), name(customer)))
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "bank_agree.html")]
pub struct Agree {
    frame: Frame,
    agree_csrf: String,
    refuse_csrf: String,
    customer: String,
    /// Label and value of all that is handed over; empty where the request and the bank's means do not meet.
    rows: Vec<(&'static str, String)>,
    verified_at: String,
}

impl Agree {
    pub fn new(bank: &Bank, language: Language, sitting: &Sitting, customer: &Customer) -> Self {
        let words = language.words();
        let mut rows = Vec::new();
        if let Some(requested) = &sitting.request.claims
            && requested.met(bank, customer)
        {
            rows.extend(
                requested
                    .released()
                    .map(|claim| row(language, customer, claim)),
            );
            if requested.wants_evidence() {
                let expiry = language.date(&customer.document_expiry);
                rows.push((
                    words.document,
                    format!(
                        "{}, {} {expiry}",
                        customer.document_number, words.document_expiry
                    ),
                ));
            }
        }
        Self {
            frame: Frame::new(bank, language),
            agree_csrf: sitting.agree_token.clone(),
            refuse_csrf: sitting.refuse_token.clone(),
            customer: format!("{} {}", customer.given_name, customer.family_name),
            rows,
            verified_at: language.date(customer.verified_at.get(..10).unwrap_or_default()),
        }
    }
}

fn row(language: Language, customer: &Customer, claim: &str) -> (&'static str, String) {
    let words = language.words();
    match claim {
        "given_name" => (words.given_name, customer.given_name.clone()),
        "family_name" => (words.family_name, customer.family_name.clone()),
        "birthdate" => (words.birthdate, language.date(&customer.birthdate)),
        NATIONAL_NUMBER_CLAIM => (words.national_number, grouped(&customer.national_number)),
        _ => (words.nationality, customer.nationalities.join(", ")),
    }
}

/// `71.71.51-000.70`, as it stands on the card.
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

#[derive(Template)]
#[template(path = "bank_message.html")]
struct Message {
    frame: Frame,
    title: &'static str,
    lead: &'static str,
    code: &'static str,
}

/// A page that says what is wrong and what to do, with a stable code.
pub fn problem(
    bank: &Bank,
    language: Language,
    status: StatusCode,
    code: &'static str,
) -> Response {
    let words = language.words();
    let (title, lead) = match code {
        "request_unknown" | "no_request" | "form_stale" => (words.stale, words.stale_lead),
        "not_found" => (words.missing, words.missing_lead),
        _ => (words.invalid, words.invalid_lead),
    };
    let page = Message {
        frame: Frame::new(bank, language),
        title,
        lead,
        code,
    };
    show(language, status, &page, None)
}

pub async fn home(
    State(bank): State<Arc<Bank>>,
    headers: HeaderMap,
    uri: axum::http::Uri,
) -> Response {
    let language = Language::choose(&headers, uri.query(), &[]);
    let words = language.words();
    let page = Message {
        frame: Frame::new(&bank, language),
        title: words.home,
        lead: words.home_lead,
        code: "",
    };
    show(language, StatusCode::OK, &page, None)
}

pub async fn not_found(State(bank): State<Arc<Bank>>, headers: HeaderMap) -> Response {
    problem(
        &bank,
        Language::choose(&headers, None, &[]),
        StatusCode::NOT_FOUND,
        "not_found",
    )
}

/// Renders a page. `leads_to` is the address that its forms may end up at after a redirect, which browsers count as the
/// form's target.
pub fn show(
    language: Language,
    status: StatusCode,
    page: &impl Template,
    leads_to: Option<&str>,
) -> Response {
    let Ok(body) = page.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = (status, Html(body)).into_response();
    let target = leads_to
        .and_then(|uri| Url::parse(uri).ok())
        .map(|url| url.origin().ascii_serialization());
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' {}; frame-ancestors 'none'; base-uri 'none'",
        target.unwrap_or_default()
    );
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_LANGUAGE,
        HeaderValue::from_static(language.code()),
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

pub async fn style() -> Response {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("bank.css"),
    )
        .into_response()
}

pub async fn icon(State(bank): State<Arc<Bank>>) -> Response {
    let icon = match bank.config.look {
        Look::Anker => include_str!("anker.svg"),
        Look::Linde => include_str!("linde.svg"),
    };
    ([(header::CONTENT_TYPE, "image/svg+xml")], icon).into_response()
}
