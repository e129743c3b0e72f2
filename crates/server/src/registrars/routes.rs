//! `GET /registrars/callback`: the browser comes back from a bank, and goes on in the app.

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use ipse_protocol::problem::ProblemCode;
use ipse_scheme::registrar::Callback;

use super::CALLBACK;
use crate::state::Server;

/// Cookie by which the callback knows the browser that began, on plain http, which only the demo uses.
pub const COOKIE: &str = "ipse_scheme_registrar";
/// On https the prefix makes browsers refuse it from anywhere but this exact host (RFC 6265bis §4.1.3): with a cookie
/// planted from a neighbouring host, somebody's bank would vouch for another person's phone.
const SECURE_COOKIE: &str = "__Host-ipse_scheme_registrar";

fn is_secure(server: &Server) -> bool {
    server.config.app.starts_with("https:")
}

/// Longest query that is looked at.
const LIMIT: usize = 8 * 1024;

/// The face.
pub fn router() -> Router<Arc<Server>> {
    Router::new().route(CALLBACK, get(callback))
}

/// The cookie as it is set. `Lax`, since the bank's redirect is the request that must bring it.
pub fn cookie(server: &Server, value: &str) -> Option<HeaderValue> {
    let life = server.scheme.config.lifetimes.enrolment / 1000;
    let text = if is_secure(server) {
        format!("{SECURE_COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={life}; Secure")
    } else {
        format!("{COOKIE}={value}; Path=/registrars; HttpOnly; SameSite=Lax; Max-Age={life}")
    };
    HeaderValue::from_str(&text).ok()
}

/// The cookie; none when there are two, of which somebody planted one.
fn cookie_of<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == wanted)
        .map(|(_, value)| value);
    match (found.next(), found.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// The parameters of the response; none when one that matters stands twice (RFC 6749 §3.1).
#[derive(Default)]
struct Parameters {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

fn parameters(query: &str) -> Option<Parameters> {
    if query.len() > LIMIT {
        return None;
    }
    let mut found = Parameters::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let place = match &*name {
            "state" => &mut found.state,
            "code" => &mut found.code,
            "iss" => &mut found.iss,
            "error" => &mut found.error,
            _ => continue,
        };
        if place.replace(value.into_owned()).is_some() {
            return None;
        }
    }
    Some(found)
}

async fn callback(
    State(server): State<Arc<Server>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(back) = parameters(&query.unwrap_or_default()) else {
        return to_app("problem", ProblemCode::RegistrarFailed.as_str());
    };
    let callback = Callback {
        state: back.state.as_deref(),
        code: back.code.as_deref(),
        iss: back.iss.as_deref(),
        error: back.error.as_deref(),
        cookie: cookie_of(
            &headers,
            if is_secure(&server) {
                SECURE_COOKIE
            } else {
                COOKIE
            },
        ),
    };
    match server.scheme.finish_visit(callback).await {
        Ok(landing) => to_app(landing.purpose.as_str(), &landing.subject),
        Err(error) => {
            let problem = error.into_problem();
            let code = problem.code.as_str();
            // The person said no at the bank: nothing failed, and the app says so.
            if problem
                .extra
                .get("reason")
                .and_then(|reason| reason.as_str())
                == Some("access_denied")
            {
                return to_app("problem", &format!("{code}&reason=access_denied"));
            }
            to_app("problem", code)
        }
    }
}

/// Names and values are ids and codes: nothing in them needs escaping.
fn to_app(name: &str, value: &str) -> Response {
    let location = format!("/app/?{name}={value}");
    let Ok(location) = HeaderValue::from_str(&location) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
