//! The operator's faces: `/sim-controller/v1` for the scheme, `/handset` for the demo. One file an endpoint.

mod body;
mod challenges;
mod error;
mod events;
mod handset;
mod sims;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};

use crate::config::Fault;
use crate::operator::Operator;

pub use self::error::ApiError;

/// Largest body.
const BODY_LIMIT: usize = 64 * 1024;
const X_CORRELATOR: HeaderName = HeaderName::from_static("x-correlator");

/// State of every handler.
type Shared = State<Arc<Operator>>;

/// All routes of this operator.
pub fn router(operator: Arc<Operator>) -> Router {
    // What a fault may spoil: the answers about SIMs. Tokens, keys and the feed stay as they are.
    let mut controller = Router::new()
        .route("/resolve", post(sims::resolve))
        .route("/sims/{handle}", get(sims::get))
        .route("/sims/{handle}/binding", delete(sims::unbind))
        .route("/sims/{handle}/challenges", post(challenges::post))
        .route("/challenges/{challenge}/answer", post(challenges::answer));
    if operator.is_demo() {
        controller = controller.layer(middleware::from_fn_with_state(
            Arc::clone(&operator),
            misbehave,
        ));
    }
    let controller = controller
        .route("/token", post(token::post))
        .route("/events", get(events::get))
        .route("/jwks", get(jwks))
        .layer(middleware::from_fn(echo_correlator));
    let mut router = Router::new()
        .nest("/sim-controller/v1", controller)
        .route("/health", get(async || "ok"))
        .route("/ready", get(ready));
    if operator.is_demo() {
        router = router.merge(handset::routes());
    }
    router
        .fallback(async || ApiError::not_found())
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(operator)
}

async fn ready(State(operator): Shared) -> StatusCode {
    let found = operator
        .store
        .read(|tx| crate::store::sim::all(tx, 1).map(|_| ()))
        .await;
    match found {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// `GET /jwks`: the keys that verify statements and events. The scheme pins them by configuration and never fetches them.
async fn jwks(State(operator): Shared) -> axum::Json<ipse_jose::JwkSet> {
    axum::Json(ipse_jose::JwkSet {
        keys: vec![operator.keys.signing.public_jwk()],
    })
}

/// CAMARA design guide: `x-correlator` comes back as it came.
async fn echo_correlator(request: Request, next: Next) -> Response {
    let correlator = request
        .headers()
        .get(&X_CORRELATOR)
        .filter(|value| value.len() <= 256)
        .cloned();
    let mut response = next.run(request).await;
    if let Some(correlator) = correlator {
        response.headers_mut().insert(X_CORRELATOR, correlator);
    }
    response
}

/// Faults for tests of the scheme. Lying is done where statements are signed.
async fn misbehave(State(operator): Shared, request: Request, next: Next) -> Response {
    match operator.fault() {
        None | Some(Fault::Lying) => next.run(request).await,
        Some(Fault::Silent) => std::future::pending().await,
        Some(Fault::Slow) => {
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
            next.run(request).await
        }
        Some(Fault::Garbage) => (StatusCode::CREATED, "\u{FFFD}<html>").into_response(),
        Some(Fault::Error) => ApiError::unavailable().into_response(),
    }
}
