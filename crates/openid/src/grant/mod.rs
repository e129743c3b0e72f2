//! The token endpoint, as far as parameters go: one file for each grant (RFC 6749 §4).

mod authorization_code;

pub use authorization_code::{AuthorizationCodeGrant, pkce_matches};

use crate::error::{OAuthError, OAuthErrorCode};
use crate::params::Params;

macro_rules! grants {
    ($($(#[$doc:meta])* $name:ident($grant:ty) = $word:literal,)*) => {
        /// A request to the token endpoint, by its `grant_type`.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum TokenRequest {
            $($(#[$doc])* $name($grant),)*
        }

        /// The values of `grant_type`, for the metadata document.
        pub const GRANT_TYPES: &[&str] = &[$($word,)*];

        impl TokenRequest {
            /// Reads the form of a token request.
            ///
            /// # Errors
            /// An OAuth error of RFC 6749 §5.2.
            pub fn read(params: &Params) -> Result<Self, OAuthError> {
                params.unique()?;
                match params.require("grant_type", "grant_type is missing")? {
                    $($word => <$grant>::read(params).map(Self::$name),)*
                    _ => Err(OAuthError::new(
                        OAuthErrorCode::UnsupportedGrantType,
                        concat!("grant_type must be", $(" ", $word,)*),
                    )),
                }
            }
        }
    };
}

grants! {
    /// A code from the authorization endpoint.
    AuthorizationCode(AuthorizationCodeGrant) = "authorization_code",
}

/// The answer to a code that is unknown, used, expired, or of another client, redirect URI or verifier. It does not say
/// which of these applies, so that it reveals nothing about a stolen code.
pub const INVALID_GRANT: OAuthError = OAuthError::new(
    OAuthErrorCode::InvalidGrant,
    "the code is unknown, used, expired, or not of this client and request",
);
