//! `/phone/v1`: what the phone asks, device-signed (docs/protocol.md §2–7).

mod actions;
mod config;
mod enrolments;
mod events;
mod me;
mod recoveries;
mod request;
mod sim;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::response::Response;

use crate::state::Server;

pub use events::Streams;
pub use request::{DeviceRequest, MAX_BODY};

/// The face.
pub fn router() -> Router<Arc<Server>> {
    Router::new()
        .merge(config::router())
        .merge(enrolments::router())
        .merge(recoveries::router())
        .merge(sim::router())
        .merge(actions::router())
        .merge(me::router())
        .merge(events::router())
        .fallback(|| async {
            crate::problem::Refusal::from(ipse_protocol::problem::ProblemCode::NotFound)
        })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(axum::middleware::map_response(no_store))
}

async fn no_store(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}
