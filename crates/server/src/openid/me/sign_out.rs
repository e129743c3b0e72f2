//! `POST /me/sign-out`: the person ends the session.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::super::cookie::SessionCookie;
use super::super::error::Error;
use super::super::{Provider, browser, headers};
use super::{path, read_form};

/// What its form is about.
pub const FORM: &str = "me/sign-out";

/// Ends it, in the database too.
pub async fn post(
    State(provider): State<Arc<Provider>>,
    request: HeaderMap,
    body: Bytes,
) -> Response {
    let form = match read_form(&provider, &request, &body, FORM) {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    if let Some(cookie) = SessionCookie::read(&request, provider.issuer())
        && let Err(error) = provider.scheme.end_session(cookie.value()).await
    {
        let page = browser::page(&provider, &request, Some(form.language));
        return Error::from(error).on(page);
    }
    let mut response = headers::see_other(&path(&request, form.language));
    SessionCookie::delete_on(provider.issuer(), &mut response);
    response
}
