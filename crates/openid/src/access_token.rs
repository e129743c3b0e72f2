//! Access tokens in requests: at userinfo (RFC 6750, RFC 9449) and for revocation (RFC 7009).

use zeroize::Zeroizing;

use crate::dpop;
use crate::error::{OAuthError, OAuthErrorCode};
use crate::params::Params;
use crate::token_text;

/// The answer to an access token that is not valid. It does not say why.
pub const INVALID_TOKEN: OAuthError = OAuthError::new(
    OAuthErrorCode::InvalidToken,
    "the access token is unknown, expired or revoked",
);

/// The authentication scheme of an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// The token alone is enough (RFC 6750).
    Bearer,
    /// The token is bound to a key, which the sender must have (RFC 9449 §7.1).
    Dpop,
}

/// An access token, and how it was sent.
#[derive(Clone)]
pub struct Sent {
    /// The token.
    pub token: Zeroizing<String>,
    /// How.
    pub scheme: Scheme,
}

/// Prints no token.
impl std::fmt::Debug for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sent")
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}

/// The scheme of an `Authorization` header, if it is one of an access token. Its name has no case (RFC 9110 §11.1).
pub fn scheme(authorization: &str) -> Option<Scheme> {
    let (name, _) = authorization.split_once(' ')?;
    [("bearer", Scheme::Bearer), ("dpop", Scheme::Dpop)]
        .into_iter()
        .find(|(known, _)| name.eq_ignore_ascii_case(known))
        .map(|(_, scheme)| scheme)
}

/// The access token of a userinfo request (RFC 6750 §2.1, §2.2, RFC 9449 §7.1): from the `Authorization` header or, for POST, from
/// the form, which is for bearer tokens; never from the query. `Ok(None)` if there is none.
///
/// # Errors
/// `invalid_request` for a token in both places, [`INVALID_TOKEN`] for a text that cannot be a token of this scheme.
pub fn sent(
    authorization: Option<&str>,
    form: Option<&Params>,
) -> Result<Option<Sent>, OAuthError> {
    let in_form = match form {
        Some(params) => {
            params.unique()?;
            params.get("access_token")
        }
        None => None,
    };
    let (token, scheme) = match (authorization, in_form) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(OAuthError::new(
                OAuthErrorCode::InvalidRequest,
                "send the access token in one way only",
            ));
        }
        (None, Some(token)) => (token, Scheme::Bearer),
        (Some(header), None) => match (scheme(header), header.split_once(' ')) {
            (Some(scheme), Some((_, token))) => (token.trim_start(), scheme),
            _ => return Ok(None),
        },
    };
    if token_text::is_possible(token) {
        let token = Zeroizing::new(token.to_owned());
        Ok(Some(Sent { token, scheme }))
    } else {
        Err(INVALID_TOKEN)
    }
}

/// The `WWW-Authenticate` headers of an error at userinfo, by the scheme that was used (RFC 6750 §3, RFC 9449 §7.1). If no token was
/// sent, none has an error code. A client that uses DPoP is told of nothing weaker.
pub fn challenges(error: &OAuthError, used: Option<Scheme>) -> Vec<String> {
    let error = format!(
        ", error=\"{}\", error_description=\"{}\"",
        error.code.as_str(),
        error.text()
    );
    let error = |scheme| {
        if used == Some(scheme) {
            error.as_str()
        } else {
            ""
        }
    };
    let algs = dpop::ALGS.map(|alg| alg.name()).join(" ");
    let bearer = format!("Bearer realm=\"ipse\"{}", error(Scheme::Bearer));
    let bound = format!(
        "DPoP realm=\"ipse\"{}, algs=\"{algs}\"",
        error(Scheme::Dpop)
    );
    match used {
        Some(Scheme::Dpop) => vec![bound],
        Some(Scheme::Bearer) | None => vec![bearer, bound],
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
    fn a_token_is_read_from_one_place() {
        let token = |header, form: Option<&Params>| {
            sent(header, form).map(|sent| sent.map(|sent| sent.token.to_string()))
        };
        let scheme = |header| sent(Some(header), None).unwrap().map(|sent| sent.scheme);
        assert_eq!(scheme("bEARER abc"), Some(Scheme::Bearer));
        assert_eq!(scheme("dpOp abc"), Some(Scheme::Dpop));
        let form: Params = [("access_token", "xyz")].into_iter().collect();
        assert_eq!(token(Some("Bearer abc"), None), Ok(Some("abc".to_owned())));
        assert_eq!(token(Some("bearer abc"), None), Ok(Some("abc".to_owned())));
        assert_eq!(token(None, Some(&form)), Ok(Some("xyz".to_owned())));
        assert_eq!(token(None, None), Ok(None));
        assert_eq!(token(Some("Basic abc"), None), Ok(None));
        assert_eq!(token(Some("Bearer a b"), None), Err(INVALID_TOKEN));
        assert_eq!(
            token(Some("DPoP abc"), Some(&form)).unwrap_err().code,
            OAuthErrorCode::InvalidRequest
        );
    }

    #[test]
    fn userinfo_challenges_with_the_scheme_that_was_used() {
        let error = OAuthError::new(OAuthErrorCode::InvalidToken, "t")
            .because("secret")
            .with_clock(-7);
        let (bearer, bound) = (
            "Bearer realm=\"ipse\"",
            "DPoP realm=\"ipse\", algs=\"ES256 PS256\"",
        );
        let told =
            "error=\"invalid_token\", error_description=\"t, which is 7 seconds behind ours\"";
        assert_eq!(challenges(&error, None), [bearer, bound]);
        let used = challenges(&error, Some(Scheme::Bearer));
        assert_eq!(used, [&*format!("{bearer}, {told}"), bound]);
        let used = challenges(&error, Some(Scheme::Dpop));
        let expected = format!("DPoP realm=\"ipse\", {told}, algs=\"ES256 PS256\"");
        assert_eq!(used, [expected]);
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
