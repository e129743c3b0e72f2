//! Any other path.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{
    Shared,
    pages::{self, Problem},
    texts,
};

pub async fn get(State(bank): State<Shared>, headers: HeaderMap) -> Response {
    let language = texts::language(&headers, None, "");
    pages::problem(&bank, language, StatusCode::NOT_FOUND, Problem::NotFound)
}
