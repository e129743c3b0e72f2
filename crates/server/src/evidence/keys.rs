//! `GET /evidence/keys`: the keys of confirmation objects and of the log, for ten years after their last use.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use ipse_scheme::Scheme;
use ipse_scheme::evidence_key::PublishedKey;
use serde::Serialize;

use crate::problem::ApiError;

/// The answer.
#[derive(Serialize)]
pub struct Keys {
    issuer: String,
    keys: Vec<PublishedKey>,
}

/// Caches may keep it for five minutes.
const CACHED: [(HeaderName, HeaderValue); 1] = [(
    header::CACHE_CONTROL,
    HeaderValue::from_static("public, max-age=300"),
)];

/// Serves the keys.
pub async fn get(
    State(scheme): State<Arc<Scheme>>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<Keys>), ApiError> {
    let keys = Keys {
        issuer: scheme.config.issuer.clone(),
        keys: scheme.evidence_keys().await?,
    };
    Ok((CACHED, Json(keys)))
}
