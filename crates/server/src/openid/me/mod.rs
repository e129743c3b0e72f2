//! `/me…`: a person sees in a browser with whom they shared what and when, and, after an approval of its own, all that the
//! scheme holds on them (docs/protocol.md §10, "/me").

pub mod data;
pub mod export;
pub mod login;
pub mod page;
mod pages;
pub mod sign_out;

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use ipse_protocol::constant_time_eq;
use ipse_scheme::login::{Begun, LoginError, LoginRefusal, SignIn};
use ipse_scheme::session::Session;
use ipse_texts::Language;

use super::cookie::{BrowserCookie, SessionCookie};
use super::error::Error;
use super::pages::{ErrorPage, Outcome, Page, sign_in_path};
use super::sign_in::form_token;
use super::{Provider, browser, form, headers};

/// The page.
pub const PATH: &str = "/me";

/// The session of the browser, with its cookie, while it lasts.
async fn session(
    provider: &Provider,
    headers: &HeaderMap,
) -> Result<Option<(SessionCookie, Session)>, Error> {
    let Some(cookie) = SessionCookie::read(headers, provider.issuer()) else {
        return Ok(None);
    };
    let found = provider.scheme.session(cookie.value()).await?;
    Ok(found.map(|session| (cookie, session)))
}

/// The address of the page, in another language than the browser's if the person chose one.
fn path(headers: &HeaderMap, language: Language) -> String {
    match browser::language(headers).unwrap_or(Language::En) {
        own if own == language => PATH.to_owned(),
        _ => format!("{PATH}?lang={}", language.tag()),
    }
}

/// A form of these pages.
struct Form {
    cookie: BrowserCookie,
    language: Language,
}

/// Reads a form, if it was sent from the page in this browser (threat 18); otherwise the answer. `about` names the form.
#[expect(clippy::result_large_err, reason = "the answer is sent at once")]
fn read_form(
    provider: &Provider,
    request: &HeaderMap,
    body: &[u8],
    about: &str,
) -> Result<Form, Response> {
    let form = form::read(request, body).unwrap_or_default();
    let chosen = form.get("lang").and_then(Language::parse);
    let page = browser::page(provider, request, chosen);
    let Some(cookie) = BrowserCookie::read(request, provider.issuer()) else {
        return Err(Error::WrongBrowser.on(page));
    };
    let expected = form_token(provider, about, &cookie);
    let given = form.get("token").unwrap_or_default();
    if !constant_time_eq(expected.as_bytes(), given.as_bytes()) {
        return Err(Error::FormToken.on(page));
    }
    let language = page.language;
    Ok(Form { cookie, language })
}

/// Goes to the page that waits for the phone.
fn waiting(begun: Begun) -> Response {
    match begun {
        Begun::Now(state) => headers::see_other(&sign_in_path(&state.action)),
        Begun::Before(action) => headers::see_other(&sign_in_path(&action)),
        // Only a partner's request can forbid to ask.
        Begun::PersonNeeded(_) => headers::see_other(PATH),
    }
}

/// The end of a login that was for these pages: the browser gets its session.
pub async fn arrived(
    provider: &Provider,
    headers: &HeaderMap,
    sign_in: &SignIn,
    code: &str,
    page: Page,
) -> Response {
    let shown = SessionCookie::read(headers, provider.issuer());
    let shown = shown.as_ref().map(SessionCookie::value);
    match provider.scheme.begin_session(code, shown).await {
        Ok(new) => {
            let to = match sign_in.kind {
                ipse_scheme::Kind::Export => data::PATH.to_owned(),
                _ => path(headers, page.language),
            };
            let mut response = headers::see_other(&to);
            SessionCookie::set_on(&new, provider.issuer(), &mut response);
            response
        }
        Err(LoginError::Refused(LoginRefusal::Code(_))) => over(page),
        Err(error) => Error::from(error).on(page),
    }
}

/// The session is over.
fn over(page: Page) -> Response {
    Outcome::new(page, ErrorPage::SessionOver)
        .retry(PATH.to_owned())
        .into_response()
}
