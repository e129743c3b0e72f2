//! What can be wrong with a token or a key.

/// Why a token, key or JSON text was refused. The texts name what to mend, never what was secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Decryption failed; deliberately says nothing more (RFC 7516 §11.5).
    #[error("the token cannot be decrypted: encrypt it anew for the current key")]
    Decrypt,
    /// A key is not acceptable.
    #[error("the key is not acceptable: {0}")]
    Key(&'static str),
    /// The text does not have the form that it must have.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// The signature does not belong to this content and key.
    #[error("the signature does not verify: sign with the registered key")]
    Signature,
    /// Longer than the caller takes; refused before it was parsed.
    #[error("too large: send a smaller token")]
    TooLarge,
    /// The token is meant for another use (RFC 8725 §3.11).
    #[error("wrong `typ`: this is a token for another use")]
    Type,
    /// An algorithm or header member outside the closed list.
    #[error("not supported: {0}")]
    Unsupported(&'static str),
}

impl Error {
    /// A stable name, for logs and problem details.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Decrypt => "decryption_failed",
            Self::Key(_) => "key_invalid",
            Self::Malformed(_) => "token_malformed",
            Self::Signature => "signature_invalid",
            Self::TooLarge => "token_too_large",
            Self::Type => "token_type_wrong",
            Self::Unsupported(_) => "token_unsupported",
        }
    }
}
