//! `POST /enrolments/{id}/bank`: starts the visit to a bank that verifies the person (docs/protocol.md §3).

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use ipse_protocol::wire::{BankRequest, BankResponse};

use super::super::{Api, DeviceRequest};
use crate::problem::ApiError;
use crate::registrars;

/// Pushes a request to the bank and answers with the address to open.
pub async fn post(
    State(api): State<Api>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Result<Response, ApiError> {
    let body: BankRequest = request.json()?;
    let _permit = api.limits.bank(&body.bank)?;
    let signed = api.scheme.authenticate(request.incoming()).await?;
    let started = api.scheme.enrolment_bank(&signed, &id, &body.bank).await?;
    let answer = BankResponse {
        authorization_url: started.authorization_url,
    };
    Ok(registrars::with_cookie(
        &api.scheme,
        &started.cookie,
        Json(answer),
    ))
}
