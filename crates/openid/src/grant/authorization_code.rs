//! The authorization code grant (RFC 6749 §4.1.3) with PKCE (RFC 7636).

use aws_lc_rs::constant_time;
use zeroize::Zeroizing;

use super::UNKNOWN_CODE;
use crate::error::{OAuthError, OAuthErrorCode};
use crate::params::Params;
use crate::token_text;

/// A code and what proves that its client redeems it (RFC 6749 §4.1.3, RFC 7636 §4.5).
#[derive(Clone, PartialEq, Eq)]
pub struct AuthorizationCodeGrant {
    /// The code.
    pub code: Zeroizing<String>,
    /// If it is there, it must be the redirect URI of the request.
    pub redirect_uri: Option<String>,
    /// Must hash to the challenge of the request ([`pkce_matches`]).
    pub code_verifier: Option<Zeroizing<String>>,
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
    /// `invalid_request` for a missing or malformed parameter, and [`UNKNOWN_CODE`] for a code that cannot be one of
    /// this scheme.
    pub(super) fn read(params: &Params) -> Result<Self, OAuthError> {
        let code = params.require("code", "code is missing")?;
        if !token_text::is_possible(code) {
            return Err(UNKNOWN_CODE);
        }
        let verifier = params.get("code_verifier");
        if !verifier.is_none_or(is_verifier) {
            return Err(OAuthError::new(
                OAuthErrorCode::InvalidRequest,
                "code_verifier must be 43 to 128 letters, digits, `-`, `.`, `_` or `~`",
            ));
        }
        Ok(Self {
            code: Zeroizing::new(code.to_owned()),
            redirect_uri: params.get("redirect_uri").map(str::to_owned),
            code_verifier: verifier.map(|verifier| Zeroizing::new(verifier.to_owned())),
        })
    }

    /// Checks that the client that redeems the code is the one that made the request: it knows the verifier of the challenge, and
    /// the redirect URI, if it sends one, is the same. With PKCE it need not send one (OAuth 2.1).
    ///
    /// # Errors
    /// What does not fit, for the description of `invalid_grant`.
    pub fn check(
        &self,
        redirect_uri: &str,
        code_challenge: Option<&str>,
    ) -> Result<(), &'static str> {
        match (code_challenge, &self.code_verifier) {
            (Some(_), None) => {
                return Err("code_verifier is missing: the request had a code_challenge");
            }
            (Some(challenge), Some(verifier)) if !pkce_matches(challenge, verifier) => {
                return Err("code_verifier does not hash to the code_challenge of the request");
            }
            // Somebody took the challenge out of the request (RFC 9700 §4.8.2).
            (None, Some(_)) => {
                return Err("code_verifier is there, but the request had no code_challenge");
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
        match &self.redirect_uri {
            Some(sent) if sent != redirect_uri => {
                Err("redirect_uri is not the one of the request, byte for byte")
            }
            None if code_challenge.is_none() => {
                Err("redirect_uri is missing: without PKCE it must be sent again")
            }
            _ => Ok(()),
        }
    }
}

/// Checks that the key of the proof at `/token` is the one to which the request bound the code (RFC 9449 §10).
///
/// # Errors
/// What does not fit, for the description of `invalid_grant`.
pub fn check_key(bound: Option<&str>, proved: Option<&str>) -> Result<(), &'static str> {
    match (bound, proved) {
        (Some(_), None) => Err("the code is bound to a key: send a DPoP proof with it"),
        (Some(bound), Some(proved)) if bound != proved => {
            Err("the code is bound to another key than that of the DPoP proof")
        }
        (Some(_), Some(_)) | (None, _) => Ok(()),
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
        TokenRequest::read(&pairs.into_iter().collect(), "https://ipse.example")
            .map(|TokenRequest::AuthorizationCode(grant)| grant)
    }

    #[test]
    fn t15_the_verifier_must_be_there_and_hash_to_the_challenge() {
        assert!(pkce_matches(CHALLENGE, VERIFIER));
        assert!(!pkce_matches(CHALLENGE, &VERIFIER.replace('d', "e")));
        assert!(!pkce_matches("", ""));
        // The method `plain` would compare these two.
        assert!(!pkce_matches(VERIFIER, VERIFIER));
        assert!(token_request(&[("code_verifier", "short")]).is_err());
        let fits = |verifier: &'static str| {
            let request = token_request(&[("code_verifier", verifier)]).unwrap();
            request.check("https://shop.example/cb", Some(CHALLENGE))
        };
        assert_eq!(fits(VERIFIER), Ok(()));
        assert!(fits("").unwrap_err().contains("missing"));
        assert!(fits(CHALLENGE).unwrap_err().contains("hash"));
    }

    #[test]
    fn t15_the_code_is_bound_to_its_redirect_uri() {
        let fits = |sent: &'static str| {
            let request = token_request(&[("redirect_uri", sent)]).unwrap();
            request.check("https://shop.example/cb", Some(CHALLENGE))
        };
        assert_eq!(fits("https://shop.example/cb"), Ok(()));
        assert!(fits("https://shop.example/cb2").is_err());
        assert!(fits("https://shop.example/").is_err());
        assert_eq!(fits(""), Ok(()), "PKCE proves the client");
    }

    #[test]
    fn t15_without_a_challenge_a_verifier_is_refused_and_the_redirect_uri_is_required() {
        let fits = |changes: &[(&'static str, &'static str)]| {
            let request = token_request(changes).unwrap();
            request.check("https://shop.example/cb", None)
        };
        let bare = ("code_verifier", "");
        assert_eq!(fits(&[bare]), Ok(()));
        assert!(fits(&[]).unwrap_err().contains("code_verifier"));
        assert!(
            fits(&[bare, ("redirect_uri", "")])
                .unwrap_err()
                .contains("missing")
        );
        assert!(fits(&[bare, ("redirect_uri", "https://shop.example/cb2")]).is_err());
    }

    #[test]
    fn t15_a_code_that_is_bound_to_a_key_is_redeemed_with_that_key_only() {
        assert_eq!(check_key(Some("a"), Some("a")), Ok(()));
        assert_eq!(check_key(None, Some("a")), Ok(()));
        assert_eq!(check_key(None, None), Ok(()));
        assert!(check_key(Some("a"), Some("b")).is_err());
        assert!(check_key(Some("a"), None).is_err());
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
            error(&[("resource", "https://other.example")]),
            OAuthErrorCode::InvalidTarget
        );
        let twice: Params = [
            ("grant_type", "authorization_code"),
            ("code", "a"),
            ("code", "b"),
        ]
        .into_iter()
        .collect();
        assert_eq!(
            TokenRequest::read(&twice, "https://ipse.example")
                .unwrap_err()
                .code,
            OAuthErrorCode::InvalidRequest
        );
    }
}
