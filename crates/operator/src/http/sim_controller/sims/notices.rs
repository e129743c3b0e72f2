//! `POST /sims/{handle}/notices`: tells the holder of a SIM something, in words of the operator.

use axum::extract::State;
use axum::http::StatusCode;
use ipse_protocol::wire::NoticeRequest;
use ipse_texts::Language;

use super::extract::{Authenticated, SimHandle, Strict};
use super::{ApiError, Shared};

pub(in super::super) async fn post(
    State(operator): State<Shared>,
    _: Authenticated,
    SimHandle(handle): SimHandle,
    Strict(body): Strict<NoticeRequest>,
) -> Result<StatusCode, ApiError> {
    // A person whose language Ipse does not speak gets English.
    let language = Language::parse(&body.language).unwrap_or(Language::En);
    operator.notify(&handle, body.notice, language).await?;
    Ok(StatusCode::NO_CONTENT)
}
