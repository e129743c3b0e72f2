//! `GET /handset/style.css`.

use axum::http::header;
use axum::response::IntoResponse;

pub(super) async fn get() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("../../../templates/handset.css"),
    )
}
