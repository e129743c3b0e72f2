//! `POST /refuse`: the customer does not agree.

use axum::{body::Bytes, extract::State, http::HeaderMap, response::Response};

use super::{Shared, answer};

pub async fn post(State(bank): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    answer::decide(
        &bank,
        &headers,
        &body,
        |session| &session.refuse_token,
        |_, session, _, _| answer::refused(&bank, &session.request),
    )
}
