//! The answer of the endpoints that give a statement.

use axum::Json;
use axum::http::StatusCode;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Statement {
    statement: String,
}

/// The answer with this signed statement.
pub(super) fn created(statement: String) -> (StatusCode, Json<Statement>) {
    (StatusCode::CREATED, Json(Statement { statement }))
}
