//! `GET /events?after=N`: the events after a sequence number, so that the scheme can fill a gap.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use super::extract::Authenticated;
use super::{ApiError, Shared};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    after: u64,
}

/// A page of the feed. An empty page means that there are no more events.
#[derive(Serialize)]
pub(super) struct Page {
    events: Vec<String>,
}

pub(super) async fn get(
    State(operator): State<Shared>,
    _: Authenticated,
    query: Result<Query<After>, QueryRejection>,
) -> Result<Json<Page>, ApiError> {
    let Query(After { after }) =
        query.map_err(|_| ApiError::InvalidArgument("after must be a sequence number"))?;
    let events = operator.events_after(after).await?;
    Ok(Json(Page { events }))
}
