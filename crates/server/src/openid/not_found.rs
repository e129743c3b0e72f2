//! Any other path: a page in the browser's language.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::pages::{ErrorPage, Outcome};
use super::{Provider, browser};

/// Shows the page.
pub async fn get(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Response {
    let page = browser::page(&provider, &headers, None);
    Outcome::new(page, ErrorPage::PageUnknown).into_response()
}
