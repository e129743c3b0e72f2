//! `POST /challenges/{challenge}/answer`: the secret that the person typed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::extract::{Authenticated, Name, Strict};
use super::statement::{Statement, created};
use super::{ApiError, Shared};
use crate::challenge::{Refusal, SECRET_DIGITS};
use crate::ids::ChallengeId;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Body {
    secret: String,
}

pub(in super::super) async fn post(
    State(operator): State<Shared>,
    _: Authenticated,
    Name(challenge): Name,
    Strict(body): Strict<Body>,
) -> Result<(StatusCode, Json<Statement>), ApiError> {
    // A text that cannot be a secret spends no guess.
    let is_digit = |byte: u8| byte.is_ascii_digit();
    if body.secret.len() != SECRET_DIGITS || !body.secret.bytes().all(is_digit) {
        return Err(ApiError::InvalidArgument("secret must be six digits"));
    }
    let challenge = ChallengeId::parse(&challenge).ok_or(ApiError::Challenge(Refusal::Closed))?;
    let statement = operator.answer_holder(&challenge, &body.secret).await?;
    Ok(created(statement))
}
