//! `GET /events?after=N`: repair of a gap.

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use super::Shared;
use super::body::Authenticated;
use super::error::ApiError;

/// Query of the feed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    after: u64,
}

/// A page of the feed; an empty one is the end.
#[derive(Serialize)]
pub(super) struct Page {
    events: Vec<String>,
}

pub(super) async fn get(
    State(operator): Shared,
    _: Authenticated,
    query: Result<Query<After>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Page>, ApiError> {
    let Query(After { after }) =
        query.map_err(|_| ApiError::invalid_argument("after must be a sequence number"))?;
    let events = operator.events_after(after).await?;
    Ok(Json(Page { events }))
}
