//! The signed SIM statement: the answer of an operator to a challenge of the scheme about one SIM.
//!
//! A silent statement proves that the bound SIM answers and is unchanged. A holder statement also proves that the person read a
//! secret from the handset. The scheme verifies a statement before it counts an attempt to enter the code.

use ipse_jose::{Error, SigningKey, jws};

use crate::signed::EnvelopeProblem;
pub use crate::signed::Keys as PinnedKeys;

pub use ipse_protocol::sim_statement::{Claims, TYP, nonce_hash};
pub use ipse_protocol::terms::{Line, Readiness, SimMethod as Method};

/// The longest time from `iat` to `exp`, in seconds. The scheme must receive the statement within it.
pub const MAX_LIFE: i64 = 60;
/// How much the operator's clock may differ, in seconds.
pub const SKEW: i64 = 30;

/// Signs a statement, as the operator does.
///
/// # Errors
/// [`Error::Internal`] when the library fails.
pub fn sign(claims: &Claims, key: &SigningKey) -> Result<String, Error> {
    let payload = serde_json::to_vec(claims)
        .map_err(|_| Error::Internal("a statement does not serialize"))?;
    jws::sign(key, TYP, &payload)
}

/// The values that the scheme expects.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    /// Issuer of the operator.
    pub issuer: &'a str,
    /// Issuer of the scheme.
    pub audience: &'a str,
    /// The handle of the bound SIM, or of the SIM at enrolment.
    pub handle: &'a str,
    /// Hash of the challenge.
    pub nonce_hash: &'a [u8; 32],
    /// The weakest sufficient method.
    pub method_min: Method,
    /// When the bound SIM last changed, in seconds since 1970 UTC. `None` while the SIM is being bound.
    pub changed_at: Option<i64>,
    /// The current time, in seconds since 1970 UTC.
    pub now: i64,
}

/// Why a statement is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// Not a JWS with exactly these claims.
    #[error("not a SIM statement")]
    Malformed,
    /// The key id is not among the pinned keys.
    #[error("the statement names a key that is not pinned for this operator")]
    UnknownKey,
    /// Wrong signature, algorithm or `typ`.
    #[error("the statement's signature does not verify")]
    Signature,
    /// Another operator's statement.
    #[error("the statement is of another operator")]
    Issuer,
    /// Meant for another scheme.
    #[error("the statement is for another scheme")]
    Audience,
    /// Expired, valid for too long, or issued in the future.
    #[error("the statement is expired, valid for too long, or issued in the future")]
    Time,
    /// For another challenge.
    #[error("the statement is for another challenge")]
    Nonce,
    /// Silent, but a holder statement is required.
    #[error("the action requires the secret from the handset")]
    Method,
    /// Another SIM.
    #[error("the statement is about another SIM than the bound one")]
    Handle,
    /// The SIM changed since it was bound.
    #[error("the SIM changed since it was bound")]
    Changed,
    /// The SIM cannot answer challenges.
    #[error("the SIM is not ready")]
    NotReady,
    /// The line is barred, moves to another operator, or ended.
    #[error("the line is not active")]
    LineNotActive,
}

impl Refusal {
    /// The stable code for the phone (docs/protocol.md §1). A false statement has the same code as no statement.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Handle | Self::Changed | Self::LineNotActive => "sim_mismatch",
            Self::NotReady => "sim_not_ready",
            _ => "sim_unavailable",
        }
    }
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

/// Verifies the signature of a statement and its claims.
///
/// # Errors
/// [`Refusal`].
pub fn verify(text: &str, keys: &PinnedKeys, expect: &Expect<'_>) -> Result<Claims, Refusal> {
    let claims: Claims = keys.open(text, TYP)?;
    check(&claims, expect)?;
    Ok(claims)
}

fn check(claims: &Claims, expect: &Expect<'_>) -> Result<(), Refusal> {
    let require = |ok: bool, refusal: Refusal| if ok { Ok(()) } else { Err(refusal) };
    require(claims.iss == expect.issuer, Refusal::Issuer)?;
    require(claims.aud == expect.audience, Refusal::Audience)?;
    let life = claims.exp.checked_sub(claims.iat);
    require(
        life.is_some_and(|life| (0..=MAX_LIFE).contains(&life))
            && claims.iat <= expect.now + SKEW
            && claims.exp >= expect.now - SKEW,
        Refusal::Time,
    )?;
    require(claims.nonce_hash.0 == *expect.nonce_hash, Refusal::Nonce)?;
    // A holder statement is stronger than a silent one.
    require(
        expect.method_min == Method::Silent || claims.method == Method::Holder,
        Refusal::Method,
    )?;
    require(claims.sub == expect.handle, Refusal::Handle)?;
    require(
        expect.changed_at.is_none_or(|at| at == claims.changed_at),
        Refusal::Changed,
    )?;
    require(claims.line == Line::Active, Refusal::LineNotActive)?;
    require(claims.readiness == Readiness::Ready, Refusal::NotReady)
}
