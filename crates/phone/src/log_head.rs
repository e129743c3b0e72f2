//! The head of the log that the phone remembers (docs/protocol.md §7). Each later one must continue it.

use ipse_jose::{Alg, VerifyingKey};
use ipse_protocol::log_head::Continuity;
use ipse_protocol::receipt::Checkpoint;
use serde::{Deserialize, Serialize};

use crate::error::{Error, local};
use crate::storage::{Exclusive, LOG_HEAD, read_json, write_json};
use crate::{Phone, Result, State, Storage, Transport};

/// What the log contradicted, as evidence.
const FAULT: &str = "log_fault.json";

/// How the log failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogFault {
    /// It is shorter than it was.
    #[serde(rename = "log_forgot")]
    Forgot,
    /// It is another one than it was.
    #[serde(rename = "log_forked")]
    Forked,
    /// It does not have what the scheme promised to log.
    #[serde(rename = "log_overdue")]
    Overdue,
}

impl LogFault {
    pub(crate) fn of(continuity: Continuity) -> Option<Self> {
        match continuity {
            Continuity::Forgot => Some(Self::Forgot),
            Continuity::Forked => Some(Self::Forked),
            Continuity::Unsigned | Continuity::First | Continuity::Continues => None,
        }
    }

    pub(crate) fn local(self) -> local::Local {
        match self {
            Self::Forgot => local::LOG_FORGOT,
            Self::Forked => local::LOG_FORKED,
            Self::Overdue => local::LOG_OVERDUE,
        }
    }
}

/// Evidence against the log: what the scheme signed, and does not hold together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEvidence {
    /// How the log failed.
    pub code: LogFault,
    /// When the phone noticed, in milliseconds since 1970 UTC.
    pub time: i64,
    /// The receipt with which it noticed.
    pub receipt: String,
    /// The signed head that the phone remembers.
    pub remembered: Option<String>,
    /// The signed head that it received.
    pub received: Option<String>,
    /// The consistency proof that it received.
    pub consistency: Option<Vec<String>>,
    /// The signed promise of the receipt.
    pub promise: String,
}

impl LogEvidence {
    /// The error with which a command ends.
    pub(crate) fn error(&self) -> Error {
        let mut error = Error::of(self.code.local()).with("receipt", self.receipt.as_str());
        for (member, head) in [
            ("remembered", &self.remembered),
            ("received", &self.received),
        ] {
            if let Some(head) = head {
                error = error.with(member, head.as_str());
            }
        }
        error
    }
}

/// A head that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub checkpoint: Checkpoint,
    pub jws: String,
}

impl Head {
    /// Reads a head of the log to which this phone belongs.
    pub fn read(jws: &str, state: &State) -> Option<Self> {
        let key = VerifyingKey::from_jwk(&state.log_key, Alg::Es256).ok()?;
        Some(Head {
            checkpoint: Checkpoint::read(jws, &key, &state.issuer)?,
            jws: jws.to_owned(),
        })
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    checkpoint: String,
}

impl<T: Transport, S: Storage> Phone<T, S> {
    /// The head that the phone remembers. One of an earlier enrolment, at another scheme, counts as none.
    pub(crate) fn remembered_head(&self, state: &State) -> Result<Option<Head>> {
        let stored: Option<Stored> = read_json(&self.storage, LOG_HEAD)?;
        Ok(stored.and_then(|stored| Head::read(&stored.checkpoint, state)))
    }

    /// Remembers a verified head, if it is later than the remembered one.
    pub(crate) async fn remember_head(&mut self, head: Head, state: &State) -> Result<()> {
        // Another process may have remembered a later one meanwhile.
        let _lock = self.storage.lock(Exclusive::Request).await?;
        let known = self.remembered_head(state)?;
        if known.is_some_and(|known| known.checkpoint.size >= head.checkpoint.size) {
            return Ok(());
        }
        let stored = Stored {
            checkpoint: head.jws,
        };
        write_json(&mut self.storage, LOG_HEAD, &stored)
    }

    /// Keeps evidence against the log. The first one stays: it is what the scheme may want to make good.
    pub(crate) fn keep_evidence(&mut self, evidence: &LogEvidence) -> Result<()> {
        match self.log_evidence()? {
            Some(_) => Ok(()),
            None => write_json(&mut self.storage, FAULT, evidence),
        }
    }

    /// The evidence against the log that this phone has.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn log_evidence(&self) -> Result<Option<LogEvidence>> {
        read_json(&self.storage, FAULT)
    }
}
