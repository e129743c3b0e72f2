//! `GET /`.

use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{
    Shared,
    pages::{self, Message},
    texts,
};

pub async fn get(
    State(bank): State<Shared>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let language = texts::language(&headers, query.as_deref(), "");
    let page = Message::new(&bank, language, "home", "home-lead").told();
    pages::show(language, StatusCode::OK, &page, None)
}
