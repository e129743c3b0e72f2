//! The transcript: what an approval or refusal covers. Each field has a label and a length (docs/protocol.md §6).

use serde::{Deserialize, Serialize};

use crate::bytes::{B32, B64u};
use crate::crypto::{sha256, sha256_parts};
use crate::terms::{Decision, Factor, Flow};
use crate::view::{Chosen, View};

/// Version of the format.
pub const VERSION: &str = "ipse/transcript/2";
/// The earlier version, which receipts of that time hold. It had no choices.
const VERSION_1: &str = "ipse/transcript/1";

/// Every field that the proofs cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// The scheme's issuer URL.
    pub issuer: String,
    /// Identity id.
    pub identity: String,
    /// Device id.
    pub device: String,
    /// Sequence of the request that opened the attempt, or of the refusal.
    pub sequence: u64,
    /// Epoch of the identity in the offer.
    pub epoch: u64,
    /// Version of the code.
    pub code_version: u64,
    /// The offer's nonce, N.
    pub nonce: [u8; 32],
    /// Action id.
    pub action: String,
    /// Partner id.
    pub partner: String,
    /// Partner's domain.
    pub domain: String,
    /// How the phone received the action.
    pub flow: Flow,
    /// Binding to the browser that began.
    pub browser_binding: [u8; 32],
    /// Hash of the received bytes of the view.
    pub view_hash: [u8; 32],
    /// [`attributes_hash`].
    pub attributes_hash: [u8; 32],
    /// [`choices_hash`]. None only in a transcript of version 1.
    pub choices_hash: Option<[u8; 32]>,
    /// SHA-256 of each document that is signed.
    pub documents: Vec<[u8; 32]>,
    /// SHA-256 of the SIM statement's JWS, if there is one.
    pub sim_statement_hash: Option<[u8; 32]>,
    /// The factor that the person used.
    pub factor: Factor,
    /// The decision.
    pub decision: Decision,
    /// When the action expires, in milliseconds since 1970 UTC.
    pub expires: u64,
}

/// SHA-256 of the claims in the order of the view, each with the value that shows it ([`View::shown_claims`]).
pub fn attributes_hash(view: &View) -> [u8; 32] {
    hash_of_pairs(view.shown_claims())
}

/// SHA-256 of what the person chose, in the order of the view. A refusal chooses nothing.
pub fn choices_hash(chosen: &[Chosen]) -> [u8; 32] {
    hash_of_pairs(chosen.iter().map(|c| (&*c.key, &*c.value)))
}

/// SHA-256 of pairs; each part follows its length.
fn hash_of_pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(256);
    for (key, value) in pairs {
        for part in [key, value] {
            bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
    }
    sha256(&bytes)
}

/// SHA-256 of the received text of a SIM statement.
pub fn sim_statement_hash(jws: &str) -> [u8; 32] {
    sha256(jws.as_bytes())
}

impl Transcript {
    /// The bytes that are hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer(Vec::with_capacity(768));
        out.field("version", self.version().as_bytes());
        out.field("issuer", self.issuer.as_bytes());
        out.field("identity", self.identity.as_bytes());
        out.field("device", self.device.as_bytes());
        out.field("sequence", &self.sequence.to_be_bytes());
        out.field("epoch", &self.epoch.to_be_bytes());
        out.field("code_version", &self.code_version.to_be_bytes());
        out.field("nonce", &self.nonce);
        out.field("action", self.action.as_bytes());
        out.field("partner", self.partner.as_bytes());
        out.field("domain", self.domain.as_bytes());
        out.field("flow", self.flow.as_str().as_bytes());
        out.field("browser_binding", &self.browser_binding);
        out.field("view_hash", &self.view_hash);
        out.field("attributes_hash", &self.attributes_hash);
        if let Some(choices_hash) = &self.choices_hash {
            out.field("choices_hash", choices_hash);
        }
        out.field("documents", self.documents.as_flattened());
        out.field(
            "sim_statement_hash",
            self.sim_statement_hash.as_ref().map_or(&[], |h| &h[..]),
        );
        out.field("factor", self.factor.as_str().as_bytes());
        out.field("decision", self.decision.as_str().as_bytes());
        out.field("expires", &self.expires.to_be_bytes());
        out.0
    }

    fn version(&self) -> &'static str {
        match self.choices_hash {
            Some(_) => VERSION,
            None => VERSION_1,
        }
    }

    /// `T`.
    pub fn hash(&self) -> [u8; 32] {
        sha256(&self.to_bytes())
    }

    /// The WebAuthn challenge: `SHA256("ipse/uv/1" || T)`.
    pub fn biometric_challenge(t: &[u8; 32]) -> [u8; 32] {
        sha256_parts(&[b"ipse/uv/1", t])
    }
}

