//! Why a partner's call is not carried out.

use ipse_store::StoreError;

use crate::error::{Error, RuleError};

/// Why a partner's call is refused. The OpenID Connect API says it in OAuth's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefusal {
    /// The client assertion was used before.
    #[error("the client assertion was used before")]
    AssertionUsed,
    /// The DPoP proof was used before.
    #[error("the DPoP proof was used before")]
    ProofUsed,
    /// There is no such pushed request of this partner, or its time is over.
    #[error("the request_uri is unknown or expired")]
    RequestUnknown,
    /// The partner named a sandbox person who does not exist.
    #[error("the sandbox person is unknown")]
    SandboxUnknown,
    /// A request of this partner to this person is open already.
    #[error("a request to this person is open")]
    PromptOpen,
    /// Too many requests wait for a phone: of this partner, from this address, or in total.
    #[error("too many requests wait for a phone")]
    TooManyOpen,
    /// The access token is unknown, expired or revoked, or the identity changed since.
    #[error("the access token is unknown, expired or revoked, or the identity changed")]
    TokenInvalid,
    /// The access token and how it was sent do not fit.
    #[error("{0}")]
    TokenMisfit(&'static str),
    /// The code is not redeemed.
    #[error(transparent)]
    Code(#[from] CodeRefusal),
}

/// Why a code is not redeemed. The texts are for the log; the API decides what a partner learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeRefusal {
    /// It was never issued.
    #[error("the code was never issued")]
    Unknown,
    /// It was issued to another partner, who must not learn of it.
    #[error("the code was issued to another partner")]
    Foreign,
    /// The redemption does not fit the request of the code.
    #[error("{0}")]
    Misfit(&'static str),
    /// Its time is over.
    #[error("the code has expired")]
    Expired,
    /// The identity was blocked or changed after the approval.
    #[error("the identity was blocked or changed after the approval")]
    IdentityChanged,
    /// It was redeemed before. What it gave is revoked.
    #[error("the code was redeemed before; what it gave is revoked")]
    Used,
}

impl From<CodeRefusal> for RuleError<LoginRefusal> {
    fn from(refusal: CodeRefusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<LoginRefusal> for RuleError<LoginRefusal> {
    fn from(refusal: LoginRefusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Why a partner's call was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// It was refused.
    #[error(transparent)]
    Refused(#[from] LoginRefusal),
    /// Something failed.
    #[error(transparent)]
    Scheme(#[from] Error),
}

impl From<StoreError> for LoginError {
    fn from(error: StoreError) -> Self {
        LoginError::Scheme(error.into())
    }
}

impl From<RuleError<LoginRefusal>> for LoginError {
    fn from(error: RuleError<LoginRefusal>) -> Self {
        match error {
            RuleError::Refused(refusal) => Self::Refused(refusal),
            RuleError::Store(error) => error.into(),
        }
    }
}
