//! `GET /registrars/callback`: the browser comes back from a bank and is sent on to the app.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ipse_protocol::problem::ProblemCode;
use ipse_scheme::visit::Callback;
use ipse_scheme::{Error, Fault, Scheme};

use crate::fault;

/// Longest query that is parsed, in bytes.
const MAX_QUERY: usize = 8 * 1024;

/// The parameters of the response that we use.
#[derive(Default)]
struct Parameters {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// Parses the query. `None` when it is too long or repeats one of the parameters (RFC 6749 §3.1).
fn parameters(query: &str) -> Option<Parameters> {
    if query.len() > MAX_QUERY {
        return None;
    }
    let mut found = Parameters::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let slot = match &*name {
            "state" => &mut found.state,
            "code" => &mut found.code,
            "iss" => &mut found.iss,
            "error" => &mut found.error,
            _ => continue,
        };
        if slot.replace(value.into_owned()).is_some() {
            return None;
        }
    }
    Some(found)
}

/// Redeems the bank's code and records what it verified.
pub async fn get(
    State(scheme): State<Arc<Scheme>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(parameters) = parameters(&query.unwrap_or_default()) else {
        let code = ProblemCode::RegistrarFailed.as_str();
        fault::log(
            Fault::Caller,
            code,
            "the query is too long or repeats a parameter",
        );
        return to_app("problem", code);
    };
    let callback = Callback {
        state: parameters.state.as_deref(),
        code: parameters.code.as_deref(),
        iss: parameters.iss.as_deref(),
        error: parameters.error.as_deref(),
        cookie: super::cookie(&scheme).read(&headers),
    };
    match scheme.finish_visit(callback).await {
        Ok(landing) => to_app(landing.purpose.as_str(), &landing.subject),
        Err(error) => failed(error),
    }
}

/// Logs the reason and tells the app the code.
fn failed(error: Error) -> Response {
    let fault = error.fault();
    let failure = match &error {
        Error::Refused(_) => None,
        error => Some(fault::chain(error)),
    };
    let problem = error.into_problem();
    let code = problem.code.as_str();
    if let Some(failure) = failure {
        fault::log(fault, code, &failure);
        return to_app("problem", code);
    }
    let reason = fault::reason(&problem);
    let fault = match reason {
        Some("access_denied" | "state" | "state_used") => Fault::Caller,
        _ => fault,
    };
    fault::log(fault, code, reason.unwrap_or("not finished"));
    // The person refused at the bank, which is no failure; the app says so.
    if reason == Some("access_denied") {
        return to_app("problem", &format!("{code}&reason=access_denied"));
    }
    to_app("problem", code)
}

/// Redirects to the app. Values are ids and codes, so nothing needs escaping.
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
