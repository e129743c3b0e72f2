//! What can be wrong with a token or a key.

/// Why a token, a key or a JSON text is refused. The texts say what to change and contain nothing of the input, which may
/// be secret. All but [`Error::Internal`] are the fault of whoever made the token or key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Decryption failed. It says no more, so that a sender cannot learn which step failed (RFC 7516 §11.5).
    #[error("the token cannot be decrypted: encrypt it again to the current key")]
    Decrypt,
    /// The cryptographic library failed: a fault of this machine.
    #[error("internal error: {0}")]
    Internal(&'static str),
    /// A key is not acceptable.
    #[error("the key is not acceptable: {0}")]
    Key(&'static str),
    /// The text does not have the required form.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// The signature does not match the content and the key.
    #[error("the signature does not verify: sign with the registered key")]
    Signature,
    /// The token is longer than the caller accepts. It was not parsed.
    #[error("too large: send a smaller token")]
    TooLarge,
    /// The token is for another use (RFC 8725 §3.11).
    #[error("wrong `typ`: this token is for another use")]
    Type,
    /// An algorithm or header member that is not in the closed list.
    #[error("not supported: {0}")]
    Unsupported(&'static str),
}

impl Error {
    /// A stable name, for logs and problem details.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Decrypt => "decryption_failed",
            Self::Internal(_) => "crypto_failed",
            Self::Key(_) => "key_invalid",
            Self::Malformed(_) => "token_malformed",
            Self::Signature => "signature_invalid",
            Self::TooLarge => "token_too_large",
            Self::Type => "token_type_wrong",
            Self::Unsupported(_) => "token_unsupported",
        }
    }
}
