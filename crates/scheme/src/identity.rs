//! Identities and the reasons for which they are suspended.

use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_store::{StoreError, Tx, identity};

/// Why an identity is suspended (design §5). Each is lifted by the proof that it demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Three wrong codes, or ten in 30 days.
    CodeExhausted,
    /// The SIM was replaced.
    SimChanged,
    /// The SIM was reported lost.
    SimLost,
    /// The device was copied or reported lost.
    DeviceLost,
    /// The person asked for it.
    Person,
}

impl Reason {
    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::CodeExhausted => "code_exhausted",
            Reason::SimChanged => "sim_changed",
            Reason::SimLost => "sim_lost",
            Reason::DeviceLost => "device_lost",
            Reason::Person => "person",
        }
    }
}

/// The identity, if it is active; otherwise the refusal that names the reasons.
///
/// # Errors
/// When the store fails.
pub fn active(tx: &mut Tx, id: &str) -> Result<Result<identity::Identity, Problem>, StoreError> {
    let Some(found) = identity::by_id(tx, id)? else {
        return Ok(Err(Problem::new(ProblemCode::NotFound)));
    };
    if found.status != "active" {
        return Ok(Err(blocked(tx, id)?));
    }
    Ok(Ok(found))
}

/// The refusal for a suspended identity.
///
/// # Errors
/// When the store fails.
pub fn blocked(tx: &mut Tx, id: &str) -> Result<Problem, StoreError> {
    let reasons: Vec<String> = identity::reasons(tx, id)?
        .into_iter()
        .map(|s| s.reason)
        .collect();
    Ok(Problem::new(ProblemCode::IdentityBlocked).with("reasons", reasons))
}
