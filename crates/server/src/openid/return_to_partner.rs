//! `GET /return/{token}`: the app opens this page after a decision on the same device. Only the browser that started the login
//! goes on to the partner (threats 1 and 18).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::cookie::BrowserCookie;
use super::error::Error;
use super::pages::{ErrorPage, Outcome};
use super::{Provider, browser, login_result};

/// Sends the starting browser on to the partner.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let page = browser::page(&provider, &headers, None);
    let Some(cookie) = BrowserCookie::read(&headers, provider.issuer()) else {
        return Error::WrongBrowser.on(page);
    };
    let browser = cookie.binding();
    let sign_in = match provider.scheme.sign_in_returned(&token, &browser).await {
        Ok(Some(sign_in)) => sign_in,
        Ok(None) => return Error::WrongBrowser.on(page),
        Err(error) => return Error::from(error).on(page),
    };
    let page = browser::page(&provider, &headers, login_result::language(&sign_in, None));
    match &sign_in.result {
        Some(result) => login_result::answer(&provider, &headers, &sign_in, result, page).await,
        None => Outcome::new(page, ErrorPage::ActionClosed).into_response(),
    }
}
