//! The authorization code grant (RFC 6749 §4.1.3) with PKCE (RFC 7636).

use aws_lc_rs::constant_time;
use zeroize::Zeroizing;

use super::INVALID_GRANT;
use crate::error::{OAuthError, OAuthErrorCode};
use crate::params::Params;
use crate::token_text;

/// A code and what proves that its client redeems it (RFC 6749 §4.1.3, RFC 7636 §4.5).
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationCodeGrant {
    /// The code.
    pub code: Zeroizing<String>,
    /// Must be the redirect URI of the request.
    pub redirect_uri: String,
    /// Must hash to the challenge of the request ([`pkce_matches`]).
    pub code_verifier: Zeroizing<String>,
}

/// Neither the code nor the verifier is printed: together they are as good as a login.
impl std::fmt::Debug for AuthorizationCodeGrant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthorizationCodeGrant")
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

impl AuthorizationCodeGrant {
    /// Reads the parameters of the grant.
    ///
    /// # Errors
    /// `invalid_request` for a missing or malformed parameter, and [`INVALID_GRANT`] for a code that cannot be one of
    /// this scheme.
    pub(super) fn read(params: &Params) -> Result<Self, OAuthError> {
        let code = params.require("code", "code is missing")?;
        if !token_text::is_possible(code) {
            return Err(INVALID_GRANT);
        }
        let redirect_uri = params.require("redirect_uri", "redirect_uri is missing")?;
        let verifier = match params.get("code_verifier") {
            Some(verifier) if is_verifier(verifier) => verifier,
            Some(_) => {
                return Err(OAuthError::new(
                    OAuthErrorCode::InvalidRequest,
                    "code_verifier must be 43 to 128 letters, digits, `-`, `.`, `_` or `~`",
                ));
            }
            None => {
                return Err(OAuthError::new(
                    OAuthErrorCode::InvalidRequest,
                    "code_verifier is missing",
                ));
            }
        };
        Ok(Self {
            code: Zeroizing::new(code.to_owned()),
            redirect_uri: redirect_uri.to_owned(),
            code_verifier: Zeroizing::new(verifier.to_owned()),
        })
    }

    /// Whether the client that redeems the code is the one that made the request: it sends the same redirect URI, and
    /// knows the verifier.
    #[must_use]
    pub fn matches(&self, redirect_uri: &str, code_challenge: &str) -> bool {
        self.redirect_uri == redirect_uri && pkce_matches(code_challenge, &self.code_verifier)
    }
}

/// Whether the base64url of `SHA256(verifier)` is the challenge (RFC 7636 §4.6).
#[must_use]
pub fn pkce_matches(challenge: &str, verifier: &str) -> bool {
    let hash = ipse_jose::b64::encode(&ipse_jose::sha256(verifier.as_bytes()));
    constant_time::verify_slices_are_equal(hash.as_bytes(), challenge.as_bytes()).is_ok()
}

/// RFC 7636 §4.1.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant::TokenRequest;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn token_request(
        changes: &[(&'static str, &'static str)],
    ) -> Result<AuthorizationCodeGrant, OAuthError> {
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", "abc"),
            ("redirect_uri", "https://shop.example/cb"),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in changes {
            pairs.retain(|(known, _)| known != name);
            pairs.push((name, value));
        }
        TokenRequest::read(&pairs.into_iter().collect())
            .map(|TokenRequest::AuthorizationCode(grant)| grant)
    }

    #[test]
    fn t15_the_verifier_must_be_there_and_hash_to_the_challenge() {
        assert!(pkce_matches(CHALLENGE, VERIFIER));
        assert!(!pkce_matches(CHALLENGE, &VERIFIER.replace('d', "e")));
        assert!(!pkce_matches("", ""));
        // The method `plain` would compare these two.
        assert!(!pkce_matches(VERIFIER, VERIFIER));
        let missing = token_request(&[("code_verifier", "")]).unwrap_err();
        assert_eq!(missing.code, OAuthErrorCode::InvalidRequest);
        assert!(token_request(&[("code_verifier", "short")]).is_err());
        assert!(
            token_request(&[])
                .unwrap()
                .matches("https://shop.example/cb", CHALLENGE)
        );
    }

    #[test]
    fn t15_the_code_is_bound_to_its_redirect_uri() {
        assert!(
            !token_request(&[])
                .unwrap()
                .matches("https://shop.example/cb2", CHALLENGE)
        );
    }

    #[test]
    fn token_errors_are_the_standard_ones() {
        let error =
            |changes: &[(&'static str, &'static str)]| token_request(changes).unwrap_err().code;
        assert_eq!(
            error(&[("grant_type", "refresh_token")]),
            OAuthErrorCode::UnsupportedGrantType
        );
        assert_eq!(error(&[("grant_type", "")]), OAuthErrorCode::InvalidRequest);
        assert_eq!(error(&[("code", "a b")]), OAuthErrorCode::InvalidGrant);
        assert_eq!(
            error(&[("redirect_uri", "")]),
            OAuthErrorCode::InvalidRequest
        );
        let twice: Params = [
            ("grant_type", "authorization_code"),
            ("code", "a"),
            ("code", "b"),
        ]
        .into_iter()
        .collect();
        assert_eq!(
            TokenRequest::read(&twice).unwrap_err().code,
            OAuthErrorCode::InvalidRequest
        );
    }
}
