//! Signed events from operator to scheme: a CloudEvent 1.0 as the payload of a JWS.
//!
//! The events of an operator have a `sequence` without gaps, so that the scheme notices a lost event and fetches it again. An
//! event is signed when it is sent, so `iat` is recent even if the event waited a week for the scheme.

use ipse_jose::{Error, SigningKey, jws};
use ipse_protocol::wire::{SimEvent, SimEventData};

use crate::signed::{EnvelopeProblem, Keys};

/// `typ` of the JWS.
pub const TYP: &str = "sim-event+jwt";
/// The highest age of a signature, in seconds.
pub const MAX_AGE: i64 = 300;
/// How much the operator's clock may be ahead, in seconds.
pub const SKEW: i64 = 30;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The number moved to another SIM. The handle is no longer valid.
    Swapped,
    /// The line was barred because the phone or SIM is lost.
    Lost,
    /// A move of the number to another operator was requested.
    PortPending,
    /// The number moved to another operator. The handle is no longer valid.
    Ported,
    /// The line works again after a loss or a cancelled port.
    Restored,
    /// A counter was repeated: a second card may have the same keys.
    CloneSuspected,
    /// Nothing happened. Shows that the feed works.
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

/// A verified event, or one to send: a CloudEvent (CloudEvents 1.0.2 §3) about one SIM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Unique for its source.
    pub id: String,
    /// The operator's issuer.
    pub source: String,
    /// What happened.
    pub kind: Kind,
    /// When it happened, RFC 3339.
    pub time: String,
    /// 1, 2, 3… for each operator, without gaps.
    pub sequence: u64,
    /// When the event was signed, in seconds since 1970 UTC.
    pub iat: i64,
    /// The SIM. `None` in a heartbeat.
    pub subject: Option<Subject>,
}

/// The SIM of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The SIM's handle.
    pub handle: String,
    /// When the SIM changed, in seconds since 1970 UTC.
    pub changed_at: i64,
}

impl Event {
    /// Signs the event.
    ///
    /// # Errors
    /// [`Error::Internal`] when the library fails.
    pub fn sign(&self, key: &SigningKey) -> Result<String, Error> {
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
        let payload = serde_json::to_vec(&wire)
            .map_err(|_| Error::Internal("an event does not serialize"))?;
        jws::sign(key, TYP, &payload)
    }
}

/// Why an event is refused.
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
    /// Of another operator.
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

/// Verifies an event. The caller must ignore a repeated `(source, sequence)`. `now` is in seconds since 1970 UTC.
///
/// # Errors
/// [`Refusal`].
pub fn verify(text: &str, keys: &Keys, source: &str, now: i64) -> Result<Event, Refusal> {
    let wire: SimEvent = keys.open(text, TYP)?;
    let kind = Kind::from_type(&wire.kind).ok_or(Refusal::Malformed)?;
    // A heartbeat has no SIM. All other events have one.
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
