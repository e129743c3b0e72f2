//! `/phone/v1`: the API of the phone. Requests are signed by the device (docs/protocol.md §2–7).

mod actions;
mod attributes;
mod block;
mod code;
mod config;
mod copied;
mod devices;
mod email;
mod enrolments;
mod events;
mod export;
mod fingerprint;
mod history;
mod me;
mod not_me;
mod partners;
mod receipts;
mod recoveries;
mod request;
mod sim;
mod unblock;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::wire::ConfigResponse;
use ipse_scheme::Scheme;

use crate::clock;
use crate::config::ServerConfig;
use crate::limits::Limits;
use crate::problem::ApiError;

use events::Streams;
use request::{DeviceRequest, MAX_BODY};

/// State of the handlers. A handler takes the whole of it or only the [`Scheme`].
#[derive(Clone)]
pub struct Api {
    scheme: Arc<Scheme>,
    limits: Arc<Limits>,
    streams: Arc<Streams>,
    config: Arc<ConfigResponse>,
}

impl Api {
    /// The API of a configuration.
    pub fn new(scheme: Arc<Scheme>, limits: Arc<Limits>, config: &ServerConfig) -> Self {
        Self {
            config: Arc::new(config::response(&scheme, config)),
            streams: Arc::default(),
            limits,
            scheme,
        }
    }
}

impl FromRef<Api> for Arc<Scheme> {
    fn from_ref(api: &Api) -> Self {
        api.scheme.clone()
    }
}

/// What most handlers return.
type Answer<T> = Result<Json<T>, ApiError>;

/// The routes, relative to `/phone/v1`.
pub fn router(api: Api) -> Router {
    Router::new()
        .route("/config", get(config::get))
        .route("/enrolments", post(enrolments::post))
        .route("/enrolments/{id}", get(enrolments::show::get))
        .route("/enrolments/{id}/sim", post(enrolments::sim::post))
        .route(
            "/enrolments/{id}/sim/answer",
            post(enrolments::sim::answer::post),
        )
        .route("/enrolments/{id}/bank", post(enrolments::bank::post))
        .route("/enrolments/{id}/code", post(enrolments::code::post))
        .route("/enrolments/{id}/unlock", post(enrolments::unlock::post))
        .route(
            "/enrolments/{id}/complete",
            post(enrolments::complete::post),
        )
        .route("/recoveries", post(recoveries::post))
        .route("/recoveries/{id}", get(recoveries::show::get))
        .route("/recoveries/{id}/code", post(recoveries::code::post))
        .route(
            "/recoveries/{id}/complete",
            post(recoveries::complete::post),
        )
        .route("/sim", post(sim::post))
        .route("/sim/answer", post(sim::answer::post))
        .route("/code", post(code::post))
        .route("/code/registration", post(code::registration::post))
        .route("/code/answer", post(code::answer::post))
        .route("/fingerprint/add", post(fingerprint::add::post))
        .route(
            "/fingerprint/add/answer",
            post(fingerprint::add::answer::post),
        )
        .route("/fingerprint/remove", post(fingerprint::remove::post))
        .route("/email", post(email::post))
        .route("/email/answer", post(email::answer::post))
        .route("/email/remove", post(email::remove::post))
        .route("/actions", get(actions::get))
        .route("/actions/claim", post(actions::claim::post))
        .route("/actions/{id}", get(actions::show::get))
        .route("/actions/{id}/images/{digest}", get(actions::images::get))
        .route("/actions/{id}/attempt", post(actions::attempt::post))
        .route("/actions/{id}/approve", post(actions::approve::post))
        .route("/actions/{id}/refuse", post(actions::refuse::post))
        .route("/actions/{id}/wrong", post(actions::wrong::post))
        .route("/actions/{id}/renew", post(actions::renew::post))
        .route("/actions/{id}/report", post(actions::report::post))
        .route(
            "/actions/{id}/stop-returns",
            post(actions::stop_returns::post),
        )
        .route("/attributes/bank", post(attributes::bank::post))
        .route("/partners", get(partners::get))
        .route("/partners/{id}/withdraw", post(partners::withdraw::post))
        .route("/history", get(history::get))
        .route("/export", get(export::get).post(export::post))
        .route("/me", get(me::get))
        .route("/devices", get(devices::get))
        .route("/receipts/{id}", get(receipts::get))
        .route("/block", post(block::post))
        .route("/unblock", post(unblock::post))
        .route("/not-me", post(not_me::post))
        .route("/copied", post(copied::post))
        .route("/events", get(events::get))
        .fallback(|| async { ApiError::from(ProblemCode::NotFound) })
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(
            api.scheme.clone(),
            clock::guard,
        ))
        .layer(middleware::map_response(with_headers))
        .with_state(api)
}

async fn with_headers(mut response: Response) -> Response {
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

/// Refuses a text message's secret that cannot be right, so that it costs no guess.
fn check_secret(secret: &str) -> Result<(), ApiError> {
    if secret.len() == 6 && secret.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::MalformedRequest)
        .with("member", "secret")
        .into())
}
