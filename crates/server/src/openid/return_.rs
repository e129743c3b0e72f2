//! `GET /return/{token}`: the app brings back the browser that started the login, and no other (threats 1 and 18).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::cookie::BrowserCookie;
use super::pages::{Ending, Outcome};
use super::{browser, ending, form};
use crate::Server;

/// Sends the starting browser on to the partner.
pub async fn get(
    State(server): State<Arc<Server>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let page = browser::page(&server, &headers, None);
    let Some(cookie) = BrowserCookie::read(&headers, &server.config.issuer) else {
        return Outcome::new(page, Ending::WrongBrowser).into_response();
    };
    let sign_in = match server.scheme.take_return(&token, &cookie.binding()).await {
        Ok(Some(sign_in)) => sign_in,
        Ok(None) => return Outcome::new(page, Ending::WrongBrowser).into_response(),
        Err(error) => return ending::unavailable(&form::failed(error), page),
    };
    let page = browser::page(&server, &headers, ending::language(&sign_in, None));
    match &sign_in.ending {
        Some(end) => ending::answer(&server, &sign_in, end, page).await,
        None => Outcome::new(page, Ending::ActionClosed).into_response(),
    }
}
