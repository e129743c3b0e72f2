//! The document: names and shapes as docs/protocol.md describes them. Times are milliseconds since 1970 UTC.

use ipse_protocol::terms::{
    ActionStatus, BlockReason, Factor, Flow, IdentityStatus, KeyKind, LeafKind, Level,
};
use ipse_store::Kind;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::person::Attributes;

/// All that the scheme holds on a person, apart from the content of credentials. It has no `Debug`: it must not reach a log.
#[derive(Serialize)]
pub struct Export {
    /// Of this document: 1.
    pub version: u32,
    /// The scheme.
    pub issuer: String,
    /// When the document was made.
    pub created: i64,
    /// The identity.
    pub identity: IdentityData,
    /// Every version of what registrars said, oldest first.
    pub attributes: Vec<AttributesData>,
    /// Photos that registrars gave.
    pub photos: Vec<PhotoData>,
    /// How the person was verified, oldest first.
    pub proofings: Vec<ProofingData>,
    /// The verified address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailData>,
    /// The SIM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sim: Option<SimData>,
    /// Phones, oldest first.
    pub devices: Vec<DeviceData>,
    /// What proves the person: kind and date only.
    pub credentials: Vec<Credential>,
    /// Actions, newest first.
    pub actions: Vec<ActionData>,
    /// What approvals gave partners, oldest first.
    pub grants: Vec<GrantData>,
    /// Consents that were withdrawn, newest first.
    pub withdrawals: Vec<WithdrawalData>,
    /// Browsers that may come back, or might.
    pub browsers: Vec<BrowserData>,
    /// The names under which partners know the person.
    pub subs: Vec<SubData>,
    /// Receipts, oldest first.
    pub receipts: Vec<ReceiptData>,
}

impl Export {
    /// A name for a file with this document.
    pub fn file_name(&self) -> String {
        match Timestamp::from_millisecond(self.created) {
            Ok(time) => format!("ipse-{}.json", time.strftime("%Y-%m-%d")),
            Err(_) => "ipse.json".to_owned(),
        }
    }
}

/// The identity.
#[derive(Serialize)]
pub struct IdentityData {
    /// `idn_…`.
    pub id: String,
    /// Its state.
    pub status: IdentityStatus,
    /// Why it is blocked.
    pub reasons: Vec<SuspensionData>,
    /// Language of the person.
    pub language: &'static str,
    /// When it was created.
    pub created: i64,
    /// How often something changed that ends what was begun before.
    pub epoch: i64,
    /// How often a code was chosen.
    pub code_version: i64,
    /// Wrong codes since the last right one.
    pub wrong_codes: i64,
}

/// Why an identity is blocked.
#[derive(Serialize)]
pub struct SuspensionData {
    /// Why.
    pub reason: BlockReason,
    /// Since when.
    pub since: i64,
}

/// A version of what is known.
#[derive(Serialize)]
pub struct AttributesData {
    /// Its number.
    pub version: i64,
    /// Since when.
    pub since: i64,
    /// Who said it.
    pub source: String,
    /// The proofing that it rests on.
    pub proofing: String,
    /// The values.
    #[serde(flatten)]
    pub values: Attributes,
}

/// A photo.
#[derive(Serialize)]
pub struct PhotoData {
    /// When a registrar gave it last.
    pub since: i64,
    /// The bytes, as a `data:` URI.
    pub data: String,
}

/// How the person was verified.
#[derive(Serialize)]
pub struct ProofingData {
    /// `prf_…`.
    pub id: String,
    /// Who vouched.
    pub registrar: String,
    /// Level of assurance; `none` for anything simulated.
    pub loa: String,
    /// Version of the policy that judged it.
    pub policy: String,
    /// When.
    pub time: i64,
    /// What the registrar said, with its signed statement.
    pub statement: Value,
}

/// A verified address.
#[derive(Serialize)]
pub struct EmailData {
    /// The address.
    pub address: String,
    /// When it was verified.
    pub verified: i64,
}

