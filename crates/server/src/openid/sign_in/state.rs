//! `GET /sign-in/state?action=…`: whether the page must change.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ipse_openid::Params;

use super::super::error::Error;
use super::super::{Provider, headers};
use super::{login_of_browser, status};

/// Answers `created`, `linked`, `returning` or `done`.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    request_headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Params::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    match login_of_browser(
        &provider,
        &request_headers,
        query.get("action").unwrap_or_default(),
    )
    .await
    {
        Ok(Some((_, sign_in))) => {
            let body = format!(r#"{{"status":"{}"}}"#, status(&sign_in));
            headers::json(StatusCode::OK, body.into_bytes())
        }
        Ok(None) => headers::json(StatusCode::NOT_FOUND, br#"{"error":"not_found"}"#.to_vec()),
        Err(error) => Error::from(error).into_json(),
    }
}
