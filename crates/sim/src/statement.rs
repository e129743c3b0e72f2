//! The signed SIM statement: what the operator says about one SIM, for one challenge of the scheme.
//!
//! A silent statement proves that the bound SIM is alive and unchanged; a holder statement, that the person also read a secret
//! from the handset. The scheme checks everything here before a try of the code is spent.

use ipse_jose::{SigningKey, jws};

use crate::signed::EnvelopeProblem;
pub use crate::signed::Keys as PinnedKeys;

pub use ipse_protocol::sim_statement::{Claims, TYP, nonce_hash};
pub use ipse_protocol::terms::{Line, Readiness, SimMethod as Method};

/// Longest life of a statement, in seconds; it bounds receipt only.
pub const MAX_LIFE: i64 = 60;
/// How far the operator's clock may differ, in seconds.
pub const SKEW: i64 = 30;

/// Signs a statement, as the operator does.
///
/// # Errors
/// When the claims cannot be serialised, which does not happen with these types.
pub fn sign(claims: &Claims, key: &SigningKey) -> Result<String, serde_json::Error> {
    Ok(jws::sign(key, TYP, &serde_json::to_vec(claims)?))
}

/// What the scheme expects.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    /// Issuer of the operator that was asked.
    pub issuer: &'a str,
    /// The scheme's own issuer.
    pub audience: &'a str,
    /// The handle that is bound, or that was resolved at enrolment.
    pub handle: &'a str,
    /// The challenge that was sent.
    pub nonce_hash: &'a [u8; 32],
    /// The weakest method that will do.
    pub method_min: Method,
    /// When the binding says the SIM last changed, in seconds; none while it is being bound.
    pub changed_at: Option<i64>,
    /// Now, in seconds.
    pub now: i64,
}

/// Why a statement is not believed.
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
    /// Expired, lives too long, or from the future.
    #[error("the statement is expired, lives too long or is from the future")]
    Time,
    /// Answers another challenge.
    #[error("the statement answers another challenge")]
    Nonce,
    /// Silent where a holder statement is needed.
    #[error("this needs the secret from the handset")]
    Method,
    /// Another SIM.
    #[error("the statement is of another SIM than the one that is bound")]
    Handle,
    /// The SIM changed since it was bound.
    #[error("the SIM changed since it was bound")]
    Changed,
    /// The SIM cannot answer challenges.
    #[error("the SIM is not ready")]
    NotReady,
    /// The line is barred, moving or ended.
    #[error("the line does not work as it should")]
    LineNotActive,
}

impl Refusal {
    /// The stable code for the phone (protocol §1). An operator that lies gets no further than one that is silent.
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

/// Verifies a statement: one ECDSA verification, then the claims.
///
/// # Errors
/// [`Refusal`] says why not.
pub fn verify(text: &str, keys: &PinnedKeys, expect: &Expect<'_>) -> Result<Claims, Refusal> {
    let claims: Claims = keys.open(text, TYP)?;
    check(&claims, expect)?;
    Ok(claims)
}

fn check(claims: &Claims, expect: &Expect<'_>) -> Result<(), Refusal> {
    let demand = |ok: bool, refusal: Refusal| if ok { Ok(()) } else { Err(refusal) };
    demand(claims.iss == expect.issuer, Refusal::Issuer)?;
    demand(claims.aud == expect.audience, Refusal::Audience)?;
    let life = claims.exp.checked_sub(claims.iat);
    demand(
        life.is_some_and(|life| (0..=MAX_LIFE).contains(&life))
            && claims.iat <= expect.now + SKEW
            && claims.exp >= expect.now - SKEW,
        Refusal::Time,
    )?;
    demand(claims.nonce_hash.0 == *expect.nonce_hash, Refusal::Nonce)?;
    // Holder is the stronger one.
    demand(
        expect.method_min == Method::Silent || claims.method == Method::Holder,
        Refusal::Method,
    )?;
    demand(claims.sub == expect.handle, Refusal::Handle)?;
    demand(
        expect.changed_at.is_none_or(|at| at == claims.changed_at),
        Refusal::Changed,
    )?;
    demand(claims.line == Line::Active, Refusal::LineNotActive)?;
    demand(claims.readiness == Readiness::Ready, Refusal::NotReady)
}
