//! `GET /sign-in/qr?action=…`: the QR of this second.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ipse_openid::Params;
use ipse_protocol::terms::ActionStatus;
use ipse_scheme::login::SignIn;

use super::super::error::Error;
use super::super::qr::Qr;
use super::super::{Provider, headers};
use super::login_of_browser;

/// Whether a phone may scan the page: none has claimed the login, or one that was sent the text.
fn is_scannable(sign_in: &SignIn) -> bool {
    match sign_in.status {
        ActionStatus::Created => !sign_in.directed,
        ActionStatus::Linked => sign_in.unscanned,
        ActionStatus::Approved
        | ActionStatus::Refused
        | ActionStatus::Expired
        | ActionStatus::Cancelled
        | ActionStatus::Delivered => false,
    }
}

/// Answers the text and its drawing as an SVG path, or `null` when there is nothing left to scan.
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
        Ok(Some((_, sign_in))) if is_scannable(&sign_in) => {
            match serde_json::to_vec(&Qr::draw(sign_in.qr_text)) {
                Ok(body) => headers::json(StatusCode::OK, body),
                Err(error) => Error::json("the QR cannot be written")(error).into_json(),
            }
        }
        Ok(Some(_)) => headers::json(StatusCode::OK, b"null".to_vec()),
        Ok(None) => headers::json(StatusCode::NOT_FOUND, br#"{"error":"not_found"}"#.to_vec()),
        Err(error) => Error::from(error).into_json(),
    }
}
