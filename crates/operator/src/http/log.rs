//! One line of log for each request that is not answered as asked.

use std::convert::Infallible;
use std::error::Error;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderName;
use axum::middleware::Next;
use axum::response::{IntoResponseParts, Response, ResponseParts};

use super::Shared;
use crate::error::{AtFault, with_causes};
use crate::ids::random_id;

const X_CORRELATOR: HeaderName = HeaderName::from_static("x-correlator");
/// Longest correlator that is accepted, in bytes.
const CORRELATOR_LIMIT: usize = 256;

/// What the log says about an error. It travels in the response's extensions to [`requests`].
#[derive(Clone, Debug)]
pub(super) struct Problem {
    at_fault: AtFault,
    code: &'static str,
    error: String,
}

impl Problem {
    pub(super) fn new(at_fault: AtFault, code: &'static str, error: &dyn Error) -> Self {
        Self {
            at_fault,
            code,
            error: with_causes(error),
        }
    }
}

impl IntoResponseParts for Problem {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

/// Logs what went wrong, with a random request id. The caller's `x-correlator` comes back as it was sent (CAMARA design
/// guide). It is not logged: it can be any text, also a person's number or the id of another request.
pub(super) async fn requests(
    State(operator): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let correlator = request
        .headers()
        .get(&X_CORRELATOR)
        .filter(|value| value.len() <= CORRELATOR_LIMIT)
        .cloned();
    let method = request.method().clone();
    // The route and not the path: a path holds handles.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let id = random_id(&operator.random);
        let route = route.as_ref().map_or("none", MatchedPath::as_str);
        write(&problem, &id, method.as_str(), route);
    }
    if let Some(correlator) = correlator {
        response.headers_mut().insert(X_CORRELATOR, correlator);
    }
    response
}

fn write(problem: &Problem, request_id: &str, method: &str, route: &str) {
    let Problem {
        at_fault,
        code,
        error,
    } = problem;
    let fault = at_fault.as_str();
    match at_fault {
        AtFault::Caller | AtFault::Peer => {
            tracing::info!(
                request_id,
                method,
                route,
                code,
                at_fault = fault,
                error,
                "refused"
            );
        }
        AtFault::Service => {
            tracing::warn!(
                request_id,
                method,
                route,
                code,
                at_fault = fault,
                error,
                "failed"
            );
        }
        AtFault::Us => {
            tracing::error!(
                request_id,
                method,
                route,
                code,
                at_fault = fault,
                error,
                "failed"
            );
        }
    }
}
