//! `GET /sign-in/answer?action=…`: takes the result of a login to a partner that gets it by a form.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use ipse_openid::Params;

use super::super::error::Error;
use super::super::pages::sign_in_path;
use super::super::{Provider, browser, headers, login_result};
use super::login_of_browser;

/// Sends the browser that started the login back to the partner.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    request_headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let action = query.get("action").unwrap_or_default();
    let page = browser::page(&provider, &request_headers, None);
    let sign_in = match login_of_browser(&provider, &request_headers, action).await {
        Ok(Some((_, sign_in))) => sign_in,
        Ok(None) => return Error::WrongBrowser.on(page),
        Err(error) => return Error::from(error).on(page),
    };
    let page = browser::page(
        &provider,
        &request_headers,
        login_result::language(&sign_in, None),
    );
    match &sign_in.result {
        Some(result) => login_result::go(&provider, &request_headers, &sign_in, result, page).await,
        None => headers::see_other(&sign_in_path(&sign_in.action)),
    }
}
