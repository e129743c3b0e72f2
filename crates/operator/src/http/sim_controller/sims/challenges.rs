//! `POST /sims/{handle}/challenges`: asks a SIM for a silent statement, or begins a holder challenge.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ipse_jose::b64;
use ipse_sim::statement::Method;
use ipse_texts::Language;
use serde::{Deserialize, Serialize};

use super::extract::{Authenticated, SimHandle, Strict};
use super::statement::created;
use super::{ApiError, Shared};
use crate::challenge::TRIES;
use crate::ids::ChallengeId;
use crate::texts::Purpose;

/// Longest time that a card gets to answer, in milliseconds.
const BUDGET_LIMIT: u64 = 30_000;
/// The time that a card gets when the scheme does not say, in milliseconds.
const DEFAULT_BUDGET: u64 = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in super::super) struct Body {
    nonce_hash: String,
    method: Method,
    #[serde(default)]
    budget_ms: Option<u64>,
    #[serde(default)]
    purpose: Option<String>,
    #[serde(default)]
    language: Option<String>,
}

/// A holder challenge that waits for the secret.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Waiting {
    challenge: ChallengeId,
    tries_left: u8,
}

pub(in super::super) async fn post(
    State(operator): State<Shared>,
    _: Authenticated,
    SimHandle(handle): SimHandle,
    Strict(body): Strict<Body>,
) -> Result<Response, ApiError> {
    let nonce_hash: [u8; 32] = b64::decode_array(&body.nonce_hash)
        .map_err(|_| ApiError::InvalidArgument("nonceHash must be base64url of 32 bytes"))?;
    match (body.method, body.purpose, body.language) {
        (Method::Silent, None, None) => {
            let budget = body.budget_ms.unwrap_or(DEFAULT_BUDGET).min(BUDGET_LIMIT);
            let budget = Duration::from_millis(budget);
            let statement = operator.silent(&handle, nonce_hash, budget).await?;
            Ok(created(statement).into_response())
        }
        (Method::Holder, Some(purpose), Some(language)) => {
            let purpose = Purpose::parse(&purpose);
            // A person whose language Ipse does not speak gets English.
            let language = Language::parse(&language).unwrap_or(Language::En);
            let waiting = Waiting {
                challenge: operator
                    .begin_holder(&handle, nonce_hash, &purpose, language)
                    .await?,
                tries_left: TRIES,
            };
            Ok((StatusCode::ACCEPTED, Json(waiting)).into_response())
        }
        (Method::Silent, ..) => Err(ApiError::InvalidArgument(
            "a silent challenge has neither purpose nor language",
        )),
        (Method::Holder, ..) => Err(ApiError::InvalidArgument(
            "a holder challenge needs purpose and language",
        )),
    }
}
