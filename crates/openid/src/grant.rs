//! The token endpoint, the bearer token at userinfo, and revocation, as far as parameters go.

use aws_lc_rs::{constant_time, digest};
use zeroize::Zeroizing;

use crate::error::{OAuthError, OAuthErrorCode};
use crate::params::Params;

/// No code or access token of ours is longer.
const MAX_TOKEN: usize = 256;

/// A code to redeem (RFC 6749 §4.1.3, RFC 7636 §4.5).
#[derive(Clone, PartialEq, Eq)]
pub struct CodeGrant {
    /// The code.
    pub code: Zeroizing<String>,
    /// Must be the one of the request.
    pub redirect_uri: String,
    /// Must hash to the challenge of the request: see [`pkce_matches`].
    pub code_verifier: Zeroizing<String>,
}

/// A code is as good as a login until it is redeemed: it is not printed.
impl std::fmt::Debug for CodeGrant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeGrant")
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

impl CodeGrant {
    /// Reads the form of a token request.
    pub fn read(params: &Params) -> Result<Self, OAuthError> {
        params.unique()?;
        match params.require("grant_type", "grant_type is missing")? {
            "authorization_code" => {}
            _ => {
                return Err(OAuthError::new(
                    OAuthErrorCode::UnsupportedGrantType,
                    "grant_type must be authorization_code",
                ));
            }
        }
        let code = params.require("code", "code is missing")?;
        if !is_opaque(code) {
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

    /// Whether the client that redeems is the one that asked: it names the same redirect URI, and knows the verifier.
    pub fn matches(&self, redirect_uri: &str, code_challenge: &str) -> bool {
        self.redirect_uri == redirect_uri && pkce_matches(code_challenge, &self.code_verifier)
    }
}

/// The one answer to a code that is unknown, used, expired, of another client, redirect URI or verifier: which of them
/// it was is nobody's business but the log's.
pub const INVALID_GRANT: OAuthError = OAuthError::new(
    OAuthErrorCode::InvalidGrant,
    "the code is unknown, used, expired, or not of this client and request",
);

/// The one answer to an access token that does not count.
pub const INVALID_TOKEN: OAuthError = OAuthError::new(
    OAuthErrorCode::InvalidToken,
    "the access token is unknown, expired or revoked",
);

/// Whether `SHA256(verifier)` is the challenge (RFC 7636 §4.6).
pub fn pkce_matches(challenge: &str, verifier: &str) -> bool {
    let hash =
        ipse_jose::b64::encode(digest::digest(&digest::SHA256, verifier.as_bytes()).as_ref());
    constant_time::verify_slices_are_equal(hash.as_bytes(), challenge.as_bytes()).is_ok()
}

/// RFC 7636 §4.1.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// Whether a text could be a code or token of ours at all.
fn is_opaque(text: &str) -> bool {
    (1..=MAX_TOKEN).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(&byte))
}

/// The access token of a userinfo request (RFC 6750 §2.1, §2.2): from the header or, by POST, from the form; never
/// from the query. `Ok(None)` when there is none.
pub fn bearer(
    authorization: Option<&str>,
    form: Option<&Params>,
) -> Result<Option<Zeroizing<String>>, OAuthError> {
    let in_form = match form {
        Some(params) => {
            params.unique()?;
            params.get("access_token")
        }
        None => None,
    };
    let token = match (authorization, in_form) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(OAuthError::new(
                OAuthErrorCode::InvalidRequest,
                "send the access token in one way only",
            ));
        }
        (None, Some(token)) => token,
        (Some(header), None) => match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim_start(),
            _ => return Ok(None),
        },
    };
    if is_opaque(token) {
        Ok(Some(Zeroizing::new(token.to_owned())))
    } else {
        Err(INVALID_TOKEN)
    }
}

/// The token of a revocation request (RFC 7009 §2.1). A hint is no more than a hint, and is not needed.
pub fn revocation(params: &Params) -> Result<Zeroizing<String>, OAuthError> {
    params.unique()?;
    let token = params.require("token", "token is missing")?;
    // A token that cannot be ours is simply unknown: the caller answers 200 (§2.2).
    Ok(Zeroizing::new(if is_opaque(token) {
        token.to_owned()
    } else {
        String::new()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn token_request(changes: &[(&'static str, &'static str)]) -> Result<CodeGrant, OAuthError> {
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
        CodeGrant::read(&pairs.into_iter().collect())
    }

    #[test]
    fn t15_the_verifier_must_be_there_and_hash_to_the_challenge() {
        assert!(pkce_matches(CHALLENGE, VERIFIER));
        assert!(!pkce_matches(CHALLENGE, &VERIFIER.replace('d', "e")));
        assert!(!pkce_matches("", ""));
        // `plain` would be a match of equals.
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
            CodeGrant::read(&twice).unwrap_err().code,
            OAuthErrorCode::InvalidRequest
        );
    }

    #[test]
    fn one_bearer_token_in_one_place() {
        let token = |header, form: Option<&Params>| {
            bearer(header, form).map(|token| token.map(|t| t.to_string()))
        };
        let form: Params = [("access_token", "xyz")].into_iter().collect();
        assert_eq!(token(Some("Bearer abc"), None), Ok(Some("abc".to_owned())));
        assert_eq!(token(Some("bearer abc"), None), Ok(Some("abc".to_owned())));
        assert_eq!(token(None, Some(&form)), Ok(Some("xyz".to_owned())));
        assert_eq!(token(None, None), Ok(None));
        assert_eq!(token(Some("Basic abc"), None), Ok(None));
        assert_eq!(token(Some("Bearer a b"), None), Err(INVALID_TOKEN));
        assert_eq!(
            token(Some("Bearer abc"), Some(&form)).unwrap_err().code,
            OAuthErrorCode::InvalidRequest
        );
    }

    #[test]
    fn revocation_needs_a_token_only() {
        let params =
            |pairs: &[(&'static str, &'static str)]| pairs.iter().copied().collect::<Params>();
        assert_eq!(
            *revocation(&params(&[("token", "abc"), ("token_type_hint", "x")])).unwrap(),
            "abc"
        );
        assert_eq!(*revocation(&params(&[("token", "\u{1}")])).unwrap(), "");
        assert!(revocation(&params(&[])).is_err());
    }
}
