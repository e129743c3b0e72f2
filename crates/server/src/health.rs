//! `GET /health` and `GET /ready`, for load balancers and monitors.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use ipse_scheme::Scheme;
use tokio::sync::Mutex;
use tokio::time::timeout;

/// How long a write may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the outcome of a write is told again, in milliseconds: strangers may ask.
const FRESH_MS: i64 = 1_000;

/// What `/ready` needs.
struct Monitor {
    scheme: Arc<Scheme>,
    /// When a write was last tried, by the monotonic clock, and whether it succeeded.
    tried: Mutex<Option<(i64, bool)>>,
}

/// Both routes.
pub fn router(scheme: Arc<Scheme>) -> Router {
    let monitor = Monitor {
        scheme,
        tried: Mutex::default(),
    };
    Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/ready", get(ready))
        .with_state(Arc::new(monitor))
}

/// Ready means that the clock can be trusted and the database can be written.
async fn ready(State(monitor): State<Arc<Monitor>>) -> (StatusCode, String) {
    let unready = |why: String| (StatusCode::SERVICE_UNAVAILABLE, why);
    let clock = || monitor.scheme.clock_fault();
    if let Some(fault) = clock() {
        return unready(format!("not ready: {fault}"));
    }
    if !monitor.can_write().await {
        return unready(match clock() {
            Some(fault) => format!("not ready: {fault}"),
            None => "database unavailable".to_owned(),
        });
    }
    (StatusCode::OK, "ready".to_owned())
}

impl Monitor {
    async fn can_write(&self) -> bool {
        let mut tried = self.tried.lock().await;
        let now = self.scheme.clock.monotonic_ms();
        if let Some((at, succeeded)) = *tried
            && (0..FRESH_MS).contains(&(now - at))
        {
            return succeeded;
        }
        let succeeded = match timeout(PATIENCE, self.scheme.record_time()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "not ready: the database cannot be written");
                false
            }
            Err(_) => {
                tracing::warn!("not ready: the database does not answer");
                false
            }
        };
        *tried = Some((self.scheme.clock.monotonic_ms(), succeeded));
        succeeded
    }
}
