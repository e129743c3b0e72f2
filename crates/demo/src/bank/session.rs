//! The session of a browser: found by its cookie.

use axum::http::{HeaderMap, header};
use cookie::{Cookie, SameSite};
use ipse_texts::Language;

use super::{Bank, config::Customer, state::Session, texts};

/// The id in the browser's cookie, if it has one.
pub fn id(bank: &Bank, headers: &HeaderMap) -> Option<String> {
    let name = bank.cookie_name();
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// The `Set-Cookie` header of a new session. The cookie lives until the browser is closed.
pub fn cookie(bank: &Bank, id: String) -> String {
    Cookie::build((bank.cookie_name(), id))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(bank.config.issuer.starts_with("https:"))
        .build()
        .to_string()
}

/// The browser's session, if it has one that did not expire.
pub fn find(bank: &Bank, headers: &HeaderMap) -> Option<Session> {
    let id = id(bank, headers)?;
    let now = bank.clock.unix_seconds();
    bank.state().sessions.get(&id, now).cloned()
}

/// The language of a page in this session.
pub fn language(headers: &HeaderMap, query: Option<&str>, session: Option<&Session>) -> Language {
    let locales = session.map_or("", |session| &session.request.ui_locales);
    texts::language(headers, query, locales)
}

/// The customer who signed in, and when, in seconds.
pub fn customer<'a>(bank: &'a Bank, session: &Session) -> Option<(&'a Customer, i64)> {
    let signed_in = session.signed_in.as_ref()?;
    let customer = bank.config.customer(&signed_in.customer)?;
    Some((customer, signed_in.at))
}
