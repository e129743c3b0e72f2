//! Why a partner's call is not carried out.

use ipse_store::StoreError;

use crate::error::{Error, RuleError};

/// Why a partner's call is refused. The OpenID Connect API says it in OAuth's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefusal {
    /// The client assertion was used before.
    #[error("the client assertion was used before")]
    AssertionUsed,
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
    /// The code or token is unknown, used, expired or revoked, or the identity changed since.
    #[error("the code or token is not valid")]
    GrantInvalid,
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