/// The SIM.
#[derive(Serialize)]
pub struct SimData {
    /// Name of the operator.
    pub operator: String,
    /// `bound`, `changed`, `lost` or `moved`.
    pub status: &'static str,
    /// Since when the person has this card, as the operator says.
    pub since: i64,
    /// When it was connected.
    pub bound: i64,
    /// When it last answered, where a later login may rest on that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<i64>,
}

/// A phone.
#[derive(Serialize)]
pub struct DeviceData {
    /// `dev_…`.
    pub device: String,
    /// What the person calls it.
    pub name: String,
    /// Where it keeps its key.
    pub kind: KeyKind,
    /// Its state.
    pub status: &'static str,
    /// Since when.
    pub since: i64,
    /// When it was used last.
    pub last_used: i64,
}

/// Something that proves the person. Never its content.
#[derive(Serialize)]
pub struct Credential {
    /// `device_key`, `code` or `fingerprint`.
    pub kind: &'static str,
    /// The phone.
    pub device: String,
    /// Since when.
    pub since: i64,
}

/// A partner in an action.
#[derive(Serialize)]
pub struct PartnerData {
    /// `par_…`; that of Ipse for what the person began.
    pub id: String,
    /// Its name at that time.
    pub name: String,
    /// Its domain at that time.
    pub domain: String,
}

/// An action.
#[derive(Serialize)]
pub struct ActionData {
    /// `act_…`.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Its status.
    pub status: ActionStatus,
    /// The level that it had to reach.
    pub level: Level,
    /// Who asked.
    pub partner: PartnerData,
    /// Code of the service.
    pub service: String,
    /// Names of what was asked, for a login.
    pub requested: Vec<String>,
    /// Names of what was shown on the phone.
    pub shown: Vec<String>,
    /// What the browser called itself.
    pub browser: String,
    /// Language of the page.
    pub language: &'static str,
    /// How the phone got hold of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<Flow>,
    /// The phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Whether a browser came back, and no phone was asked.
    pub returned: bool,
    /// When it began.
    pub created: i64,
    /// When it expired, or would have.
    pub expires: i64,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<i64>,
    /// Why it was refused or cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

/// What an approval gave a partner.
#[derive(Serialize)]
pub struct GrantData {
    /// The approved action.
    pub action: String,
    /// The partner that got it.
    pub partner: String,
    /// When it was approved.
    pub time: i64,
    /// The name under which the partner knows the person.
    pub sub: String,
    /// The factor of the approval, as far as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<Factor>,
    /// `issued`, `redeemed` or `revoked`.
    pub status: &'static str,
    /// Names and values.
    pub released: Map<String, Value>,
}

/// A consent that was withdrawn.
#[derive(Serialize)]
pub struct WithdrawalData {
    /// From which partner.
    pub partner: String,
    /// When.
    pub time: i64,
    /// The receipt.
    pub receipt: String,
    /// Codes of the services.
    pub services: Vec<String>,
    /// Names of what had been given.
    pub claims: Vec<String>,
    /// Whether the partner was told.
    pub told: &'static str,
}

/// A browser that the person let come back.
#[derive(Serialize)]
pub struct BrowserData {
    /// The approval.
    pub action: String,
    /// How often it came back.
    pub returns: i64,
    /// Until when it may.
    pub until: i64,
    /// When that was ended before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
}

/// A name under which partners know the person.
#[derive(Serialize)]
pub struct SubData {
    /// The partner, or the host that several share.
    pub sector: String,
    /// The name.
    pub sub: String,
}

/// A receipt. The content of one that ends an action is had from `GET /phone/v1/receipts/R`.
#[derive(Serialize)]
pub struct ReceiptData {
    /// `rec_…`.
    pub receipt: String,
    /// Kind of the leaf.
    pub kind: LeafKind,
    /// The action that it ends, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// When.
    pub time: i64,
    /// Its place in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<i64>,
    /// What happened, for a receipt that ends no action: a block, a new phone, a withdrawal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Value>,
}
