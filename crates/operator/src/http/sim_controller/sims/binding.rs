//! `DELETE /sims/{handle}/binding`: the scheme no longer relies on this SIM. Idempotent.

use axum::extract::State;
use axum::http::StatusCode;

use super::extract::{Authenticated, SimHandle};
use super::{ApiError, Shared};
use crate::store::sim;

pub(in super::super) async fn delete(
    State(operator): State<Shared>,
    _: Authenticated,
    SimHandle(handle): SimHandle,
) -> Result<StatusCode, ApiError> {
    let known = operator
        .store
        .write(move |tx| sim::unbind(tx, &handle))
        .await?;
    if known {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::IdentifierNotFound)
    }
}
