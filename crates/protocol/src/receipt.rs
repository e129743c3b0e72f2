//! Receipts: the leaf in the log, the evidence that it commits to, and the signed promises and checkpoints of the scheme
//! (docs/protocol.md §7).

use ipse_jose::strict_json;
use serde::{Deserialize, Serialize};

use crate::bytes::{B32, B64u};
use crate::crypto::{hmac_sha256, sha256};
use crate::json;
pub use crate::terms::LeafKind;
use crate::terms::{Decision, Factor};
use crate::transcript::Transcript;
use crate::view::Chosen;

/// `typ` of a checkpoint.
pub const CHECKPOINT_TYP: &str = "ipse-checkpoint+jwt";
/// `typ` of a promise.
pub const PROMISE_TYP: &str = "ipse-promise+jwt";
/// The longest time until a promised leaf is in the log, in milliseconds.
pub const PROMISE_MS: i64 = 10_000;

/// A leaf of the log. Without the salt it reveals nothing about the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The kind of event.
    pub kind: LeafKind,
    /// When, in milliseconds since 1970 UTC.
    pub time: i64,
    /// [`subject`].
    pub subject: [u8; 32],
    /// [`commitment`] to the evidence.
    pub commitment: [u8; 32],
    /// [`commitment`], under a salt of its own, to what a partner may show others. None only in a leaf of version 1.
    pub disclosure: Option<[u8; 32]>,
}

/// Version of the leaf.
const VERSION: u32 = 2;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeafJson {
    version: u32,
    kind: LeafKind,
    time: i64,
    subject: B32,
    commitment: B32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    disclosure: Option<B32>,
}

impl Leaf {
    /// The bytes that are hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let leaf = LeafJson {
            version: if self.disclosure.is_some() {
                VERSION
            } else {
                1
            },
            kind: self.kind,
            time: self.time,
            subject: self.subject.into(),
            commitment: self.commitment.into(),
            disclosure: self.disclosure.map(Into::into),
        };
        json::to_bytes(&leaf)
    }

    /// Reads a leaf. A leaf has exactly one spelling.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let json: LeafJson = strict_json(bytes).ok()?;
        let leaf = Leaf {
            kind: json.kind,
            time: json.time,
            subject: json.subject.0,
            commitment: json.commitment.0,
            disclosure: json.disclosure.map(|d| d.0),
        };
        // This compares the version too.
        (leaf.to_bytes() == bytes).then_some(leaf)
    }

    /// Whether bytes say that they are a leaf of a later version, which a newer phone can check.
    pub fn is_newer(bytes: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        strict_json::<Versioned>(bytes).is_ok_and(|leaf| leaf.version > VERSION)
    }
}

/// `HMAC-SHA256(salt, SHA256(bytes))`, for the evidence, and for what a partner may show others.
pub fn commitment(salt: &[u8; 32], hash: &[u8; 32]) -> [u8; 32] {
    hmac_sha256(salt, &[hash])
}

/// `HMAC-SHA256(salt, identity id)`.
pub fn subject(salt: &[u8; 32], identity: &str) -> [u8; 32] {
    hmac_sha256(salt, &[identity.as_bytes()])
}

/// A signed head of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// The scheme's issuer.
    pub origin: String,
    /// The number of leaves.
    pub size: u64,
    /// Root hash.
    pub root: B32,
    /// When, in seconds since 1970 UTC.
    pub iat: i64,
}

/// The scheme's signed promise that a leaf will be in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// Leaf hash.
    pub leaf: B32,
    /// Receipt id.
    pub receipt: String,
    /// Until when, in milliseconds since 1970 UTC.
    pub by: i64,
}

/// Evidence of a decision. It is encrypted for the person, and the leaf commits to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The bytes of the view that was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<B64u>,
    /// The transcript, which the proofs cover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript: Option<Transcript>,
    /// The device's signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_jws: Option<String>,
    /// The SIM statement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sim_statement: Option<String>,
    /// The decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// The factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<Factor>,
    /// What the person chose, in the order of the view.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Chosen>,
    /// When, in milliseconds since 1970 UTC.
    pub time: i64,
}

impl Evidence {
    /// The bytes that the leaf commits to.
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self)
    }
}

/// Whether a leaf commits to this evidence about this identity.
pub fn commits(leaf: &Leaf, salt: &[u8; 32], evidence: &[u8], identity: &str) -> bool {
    leaf.commitment == commitment(salt, &sha256(evidence))
        && leaf.subject == subject(salt, identity)
}
