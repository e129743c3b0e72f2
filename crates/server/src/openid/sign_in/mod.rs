//! `GET /sign-in?action=…`: where a browser waits for the phone.

pub mod cancel;
pub mod qr;
pub mod state;

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use ipse_jose::b64;
use ipse_openid::Params;
use ipse_scheme::Error;
use ipse_scheme::login::SignIn;
use ipse_texts::Language;

use super::cookie::BrowserCookie;
use super::pages::{self, ErrorPage, Outcome, Step, sign_in_path};
use super::{browser, form, login_result};
use crate::Server;

const MINUTE_MS: i64 = 60_000;

/// Shows how to reach the phone, then the match code; at the end sends the browser back.
pub async fn get(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let chosen = query.get("lang").and_then(Language::parse);
    let action = query.get("action").unwrap_or_default();
    let page = browser::page(&server, &headers, chosen);
    let (cookie, sign_in) = match standing(&server, &headers, action).await {
        Ok(Some(found)) => found,
        Ok(None) => return Outcome::new(page, ErrorPage::WrongBrowser).into_response(),
        Err(error) => return login_result::unavailable(&form::failed(error), page),
    };
    show(&server, &headers, chosen, &cookie, sign_in).await
}

/// How a login stands, to the browser that began it.
pub async fn show(
    server: &Server,
    headers: &HeaderMap,
    chosen: Option<Language>,
    cookie: &BrowserCookie,
    sign_in: SignIn,
) -> Response {
    let mut page = browser::page(server, headers, login_result::language(&sign_in, chosen));
    if let Some(result) = &sign_in.result {
        return login_result::answer(server, &sign_in, result, page).await;
    }
    let Some(step) = step(&sign_in) else {
        return Outcome::new(page, ErrorPage::ActionClosed).into_response();
    };
    page.again = Some(sign_in_path(&sign_in.action));
    pages::SignIn {
        form_token: form_token(server, &sign_in.action, cookie),
        partner: sign_in.partner_name.clone(),
        domain: sign_in.partner_domain.clone(),
        advanced: sign_in.level == "advanced",
        app: format!("{}/app/", server.scheme.config.app),
        minutes: (sign_in.expires - sign_in.now + MINUTE_MS / 2).max(0) / MINUTE_MS,
        action: sign_in.action,
        page,
        step,
    }
    .into_response()
}

/// The login, if this browser started it.
async fn standing(
    server: &Server,
    headers: &HeaderMap,
    action: &str,
) -> Result<Option<(BrowserCookie, SignIn)>, Error> {
    let Some(cookie) = BrowserCookie::read(headers, &server.config.issuer) else {
        return Ok(None);
    };
    let found = server.scheme.sign_in(action, &cookie.binding()).await?;
    Ok(found.map(|sign_in| (cookie, sign_in)))
}

/// What the waiting page shows; `None` when there is nothing to wait for.
fn step(sign_in: &SignIn) -> Option<Step> {
    match sign_in.status.as_str() {
        "created" if sign_in.directed => Some(Step::ActionRequest),
        "created" => Some(Step::Start {
            qr: super::qr::Qr::draw(sign_in.qr_text.clone()),
            open_app: sign_in.app_link.clone(),
        }),
        "linked" => Some(Step::Claimed {
            match_code: sign_in.match_code.clone().unwrap_or_default(),
            same_device: sign_in.flow.as_deref() == Some("app"),
        }),
        "approved" => Some(Step::Returning),
        _ => None,
    }
}

/// What `/sign-in/state` says; the script reloads when it changes.
fn status(sign_in: &SignIn) -> &'static str {
    if sign_in.result.is_some() {
        return "done";
    }
    match sign_in.status.as_str() {
        "created" => "created",
        "linked" => "linked",
        "approved" => "returning",
        _ => "done",
    }
}

/// Proves that a form came from our page in this browser (threat 18).
fn form_token(server: &Server, action: &str, cookie: &BrowserCookie) -> String {
    let mut message = cookie.binding().to_vec();
    message.extend_from_slice(action.as_bytes());
    b64::encode(&server.scheme.keys.mac("openid/form/1", &message)[..16])
}
