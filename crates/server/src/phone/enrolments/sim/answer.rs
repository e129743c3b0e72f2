//! `POST /enrolments/{id}/sim/answer`: the person typed the secret, which proves the SIM (docs/protocol.md §3).

use axum::Json;
use axum::extract::{Path, State};
use ipse_protocol::wire::{ConnectedResponse, SimAnswerRequest};

use super::super::super::{Answer, Api, DeviceRequest, check_secret};

/// Checks the secret at the operator and binds the SIM.
pub async fn post(
    State(api): State<Api>,
    Path(id): Path<String>,
    request: DeviceRequest,
) -> Answer<ConnectedResponse> {
    let body: SimAnswerRequest = request.json()?;
    check_secret(&body.secret)?;
    let operator = api.scheme.operator_of_enrolment(&id).await?;
    let _permit = api.limits.operator(operator.as_deref())?;
    let signed = api.scheme.authenticate(request.incoming()).await?;
    api.scheme
        .enrolment_sim_answer(&signed, &id, &body.secret)
        .await?;
    Ok(Json(ConnectedResponse { connected: true }))
}
