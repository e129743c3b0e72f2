//! `POST /me/login`: the person begins to log in with the phone, to see their data here.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use ipse_scheme::login::Browser;

use super::super::error::Error;
use super::super::{Provider, browser};
use super::{read_form, waiting};
use crate::client_address::ClientAddress;

/// What its form is about.
pub const FORM: &str = "me/login";

/// Begins a login like one of a partner.
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
    let browser = Browser {
        binding: form.cookie.binding(),
        name: browser::name(&headers),
        language: form.language,
        address: address.0,
        return_cookie: None,
    };
    match provider.scheme.begin_own_login(browser).await {
        Ok(begun) => waiting(begun),
        Err(error) => {
            let page = browser::page(&provider, &headers, Some(form.language));
            Error::from(error).on(page)
        }
    }
}
