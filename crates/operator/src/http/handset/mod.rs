//! `/handset`: the simulated handset (demo profile only).

mod messages;
mod page;
mod style;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Redirect;
use axum::routing::get;
use serde::Deserialize;

use super::{ApiError, Shared};
use crate::operator::Operator;

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(async || Redirect::to("/handset")))
        .route("/handset", get(page::get))
        .route("/handset/messages", get(messages::get))
        .route("/handset/style.css", get(style::get))
}

/// Which handset.
#[derive(Deserialize)]
struct Which {
    number: String,
}

/// Lets the phone app read the answer from its own origin (CORS), and no other site.
fn cors(operator: &Operator, request: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let app = &operator.config.app_origin;
    let origin = request.get(header::ORIGIN);
    if origin.is_some_and(|origin| origin == app.as_str())
        && let Ok(value) = HeaderValue::from_str(app)
    {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
    }
    headers
}
