//! `GET /health`: the process answers.

pub(super) async fn get() -> &'static str {
    "ok"
}
