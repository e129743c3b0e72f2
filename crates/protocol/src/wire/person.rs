//! §4 and §7: the person's identity, devices and actions; receipts.

use serde::{Deserialize, Serialize};

use super::{Offer, nullable};
use crate::terms::{
    ActionStatus, BlockReason, DeviceStatus, IdentityStatus, KeyKind, Kind, Level, SimConnection,
    Way,
};

/// `GET /phone/v1/me`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeResponse {
    /// Identity id.
    pub identity: String,
    /// Its status.
    pub status: IdentityStatus,
    /// Why it is suspended.
    pub reasons: Vec<ReasonSince>,
    /// The next step back to an active identity; null if it is not suspended.
    #[serde(deserialize_with = "nullable")]
    pub next: Option<Way>,
    /// The highest level of this phone.
    pub level: Level,
    /// Why a new phone reaches `basic` only, and for how long.
    #[serde(deserialize_with = "nullable")]
    pub limited: Option<Limited>,
    /// First names.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
    /// E.164.
    pub phone_number: String,
    /// The verified e-mail address, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Epoch of the identity.
    pub epoch: u64,
    /// Version of the code.
    pub code_version: u64,
    /// Wrong codes until the block.
    pub wrong_codes_left: u32,
    /// Wrong codes since the last approval.
    pub wrong_since_last: u32,
    /// The SIM.
    pub sim: SimSummary,
    /// Whether this phone has a WebAuthn credential.
    #[serde(rename = "unlock")]
    pub biometric: bool,
    /// Device id of this phone.
    pub this_device: String,
}

// A log must not contain names, the phone number or the e-mail address.
impl std::fmt::Debug for MeResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MeResponse")
            .field("identity", &self.identity)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A new phone reaches `basic` only for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limited {
    /// Until when, in milliseconds since 1970 UTC; null until the notice of the replacement is sent.
    #[serde(deserialize_with = "nullable")]
    pub until: Option<i64>,
}

/// Why an identity is suspended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonSince {
    /// The reason.
    pub reason: BlockReason,
    /// Since when, in milliseconds since 1970 UTC.
    pub since: i64,
}

/// The SIM of an identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimSummary {
    /// Whether it is connected.
    pub state: SimConnection,
    /// Name of its operator.
    pub operator: Option<String>,
}

/// `GET /phone/v1/devices`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevicesResponse {
    /// All of them.
    pub devices: Vec<DeviceSummary>,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSummary {
    /// Device id.
    pub device: String,
    /// The name that the person gave it.
    pub name: String,
    /// Where it stores its key.
    pub kind: KeyKind,
    /// Since when, in milliseconds since 1970 UTC.
    pub since: i64,
    /// When it sent its last request, in milliseconds since 1970 UTC.
    pub last_used: Option<i64>,
    /// Its status.
    pub status: DeviceStatus,
    /// Whether it is this phone.
    pub this: bool,
}

/// `GET /phone/v1/actions`, newest first: the latest, or with `?before=A` those before an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionsResponse {
    /// Undecided.
    pub open: Vec<ActionSummary>,
    /// Decided.
    pub past: Vec<ActionSummary>,
    /// Whether there are earlier ones.
    pub more: bool,
    /// Browsers that may come back to a partner without asking, the one that ends last at the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returning: Vec<ReturningBrowser>,
}

/// A browser that may come back to a partner without asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturningBrowser {
    /// The action of the approval that allowed it.
    pub action: String,
    /// Name of the partner.
    pub partner: String,
    /// Its domain.
    pub domain: String,
    /// What the browser calls itself, in a few words.
    pub browser: String,
    /// Until when, in milliseconds since 1970 UTC.
    pub until: i64,
    /// How often it came back.
    pub returns: u64,
}

/// Answer to `POST /phone/v1/actions/A/stop-returns`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopReturnsResponse {}

/// `GET /phone/v1/partners`: partners that the person gave something, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnersResponse {
    /// All of them.
    pub partners: Vec<PartnerSummary>,
}

