//! Signed events from operator to scheme: a CloudEvent 1.0 as the payload of a JWS.
//!
//! Each has a per-operator `sequence` without gaps, so that a lost event is noticed and fetched again. The signature is made
//! when the event is sent, hence `iat` is young even for an event that waited a week for a scheme that was down.

use ipse_jose::{SigningKey, jws};
use ipse_protocol::wire::{SimEvent, SimEventData};

use crate::signed::{EnvelopeProblem, Keys};

/// `typ` of the JWS.
pub const TYP: &str = "sim-event+jwt";
/// How old a signature may be, in seconds.
pub const MAX_AGE: i64 = 300;
/// How far the operator's clock may run ahead, in seconds.
pub const SKEW: i64 = 30;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The number moved to another SIM: the handle is dead.
    Swapped,
    /// The line was barred because the phone or SIM is lost.
    Lost,
    /// Somebody asked to take the number to another operator.
    PortPending,
    /// The number went to another operator: the handle is dead.
    Ported,
    /// The line works again after a loss or a cancelled port.
    Restored,
    /// A counter came twice: there may be a second card with the same keys.
    CloneSuspected,
    /// Nothing; the feed is alive.
    Heartbeat,
}

impl Kind {
    /// The CloudEvents `type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Swapped => "eu.ipse.sim.swapped",
            Self::Lost => "eu.ipse.sim.lost",
            Self::PortPending => "eu.ipse.sim.port_pending",
            Self::Ported => "eu.ipse.sim.ported",
            Self::Restored => "eu.ipse.sim.restored",
            Self::CloneSuspected => "eu.ipse.sim.clone_suspected",
            Self::Heartbeat => "eu.ipse.sim.heartbeat",
        }
    }

    /// Reads the CloudEvents `type`.
    #[must_use]
    pub fn from_type(text: &str) -> Option<Self> {
        [
            Self::Swapped,
            Self::Lost,
            Self::PortPending,
            Self::Ported,
            Self::Restored,
            Self::CloneSuspected,
            Self::Heartbeat,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
    }
}

/// An event that was verified, or that is to be sent: a CloudEvent (CloudEvents 1.0.2 §3) about one SIM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Unique per source.
    pub id: String,
    /// The operator's issuer.
    pub source: String,
    /// What happened.
    pub kind: Kind,
    /// When it happened, RFC 3339.
    pub time: String,
    /// 1, 2, 3… per operator, without gaps.
    pub sequence: u64,
    /// When this was signed, seconds since 1970.
    pub iat: i64,
    /// Which SIM; none in a heartbeat.
    pub subject: Option<Subject>,
}

/// Which SIM, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The SIM's handle.
    pub handle: String,
    /// When it changed, seconds since 1970.
    pub changed_at: i64,
}

impl Event {
    /// Signs the event.
    ///
    /// # Errors
    /// When the event cannot be serialised, which does not happen with these types.
    pub fn sign(&self, key: &SigningKey) -> Result<String, serde_json::Error> {
        let wire = SimEvent {
            specversion: "1.0".to_owned(),
            id: self.id.clone(),
            source: self.source.clone(),
            kind: self.kind.as_str().to_owned(),
            time: self.time.clone(),
            sequence: self.sequence,
            iat: self.iat,
            data: self.subject.as_ref().map(|subject| SimEventData {
                handle: subject.handle.clone(),
                changed_at: subject.changed_at,
            }),
        };
        Ok(jws::sign(key, TYP, &serde_json::to_vec(&wire)?))
    }
}

/// Why an event is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// Not a JWS with exactly these members.
    #[error("not a SIM event")]
    Malformed,
    /// The key id is not among the pinned keys.
    #[error("the event names a key that is not pinned for this operator")]
    UnknownKey,
    /// Wrong signature, algorithm or `typ`.
    #[error("the event's signature does not verify")]
    Signature,
    /// Another operator's event.
    #[error("the event is of another operator")]
    Source,
    /// Signed too long ago, or in the future.
    #[error("the event was signed too long ago or in the future")]
    Age,
}

impl From<EnvelopeProblem> for Refusal {
    fn from(problem: EnvelopeProblem) -> Self {
        match problem {
            EnvelopeProblem::Malformed => Self::Malformed,
            EnvelopeProblem::UnknownKey => Self::UnknownKey,
            EnvelopeProblem::Signature => Self::Signature,
        }
    }
}

/// Verifies an event that was pushed or pulled. Deduplicating on (source, sequence) is the caller's.
///
/// # Errors
/// [`Refusal`] says why not.
pub fn verify(text: &str, keys: &Keys, source: &str, now: i64) -> Result<Event, Refusal> {
    let wire: SimEvent = keys.open(text, TYP)?;
    let kind = Kind::from_type(&wire.kind).ok_or(Refusal::Malformed)?;
    // A heartbeat is about no SIM; everything else is about one.
    let well_formed = wire.data.is_some() == (kind != Kind::Heartbeat);
    if wire.specversion != "1.0" || wire.sequence == 0 || !well_formed {
        return Err(Refusal::Malformed);
    }
    if wire.source != source {
        return Err(Refusal::Source);
    }
    if wire.iat > now + SKEW || wire.iat < now - MAX_AGE {
        return Err(Refusal::Age);
    }
    Ok(Event {
        id: wire.id,
        source: wire.source,
        kind,
        time: wire.time,
        sequence: wire.sequence,
        iat: wire.iat,
        subject: wire.data.map(|data| Subject {
            handle: data.handle,
            changed_at: data.changed_at,
        }),
    })
}
