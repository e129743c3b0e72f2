//! `GET /return/{token}`: the app brings back the browser that started the login, and no other (threats 1 and 18).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::cookie::BrowserCookie;
use super::pages::{ErrorPage, Outcome};
use super::{Provider, browser, form, login_result};

/// Sends the starting browser on to the partner.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let page = browser::page(&provider, &headers, None);
    let Some(cookie) = BrowserCookie::read(&headers, provider.issuer()) else {
        return Outcome::new(page, ErrorPage::WrongBrowser).into_response();
    };
    let browser = cookie.binding();
    let sign_in = match provider.scheme.sign_in_returned(&token, &browser).await {
        Ok(Some(sign_in)) => sign_in,
        Ok(None) => return Outcome::new(page, ErrorPage::WrongBrowser).into_response(),
        Err(error) => return login_result::unavailable(&form::failed(error), page),
    };
    let page = browser::page(&provider, &headers, login_result::language(&sign_in, None));
    match &sign_in.result {
        Some(result) => login_result::answer(&provider, &sign_in, result, page).await,
        None => Outcome::new(page, ErrorPage::ActionClosed).into_response(),
    }
}
