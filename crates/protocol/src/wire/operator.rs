//! §8: the operator's API.

use serde::{Deserialize, Serialize};

use crate::bytes::B32;
use crate::terms::{Line, Notice, Readiness, SimMethod};

/// `POST /sim-controller/v1/resolve`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ResolveRequest {
    /// E.164.
    pub phone_number: String,
}

impl std::fmt::Debug for ResolveRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResolveRequest")
    }
}

/// Answer to [`ResolveRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResolveResponse {
    /// Pairwise name of the SIM.
    pub handle: String,
    /// Whether it can answer challenges.
    pub readiness: Readiness,
    /// State of the line.
    pub line: Line,
    /// When the SIM or its number last changed, in seconds since 1970 UTC.
    pub changed_at: i64,
    /// Why it is not ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `GET …/sims/H`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimResponse {
    /// Whether it can answer challenges.
    pub readiness: Readiness,
    /// State of the line.
    pub line: Line,
    /// When the SIM or its number last changed, in seconds since 1970 UTC.
    pub changed_at: i64,
}

/// `POST …/sims/H/challenges`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ChallengeRequest {
    /// The hash that the statement must repeat.
    pub nonce_hash: B32,
    /// The method of the challenge.
    pub method: SimMethod,
    /// How long the operator may take, for `silent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_ms: Option<u64>,
    /// The purpose in the text message, for `holder`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Language of the text message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// `POST …/sims/H/notices`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeRequest {
    /// What the holder is told.
    pub notice: Notice,
    /// Language of the text message.
    pub language: String,
}

/// Answer to a silent challenge and to the right secret, status 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementResponse {
    /// The SIM statement.
    pub statement: String,
}

/// Answer to a holder challenge, status 202.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChallengeResponse {
    /// Challenge id.
    pub challenge: String,
    /// How often a wrong secret may be sent.
    pub tries_left: u32,
}

/// `POST …/challenges/C/answer`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeAnswerRequest {
    /// Six digits.
    pub secret: String,
}

impl std::fmt::Debug for ChallengeAnswerRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ChallengeAnswerRequest")
    }
}

/// An error in the format of CAMARA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperatorError {
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: String,
    /// What to do.
    pub message: String,
    /// With `SECRET_MISMATCH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u32>,
}

/// `GET …/events?after=N`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventsResponse {
    /// Signed events, oldest first.
    pub events: Vec<String>,
}

/// Answer to `POST …/token`.
#[derive(Clone, Serialize, Deserialize)]
pub struct TokenResponse {
    /// Bearer token.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// How long the token is valid, in seconds.
    pub expires_in: u64,
}

impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenResponse")
    }
}

/// `GET /handset/messages?number=…`, demo only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagesResponse {
    /// Text messages.
    pub messages: Vec<TextMessage>,
}

/// A text message on a demo handset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextMessage {
    /// When it was sent, in milliseconds since 1970 UTC.
    pub time: i64,
    /// The sender.
    pub from: String,
    /// The text.
    pub text: String,
}

/// A CloudEvent about a SIM (CloudEvents 1.0), payload of a `sim-event+jwt`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimEvent {
    /// `1.0`.
    pub specversion: String,
    /// Unique.
    pub id: String,
    /// The operator's issuer.
    pub source: String,
    /// `eu.ipse.sim.…`.
    #[serde(rename = "type")]
    pub kind: String,
    /// RFC 3339.
    pub time: String,
    /// Increases by one.
    pub sequence: u64,
    /// When the event was signed, in seconds since 1970 UTC.
    pub iat: i64,
    /// The SIM. Missing in a heartbeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<SimEventData>,
}

/// The SIM of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SimEventData {
    /// Its handle.
    pub handle: String,
    /// When the SIM or its number last changed, in seconds since 1970 UTC.
    pub changed_at: i64,
}
