//! `POST /enrolments`: starts an enrolment with a phone number (docs/protocol.md §3).

pub mod bank;
pub mod code;
pub mod complete;
pub mod show;
pub mod sim;
pub mod unlock;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ipse_protocol::wire::{EnrolmentRequest, EnrolmentResponse};

use super::{Api, DeviceRequest};
use crate::client_address::ClientAddress;
use crate::problem::ApiError;

/// Starts an enrolment.
pub async fn post(
    State(api): State<Api>,
    address: ClientAddress,
    request: DeviceRequest,
) -> Result<(StatusCode, Json<EnrolmentResponse>), ApiError> {
    let body: EnrolmentRequest = request.json()?;
    let _permit = api.limits.enrolment()?;
    let started = api
        .scheme
        .begin_enrolment(request.incoming(), &body, address.0)
        .await?;
    Ok((StatusCode::CREATED, Json(started)))
}
