//! What a phone knows. The code is not part of it.

use ipse_protocol::wire::{ConfigResponse, Handset};
use serde::{Deserialize, Serialize};

/// What the phone knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// Origin of the app: where requests go, and their audience.
    pub app: String,
    /// The scheme's issuer, pinned when the key was made.
    pub issuer: String,
    /// The log's key, pinned with it.
    pub log_key: ipse_jose::Jwk,
    /// WebAuthn relying party id.
    pub rp_id: String,
    /// The person's number.
    pub phone_number: String,
    /// Device id, once given.
    pub device: Option<String>,
    /// Enrolment id.
    pub enrolment: Option<String>,
    /// Identity id, once enrolled.
    pub identity: Option<String>,
    /// As the bank vouched for it; a new code must not be this date.
    pub birth_date: Option<String>,
    /// Name of the SIM's operator, if known.
    pub operator: Option<String>,
    /// Where the demo's operators show text messages.
    pub handsets: Vec<Handset>,
}

impl State {
    /// The state of a phone that has sent nothing yet.
    #[must_use]
    pub fn new(config: &ConfigResponse, phone_number: &str) -> Self {
        State {
            app: config.audience.clone(),
            issuer: config.issuer.clone(),
            log_key: config.log_key.clone(),
            rp_id: config.webauthn.rp_id.clone(),
            phone_number: phone_number.to_owned(),
            device: None,
            enrolment: None,
            identity: None,
            birth_date: None,
            operator: None,
            handsets: config.handsets.clone(),
        }
    }
}
