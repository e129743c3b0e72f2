//! `POST /attributes/bank`: starts the visit to a bank that gives what a request asks for and the person has not (docs/protocol.md §3).

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use ipse_protocol::wire::{BankRequest, BankResponse};

use super::super::{Api, DeviceRequest};
use crate::problem::ApiError;
use crate::registrars;

/// Pushes a request to the bank and answers with the address to open.
pub async fn post(State(api): State<Api>, request: DeviceRequest) -> Result<Response, ApiError> {
    let body: BankRequest = request.json()?;
    let _permit = api.limits.bank(&body.bank)?;
    let signed = api.scheme.authenticate(request.incoming()).await?;
    let begun = api.scheme.fetch_attributes(&signed, &body.bank).await?;
    let answer = BankResponse {
        authorization_url: begun.authorization_url,
    };
    Ok(registrars::with_cookie(
        &api.scheme,
        &begun.cookie,
        Json(answer),
    ))
}
