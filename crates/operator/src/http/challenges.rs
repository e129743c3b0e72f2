//! `POST /sims/{handle}/challenges` and `POST /challenges/{challenge}/answer`.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ipse_jose::b64;
use ipse_sim::statement::Method;
use serde::{Deserialize, Serialize};

use super::Shared;
use super::body::{Authenticated, Name, Strict};
use super::error::ApiError;
use crate::challenge::TRIES;

/// Longest budget that a caller may ask for.
const BUDGET_LIMIT: u64 = 30_000;

/// Body of a challenge.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Challenge {
    nonce_hash: String,
    method: Method,
    #[serde(default)]
    budget_ms: Option<u64>,
    #[serde(default)]
    purpose: Option<String>,
    #[serde(default)]
    language: Option<String>,
}

/// A statement.
#[derive(Serialize)]
pub(super) struct Statement {
    statement: String,
}

/// A holder challenge that waits for the person.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Waiting {
    challenge: String,
    tries_left: u8,
}

pub(super) async fn post(
    State(operator): Shared,
    _: Authenticated,
    Name(handle): Name,
    Strict(body): Strict<Challenge>,
) -> Result<Response, ApiError> {
    let nonce_hash: [u8; 32] = b64::decode_array(&body.nonce_hash)
        .map_err(|_| ApiError::invalid_argument("nonceHash must be base64url of 32 bytes"))?;
    match (body.method, body.purpose, body.language) {
        (Method::Silent, None, None) => {
            let budget = Duration::from_millis(body.budget_ms.unwrap_or(10_000).min(BUDGET_LIMIT));
            let statement = operator.silent(&handle, nonce_hash, budget).await??;
            Ok((StatusCode::CREATED, Json(Statement { statement })).into_response())
        }
        (Method::Holder, Some(purpose), Some(language)) => {
            let challenge = operator
                .begin_holder(&handle, nonce_hash, &purpose, &language)
                .await??;
            let waiting = Waiting {
                challenge,
                tries_left: TRIES,
            };
            Ok((StatusCode::ACCEPTED, Json(waiting)).into_response())
        }
        (Method::Silent, ..) => Err(ApiError::invalid_argument(
            "a silent challenge has neither purpose nor language",
        )),
        (Method::Holder, ..) => Err(ApiError::invalid_argument(
            "a holder challenge needs purpose and language",
        )),
    }
}

/// Body of an answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    secret: String,
}

pub(super) async fn answer(
    State(operator): Shared,
    _: Authenticated,
    Name(challenge): Name,
    Strict(body): Strict<Answer>,
) -> Result<(StatusCode, Json<Statement>), ApiError> {
    // What cannot be a secret spends no guess.
    if body.secret.len() != 6 || !body.secret.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ApiError::invalid_argument("secret must be six digits"));
    }
    let statement = operator.answer_holder(&challenge, &body.secret).await??;
    Ok((StatusCode::CREATED, Json(Statement { statement })))
}
