//! `POST /enrolments/{id}/sim`: the operator sends a secret to the SIM (docs/protocol.md §3).

pub mod answer;

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::{Empty, SimSentResponse};

use super::super::{Answer, Api, DeviceRequest};

/// Asks the operator to send the secret.
pub async fn post(
    State(api): State<Api>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<SimSentResponse> {
    let _: Empty = request.json()?;
    let operator = api.scheme.operator_of_enrolment(&id).await?;
    let _permit = api.limits.operator(operator.as_deref())?;
    let signed = api.scheme.authenticate(request.incoming()).await?;
    Ok(Json(api.scheme.enrolment_sim(&signed, &id).await?))
}
