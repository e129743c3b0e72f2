//! `POST /me/export`: the person asks to see the values. The phone of the same person must approve that, with SIM and code.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use ipse_scheme::login::Browser;

use super::super::error::Error;
use super::super::{Provider, browser};
use super::{over, read_form, session, waiting};
use crate::client_address::ClientAddress;

/// What its form is about.
pub const FORM: &str = "me/export";

/// Begins the action, for the person of the session.
pub async fn post(
    State(provider): State<Arc<Provider>>,
    address: ClientAddress,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = match read_form(&provider, &headers, &body, FORM) {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let page = browser::page(&provider, &headers, Some(form.language));
    let session = match session(&provider, &headers).await {
        Ok(Some((_, session))) => session,
        Ok(None) => return over(page),
        Err(error) => return error.on(page),
    };
    let browser = Browser {
        binding: form.cookie.binding(),
        name: browser::name(&headers),
        language: form.language,
        address: address.0,
        return_cookie: None,
    };
    match provider.scheme.begin_own_export(&session, browser).await {
        Ok(begun) => waiting(begun),
        Err(error) => Error::from(error).on(page),
    }
}
