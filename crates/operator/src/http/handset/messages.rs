//! `GET /handset/messages?number=N`: the text messages of a handset, as JSON for the phone app.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use ipse_protocol::wire::{MessagesResponse, TextMessage};

use super::{ApiError, Shared, Which, cors};
use crate::ids::PhoneNumber;
use crate::operator::Operator;
use crate::store::message;

pub(super) async fn get(
    State(operator): State<Shared>,
    request: HeaderMap,
    query: Result<Query<Which>, QueryRejection>,
) -> Response {
    let answer = read(&operator, query).await;
    (cors(&operator, &request), answer).into_response()
}

async fn read(
    operator: &Operator,
    query: Result<Query<Which>, QueryRejection>,
) -> Result<Json<MessagesResponse>, ApiError> {
    let Query(which) =
        query.map_err(|_| ApiError::InvalidArgument("number must be a phone number"))?;
    // A plus sign that was not escaped arrives as a space, which the parser skips.
    let number = PhoneNumber::normalise(&which.number).map_err(ApiError::PhoneNumber)?;
    let messages = operator
        .store
        .read(move |tx| message::of_number(tx, &number))
        .await?;
    Ok(Json(MessagesResponse {
        messages: messages
            .into_iter()
            .map(|message| TextMessage {
                time: message.time,
                from: message.sender,
                text: message.text,
            })
            .collect(),
    }))
}
