//! Access tokens in requests: at userinfo (RFC 6750) and for revocation (RFC 7009).

use zeroize::Zeroizing;

use crate::error::{OAuthError, OAuthErrorCode};
use crate::params::Params;
use crate::token_text;

/// The answer to an access token that is not valid. It does not say why.
pub const INVALID_TOKEN: OAuthError = OAuthError::new(
    OAuthErrorCode::InvalidToken,
    "the access token is unknown, expired or revoked",
);

/// The access token of a userinfo request (RFC 6750 §2.1, §2.2): from the `Authorization` header or, for POST, from the
/// form; never from the query. `Ok(None)` if there is none.
///
/// # Errors
/// `invalid_request` for a token in both places, [`INVALID_TOKEN`] for a text that cannot be a token of this scheme.
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
    if token_text::is_possible(token) {
        Ok(Some(Zeroizing::new(token.to_owned())))
    } else {
        Err(INVALID_TOKEN)
    }
}

/// The token of a revocation request (RFC 7009 §2.1). `token_type_hint` is ignored.
///
/// # Errors
/// `invalid_request` when the token is missing or a parameter is repeated.
pub fn revoked(params: &Params) -> Result<Zeroizing<String>, OAuthError> {
    params.unique()?;
    let token = params.require("token", "token is missing")?;
    // A text that cannot be a token is an unknown token: the answer is 200 (§2.2).
    Ok(Zeroizing::new(if token_text::is_possible(token) {
        token.to_owned()
    } else {
        String::new()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_read_from_one_place() {
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
            *revoked(&params(&[("token", "abc"), ("token_type_hint", "x")])).unwrap(),
            "abc"
        );
        assert_eq!(*revoked(&params(&[("token", "\u{1}")])).unwrap(), "");
        assert!(revoked(&params(&[])).is_err());
    }
}
