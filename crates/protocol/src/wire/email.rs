//! §3: the person's e-mail address.

use serde::{Deserialize, Serialize};

/// `POST /phone/v1/email`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailRequest {
    /// The address.
    pub address: String,
}

// A log must not contain the address.
impl std::fmt::Debug for EmailRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EmailRequest")
    }
}

/// Answer to [`EmailRequest`]: a code was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailSentResponse {
    /// Always true.
    pub sent: bool,
    /// How often a wrong code may be typed.
    pub tries_left: u32,
}

/// `POST /phone/v1/email/answer`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailAnswerRequest {
    /// Six digits from the mail.
    pub secret: String,
}

impl std::fmt::Debug for EmailAnswerRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EmailAnswerRequest")
    }
}
