//! `POST /recoveries`: starts the visit to a bank after which the person chooses a new code (docs/protocol.md §3, "Recovery").

pub mod code;
pub mod complete;
pub mod show;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use ipse_protocol::wire::BankRequest;
use ipse_scheme::Scheme;

use super::DeviceRequest;
use crate::problem::ApiError;
use crate::registrars;

/// Starts a recovery.
pub async fn post(
    State(scheme): State<Arc<Scheme>>,
    request: DeviceRequest,
) -> Result<Response, ApiError> {
    let body: BankRequest = request.json()?;
    let signed = scheme.authenticate(request.incoming()).await?;
    let (started, cookie) = scheme.begin_recovery(&signed, &body.bank).await?;
    Ok(registrars::with_cookie(&scheme, &cookie, Json(started)))
}
