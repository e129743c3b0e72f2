//! `GET /icon.svg`.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use super::{Shared, config::Look};

pub async fn get(State(bank): State<Shared>) -> Response {
    let icon = match bank.config.look {
        Look::Anker => include_str!("../anker.svg"),
        Look::Linde => include_str!("../linde.svg"),
    };
    ([(header::CONTENT_TYPE, "image/svg+xml")], icon).into_response()
}