struct Writer(Vec<u8>);

impl Writer {
    fn field(&mut self, label: &str, value: &[u8]) {
        self.0
            .extend_from_slice(&(label.len() as u16).to_be_bytes());
        self.0.extend_from_slice(label.as_bytes());
        self.0
            .extend_from_slice(&(value.len() as u32).to_be_bytes());
        self.0.extend_from_slice(value);
    }
}

/// The fields as an object, for the evidence of a receipt and the vectors; byte strings in base64url.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    version: String,
    issuer: String,
    identity: String,
    device: String,
    sequence: u64,
    epoch: u64,
    code_version: u64,
    nonce: B32,
    action: String,
    partner: String,
    domain: String,
    flow: Flow,
    browser_binding: B32,
    view_hash: B32,
    attributes_hash: B32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    choices_hash: Option<B32>,
    documents: B64u,
    sim_statement_hash: B64u,
    factor: Factor,
    decision: Decision,
    expires: u64,
}

impl Serialize for Transcript {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Fields {
            version: self.version().to_owned(),
            issuer: self.issuer.clone(),
            identity: self.identity.clone(),
            device: self.device.clone(),
            sequence: self.sequence,
            epoch: self.epoch,
            code_version: self.code_version,
            nonce: self.nonce.into(),
            action: self.action.clone(),
            partner: self.partner.clone(),
            domain: self.domain.clone(),
            flow: self.flow,
            browser_binding: self.browser_binding.into(),
            view_hash: self.view_hash.into(),
            attributes_hash: self.attributes_hash.into(),
            choices_hash: self.choices_hash.map(Into::into),
            documents: self.documents.as_flattened().into(),
            sim_statement_hash: B64u(self.sim_statement_hash.map_or_else(Vec::new, Vec::from)),
            factor: self.factor,
            decision: self.decision,
            expires: self.expires,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Transcript {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let f = Fields::deserialize(deserializer)?;
        let version = match f.choices_hash {
            Some(_) => VERSION,
            None => VERSION_1,
        };
        if f.version != version {
            return Err(D::Error::custom("unknown version of the transcript"));
        }
        let (documents, rest) = f.documents.0.as_chunks::<32>();
        if !rest.is_empty() {
            return Err(D::Error::custom("documents are SHA-256 digests"));
        }
        let sim_statement_hash = match &f.sim_statement_hash.0[..] {
            [] => None,
            bytes => Some(
                bytes
                    .try_into()
                    .map_err(|_| D::Error::custom("sim_statement_hash is a SHA-256 digest"))?,
            ),
        };
        Ok(Transcript {
            issuer: f.issuer,
            identity: f.identity,
            device: f.device,
            sequence: f.sequence,
            epoch: f.epoch,
            code_version: f.code_version,
            nonce: f.nonce.0,
            action: f.action,
            partner: f.partner,
            domain: f.domain,
            flow: f.flow,
            browser_binding: f.browser_binding.0,
            view_hash: f.view_hash.0,
            attributes_hash: f.attributes_hash.0,
            choices_hash: f.choices_hash.map(|hash| hash.0),
            documents: documents.to_vec(),
            sim_statement_hash,
            factor: f.factor,
            decision: f.decision,
            expires: f.expires,
        })
    }
}
