//! `GET /bank.css`.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

pub async fn get() -> Response {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("../bank.css"),
    )
        .into_response()
}
