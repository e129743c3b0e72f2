//! The token endpoint, as far as parameters go: one file for each grant (RFC 6749 §4).

mod authorization_code;

pub use authorization_code::{AuthorizationCodeGrant, check_key, pkce_matches};

use crate::error::{OAuthError, OAuthErrorCode};
use crate::extensions;
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
            pub fn read(params: &Params, issuer: &str) -> Result<Self, OAuthError> {
                params.unique()?;
                match params.require("grant_type", "grant_type is missing")? {
                    $($word => {
                        extensions::check_token_request(params, issuer)?;
                        <$grant>::read(params).map(Self::$name)
                    })*
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

/// The answer to a code that this client was never given: nothing about a stolen code is revealed.
pub const UNKNOWN_CODE: OAuthError = invalid_grant("the code is unknown: start again");

/// `invalid_grant` with what is wrong with the client's own request or code.
#[must_use]
pub const fn invalid_grant(description: &'static str) -> OAuthError {
    OAuthError::new(OAuthErrorCode::InvalidGrant, description)
}
