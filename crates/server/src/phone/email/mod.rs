//! `POST /email`: the person types an e-mail address; a code is mailed to it (docs/protocol.md §3, "E-mail address").

pub mod answer;
pub mod remove;

use axum::Json;
use axum::extract::State;
use ipse_protocol::wire::{EmailRequest, EmailSentResponse};

use super::{Answer, Api, DeviceRequest};

/// Mails the code.
pub async fn post(State(api): State<Api>, request: DeviceRequest) -> Answer<EmailSentResponse> {
    let body: EmailRequest = request.json()?;
    let signed = api.scheme.authenticate(request.incoming()).await?;
    let _permit = api.limits.mail()?;
    Ok(Json(api.scheme.begin_email(&signed, &body.address).await?))
}
