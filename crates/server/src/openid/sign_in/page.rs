//! `GET /sign-in?action=…`: the page on which a browser waits for the phone.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use ipse_openid::Params;
use ipse_protocol::terms::Level;
use ipse_scheme::Kind;
use ipse_scheme::login::SignIn;
use ipse_scheme::request::is_own_partner;
use ipse_texts::Language;

use super::super::cookie::BrowserCookie;
use super::super::error::Error;
use super::super::pages::{self, ErrorPage, Outcome, Purpose, sign_in_path};
use super::super::{Provider, browser, headers as security, login_result, me};
use super::{form_token, login_of_browser, step};

const MINUTE_MS: i64 = 60_000;

/// Shows how to reach the phone, then the match code; at the end redirects to the partner.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let chosen = query.get("lang").and_then(Language::parse);
    let action = query.get("action").unwrap_or_default();
    let page = browser::page(&provider, &headers, chosen);
    let (cookie, sign_in) = match login_of_browser(&provider, &headers, action).await {
        Ok(Some(found)) => found,
        Ok(None) => return Error::WrongBrowser.on(page),
        Err(error) => return Error::from(error).on(page),
    };
    show(&provider, &headers, chosen, &cookie, sign_in).await
}

/// Shows the state of a login to the browser that started it.
pub async fn show(
    provider: &Provider,
    headers: &HeaderMap,
    chosen: Option<Language>,
    cookie: &BrowserCookie,
    sign_in: SignIn,
) -> Response {
    let mut page = browser::page(provider, headers, login_result::language(&sign_in, chosen));
    if let Some(result) = &sign_in.result {
        return login_result::answer(provider, headers, &sign_in, result, page).await;
    }
    let Some(step) = step(&sign_in) else {
        if is_own_partner(&sign_in.partner) {
            // A reload after the end: the session shows what there is.
            return security::see_other(me::PATH);
        }
        return Outcome::new(page, ErrorPage::ActionClosed).into_response();
    };
    page.again = Some(sign_in_path(&sign_in.action));
    pages::SignIn {
        form_token: form_token(provider, &sign_in.action, cookie),
        purpose: match sign_in.kind {
            _ if !is_own_partner(&sign_in.partner) => Purpose::Partner,
            Kind::Export => Purpose::Export,
            _ => Purpose::Me,
        },
        partner: sign_in.partner_name.clone(),
        domain: sign_in.partner_domain.clone(),
        advanced: sign_in.level == Level::Advanced,
        app: format!("{}/app/", provider.scheme.config.app),
        minutes: (sign_in.expires - sign_in.now + MINUTE_MS / 2).max(0) / MINUTE_MS,
        action: sign_in.action.into(),
        page,
        step,
    }
    .into_response()
}