/// What a person gave one partner, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerSummary {
    /// Partner id.
    pub partner: String,
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// When the person first approved, in milliseconds since 1970 UTC.
    pub first: i64,
    /// When they last approved, in milliseconds since 1970 UTC.
    pub last: i64,
    /// How often it got an answer.
    pub answers: u64,
    /// What it got.
    pub shared: Vec<SharedAttribute>,
    /// Whether it registered where it is told that a person took a consent back.
    pub told: bool,
    /// That the person took the consent back, and did not approve again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
}

/// An attribute that a partner got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedAttribute {
    /// Its name.
    pub attribute: String,
    /// When the person last approved it, in milliseconds since 1970 UTC.
    pub last: i64,
}

/// That a person took a consent back. The answer to `POST /phone/v1/partners/P/withdraw`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// When, in milliseconds since 1970 UTC.
    pub time: i64,
    /// Receipt id.
    pub receipt: String,
}

/// An action in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionSummary {
    /// Action id.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Id of the partner; none for actions that the person began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<String>,
    /// Name of the partner; null for actions that the person began.
    pub partner: Option<String>,
    /// Its domain.
    pub domain: Option<String>,
    /// Its status.
    pub status: ActionStatus,
    /// When it was created, in milliseconds since 1970 UTC.
    pub created: i64,
    /// When it expires, in milliseconds since 1970 UTC.
    pub expires: i64,
    /// When it was decided, in milliseconds since 1970 UTC.
    pub decided: Option<i64>,
    /// Receipt id, if it is decided.
    pub receipt: Option<String>,
    /// Why it was refused or cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether a browser came back, and no phone was asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub returned: bool,
    /// That the person took the consent back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
    /// For an unclaimed request that names this person: the text to claim it with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// `GET /phone/v1/actions/A`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ActionResponse {
    /// As in the list.
    #[serde(flatten)]
    pub summary: ActionSummary,
    /// The offer, while the action is open and claimed by this device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
}

/// `POST /phone/v1/block`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockRequest {
    /// Always `person`.
    pub reason: BlockReason,
}

/// `POST /phone/v1/copied`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CopiedRequest {
    /// The device's answer to the challenge: a JWS of the type `ipse-copy+jwt`.
    pub proof: String,
}

/// Answer to [`CopiedRequest`], [`BlockRequest`], to a report, and to "this was not me" of a replaced phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockResponse {
    /// `suspended`.
    pub status: IdentityStatus,
}

/// `event: action` of `GET /phone/v1/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionEvent {
    /// Action id.
    pub id: String,
    /// Its new status.
    pub status: ActionStatus,
}

/// `event: identity` of `GET /phone/v1/events`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityEvent {
    /// Its new status.
    pub status: IdentityStatus,
}

/// `GET /phone/v1/receipts/R`, or with `?since=N` for a phone that remembers a head over N leaves; byte strings in base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptResponse {
    /// Receipt id.
    pub receipt: String,
    /// Leaf bytes.
    pub leaf: String,
    /// 32 bytes.
    pub salt: String,
    /// Evidence bytes.
    pub evidence: String,
    /// Salt of the second commitment, 32 bytes; null for a leaf of version 1.
    pub disclosure_salt: Option<String>,
    /// What a partner may show others, in bytes. Empty where there is nothing; null for a leaf of version 1.
    pub disclosure: Option<String>,
    /// Place in the log, if it has one.
    pub index: Option<u64>,
    /// Inclusion proof for the checkpoint. Empty without an index.
    pub proof: Vec<String>,
    /// Signed head of the log, also while it does not cover the leaf yet; none before the first head.
    pub checkpoint: Option<String>,
    /// Proof that the checkpoint continues the first N leaves (RFC 9162 §2.1.4); none if it cannot be proven, or N was not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consistency: Option<Vec<String>>,
    /// The scheme's promise to include the leaf.
    pub promise: String,
}
