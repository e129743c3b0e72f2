//! `POST /sign-in/cancel`: the person cancels at the browser, or reports that another person's phone claimed the login.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use ipse_protocol::constant_time_eq;
use ipse_texts::Language;

use super::super::error::Error;
use super::super::pages::{ErrorPage, Outcome, sign_in_path};
use super::super::{Provider, browser, form, login_result};
use super::{form_token, login_of_browser};

/// Cancels the login and shows the way back.
pub async fn post(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = form::read(&headers, &body).unwrap_or_default();
    let chosen = form.get("lang").and_then(Language::parse);
    let action = form.get("action").unwrap_or_default();
    let page = browser::page(&provider, &headers, chosen);
    let (cookie, sign_in) = match login_of_browser(&provider, &headers, action).await {
        Ok(Some(found)) => found,
        Ok(None) => return Error::WrongBrowser.on(page),
        Err(error) => return Error::from(error).on(page),
    };
    let page = browser::page(
        &provider,
        &headers,
        login_result::language(&sign_in, chosen),
    );
    let expected = form_token(&provider, action, &cookie);
    let given = form.get("token").unwrap_or_default();
    if !constant_time_eq(expected.as_bytes(), given.as_bytes()) {
        return Error::FormToken.on(page);
    }
    match provider.scheme.cancel(action, &cookie.binding()).await {
        Ok(true) => {}
        // It was decided a moment ago; the page shows the result.
        Ok(false) => {
            return Outcome::new(page, ErrorPage::ActionClosed)
                .retry(sign_in_path(action))
                .into_response();
        }
        Err(error) => return Error::from(error).on(page),
    }
    let back = match login_result::denied(&provider, &sign_in, login_result::CANCELLED) {
        Ok(back) => back,
        Err(error) => return error.on(page),
    };
    let not_my_phone = form.get("reason") == Some("not_my_phone");
    // The warning about another phone stays on the screen; otherwise the browser goes back by itself.
    let outcome = if not_my_phone {
        Outcome::new(page, ErrorPage::NotMyPhone).back(back)
    } else {
        Outcome::new(page, ErrorPage::ActionCancelled)
            .back(back)
            .forward()
    };
    outcome.into_response()
}
