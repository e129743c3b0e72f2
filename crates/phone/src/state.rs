//! What the phone keeps between commands. The code is not among it.

use ipse_protocol::wire::{ConfigResponse, Handset};
use serde::{Deserialize, Serialize};

/// Name of the file.
pub(crate) const FILE: &str = "phone.json";
/// Hashes of the views that were shown, by action.
pub(crate) const SHOWN: &str = "shown.json";
/// An approval whose answer has not come yet.
pub(crate) const PENDING: &str = "pending.json";
/// The device key, PKCS#8.
pub(crate) const KEY: &str = "device.p8";

/// What the phone knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// Origin of the app: where requests go, and what they are signed for.
    pub app: String,
    /// The scheme's issuer, pinned when the key was made.
    pub issuer: String,
    /// The log's key, pinned likewise.
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
    /// As the bank vouched; only to judge a new code against.
    pub birth_date: Option<String>,
    /// Name of the SIM's operator, if known.
    pub operator: Option<String>,
    /// Where the demo's text messages can be read.
    pub handsets: Vec<Handset>,
}

impl State {
    pub(crate) fn new(config: &ConfigResponse, phone_number: &str) -> Self {
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
