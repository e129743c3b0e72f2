//! Operators, as the rules see them: one trait, which each adapter implements.

use std::future::Future;
use std::pin::Pin;

use ipse_protocol::terms::{Line, Readiness};
use ipse_sim::statement;
use ipse_texts::Language;

/// A future of an adapter.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, SimError>> + Send + 'a>>;

/// What an operator says of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Pseudonym of this SIM with this operator for this scheme.
    pub handle: String,
    /// What the SIM can do.
    pub readiness: Readiness,
    /// State of its line.
    pub line: Line,
    /// Seconds; a later value is another SIM.
    pub changed_at: i64,
}

/// Why an operator gave no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SimError {
    /// No answer, or an error on its side. Unknown is neither ok nor fraud.
    #[error("operator unavailable")]
    Unavailable,
    /// Not a number or handle of this operator.
    #[error("unknown at this operator")]
    NotFound,
    /// The SIM cannot answer (not ready, retired, line barred). The text is the operator's.
    #[error("SIM not ready: {0}")]
    NotReady(String),
    /// The typed secret is wrong.
    #[error("secret wrong")]
    Secret {
        /// How many tries are left.
        tries_left: u32,
    },
    /// So many text messages went to this SIM that the operator sends no more for a while.
    #[error("too many messages")]
    TooMany,
    /// The challenge has been answered, has expired or has no tries left.
    #[error("challenge closed")]
    Closed,
}

/// A SIM controller (operator).
pub trait SimController: Send + Sync {
    /// Name, as in the configuration.
    fn name(&self) -> &str;

    /// Issuer URL: the `iss` of its statements.
    fn issuer(&self) -> &str;

    /// Its statement and event keys, pinned by the configuration.
    fn keys(&self) -> &statement::PinnedKeys;

    /// Asks which SIM a number has.
    fn resolve<'a>(&'a self, number: &'a str) -> Answer<'a, Resolved>;

    /// Asks for the state of a SIM that it once named, also one that is no longer in use.
    fn state<'a>(&'a self, handle: &'a str) -> Answer<'a, Resolved>;

    /// Asks for a silent statement over `nonce_hash`: the JWS, not yet verified.
    fn silent<'a>(&'a self, handle: &'a str, nonce_hash: &'a [u8; 32]) -> Answer<'a, String>;

    /// Has the operator text a secret to the handset: the challenge's id and the tries left.
    fn holder_begin<'a>(
        &'a self,
        handle: &'a str,
        nonce_hash: &'a [u8; 32],
        purpose: &'a str,
        language: Language,
    ) -> Answer<'a, (String, u32)>;

    /// Returns what the person typed: a `holder` statement, not yet verified.
    fn holder_answer<'a>(&'a self, challenge: &'a str, secret: &'a str) -> Answer<'a, String>;

    /// Has the operator text the holder of a SIM, in words, that another phone took the place of theirs. The operator sends it
    /// whatever number of messages it sent before.
    fn notify_new_phone<'a>(&'a self, handle: &'a str, language: Language) -> Answer<'a, ()>;

    /// Ends the relation with a SIM.
    fn unbind<'a>(&'a self, handle: &'a str) -> Answer<'a, ()>;

    /// Events after a sequence, for repair of a gap: JWS, not yet verified.
    fn events_after(&self, sequence: i64) -> Answer<'_, Vec<String>>;
}
