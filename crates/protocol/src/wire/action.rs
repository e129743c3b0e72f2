//! §5 and §6: claim, attempt, decision.

use serde::{Deserialize, Serialize};

use super::nullable;
use crate::bytes::{B32, B64u, Fixed};
use crate::opaque::{KE1_LEN, KE3_LEN};
use crate::terms::{Decision, Factor, Flow, Level, Obtained, RefusalReason, SimNeed};
use crate::transcript::{Transcript, attributes_hash, choices_hash, sim_statement_hash};
use crate::view::{self, Chosen, View};

/// `POST /phone/v1/actions/claim`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimRequest {
    /// The whole text of the link.
    pub link: String,
    /// How the phone got hold of it.
    pub obtained: Obtained,
}

/// An action that the phone can decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Action id.
    pub action: String,
    /// How the phone received it.
    pub flow: Flow,
    /// The match code, which the phone and the page show.
    pub match_code: String,
    /// The bytes of the view.
    pub view: B64u,
    /// N.
    pub nonce: B32,
    /// When it expires, in milliseconds since 1970 UTC.
    pub expires: u64,
    /// The scheme's clock, in milliseconds since 1970 UTC.
    pub server_time: u64,
    /// Identity id.
    pub identity: String,
    /// Epoch of the identity.
    pub epoch: u64,
    /// Version of the code.
    pub code_version: u64,
    /// Partner id.
    pub partner: String,
    /// Partner's domain.
    pub domain: String,
    /// Binding to the browser that began.
    pub browser_binding: B32,
    /// The level that the partner requested.
    pub level: Level,
    /// The sufficient factors.
    pub factors: Vec<Factor>,
    /// The SIM statement that it needs.
    pub sim: SimNeed,
    /// Wrong codes since the last approval.
    pub wrong_since_last: u32,
    /// Wrong codes until the block.
    pub wrong_codes_left: u32,
}

/// Why an offer must not be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// The view is not one that may be shown.
    #[error("view: {0}")]
    View(#[from] view::ViewError),
    /// The view and the offer differ.
    #[error("view and offer differ in {0}")]
    Differ(&'static str),
}

impl Offer {
    /// Reads the view and checks that it agrees with what will be signed.
    ///
    /// # Errors
    /// [`OfferError`]. Such an offer must not be shown or decided.
    pub fn open(&self) -> Result<View, OfferError> {
        let view = view::parse(&self.view.0)?;
        let same = |same: bool, what| same.then_some(()).ok_or(OfferError::Differ(what));
        same(view.action == self.action, "action")?;
        same(view.partner.id == self.partner, "partner")?;
        same(view.partner.domain == self.domain, "domain")?;
        same(view.level == self.level.as_str(), "level")?;
        same(view.expires == self.expires, "expires")?;
        same(view.started.flow == self.flow.as_str(), "flow")?;
        Ok(view)
    }

    /// SHA-256 of the received bytes of the view.
    pub fn view_hash(&self) -> [u8; 32] {
        view::hash(&self.view.0)
    }

    /// The transcript of a decision on this offer, whose view is `view`. A refusal has chosen nothing.
    #[allow(clippy::too_many_arguments)]
    pub fn transcript(
        &self,
        view: &View,
        issuer: &str,
        device: &str,
        sequence: u64,
        sim_statement: Option<&str>,
        factor: Factor,
        decision: Decision,
        chosen: &[Chosen],
    ) -> Transcript {
        Transcript {
            issuer: issuer.to_owned(),
            identity: self.identity.clone(),
            device: device.to_owned(),
            sequence,
            epoch: self.epoch,
            code_version: self.code_version,
            nonce: self.nonce.0,
            action: self.action.clone(),
            partner: self.partner.clone(),
            domain: self.domain.clone(),
            flow: self.flow,
            browser_binding: self.browser_binding.0,
            view_hash: self.view_hash(),
            attributes_hash: attributes_hash(view),
            choices_hash: Some(choices_hash(chosen)),
            documents: Vec::new(),
            sim_statement_hash: sim_statement.map(sim_statement_hash),
            factor,
            decision,
            expires: self.expires,
        }
    }
}

/// `POST …/A/attempt`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttemptRequest {
    /// `code` or `unlock`.
    pub factor: Factor,
    /// N.
    pub nonce: B32,
    /// Hash of the view that was shown.
    pub view_hash: B32,
    /// OPAQUE's first message; null for `unlock`.
    #[serde(deserialize_with = "nullable")]
    pub ke1: Option<Fixed<KE1_LEN>>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Answer to [`AttemptRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum AttemptResponse {
    /// Status 202: there is no SIM statement yet. The attempt is not counted.
    Wait {
        /// When to send the request again.
        retry_after_ms: u64,
        /// Whether the operator is slow.
        #[serde(default, skip_serializing_if = "is_false")]
        contacting_sim: bool,
    },
    /// Status 200: the attempt is counted.
    Attempt(Attempt),
}

/// An open attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Attempt id.
    pub attempt: String,
    /// Sequence of the request that opened it.
    pub sequence: u64,
    /// OPAQUE's second message.
    pub ke2: Option<B64u>,
    /// The SIM statement, for actions that need one.
    pub sim_statement: Option<String>,
    /// Credential id of this phone's WebAuthn credential.
    #[serde(rename = "unlock_credential")]
    pub biometric_credential: Option<B64u>,
}

/// A WebAuthn assertion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assertion {
    /// `authenticatorData`.
    pub authenticator_data: B64u,
    /// `clientDataJSON`.
    pub client_data: B64u,
    /// ECDSA signature, DER.
    pub signature: B64u,
}

/// `POST …/A/approve`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveRequest {
    /// Attempt id.
    pub attempt: String,
    /// T.
    pub t: B32,
    /// OPAQUE's last message; null for `unlock`.
    #[serde(deserialize_with = "nullable")]
    pub ke3: Option<Fixed<KE3_LEN>>,
    /// Code proof; null for `unlock`.
    #[serde(deserialize_with = "nullable")]
    pub code_proof: Option<B32>,
    /// Null for `code`.
    #[serde(deserialize_with = "nullable")]
    pub assertion: Option<Assertion>,
    /// What the person chose: a value for each choice of the view, in its order.
    pub choices: Vec<Chosen>,
}

/// `POST …/A/refuse`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefuseRequest {
    /// T.
    pub t: B32,
    /// Sequence of this request.
    pub sequence: u64,
    /// The reason.
    pub reason: RefusalReason,
}

/// `POST …/A/wrong`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongRequest {
    /// Attempt id.
    pub attempt: String,
}

/// The decision of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decided {
    /// Approved.
    Approved,
    /// Refused.
    Refused,
}

/// Answer to [`ApproveRequest`] and [`RefuseRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionResponse {
    /// The decision.
    pub status: Decided,
    /// For a same-device link: the one-time URL where the starting browser continues.
    pub return_url: Option<String>,
    /// Receipt id.
    pub receipt: String,
    /// The scheme's promise to log it.
    pub promise: String,
}

/// `GET …/images/{digest}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageResponse {
    /// The bytes, whose SHA-256 is in the view.
    pub bytes: B64u,
}
