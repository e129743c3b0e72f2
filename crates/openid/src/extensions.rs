//! Parameters of extensions that mean the same at `/authorize`, `/par` and `/token`.

use crate::error::{OAuthError, OAuthErrorCode};
use crate::params::{Params, RESOURCE};
use crate::path;

/// Refuses what a token of ours cannot do. It is good at userinfo only, so that is the only `resource` (RFC 8707); and it has no
/// `authorization_details` of any type (RFC 9396 §5).
///
/// # Errors
/// `invalid_target`, `invalid_authorization_details`.
pub fn check(params: &Params, issuer: &str) -> Result<(), OAuthError> {
    let is_ours = |resource: &str| {
        resource
            .strip_prefix(issuer)
            .is_some_and(|rest| rest.is_empty() || rest == path::USERINFO)
    };
    if !params.all(RESOURCE).all(is_ours) {
        return Err(OAuthError::new(
            OAuthErrorCode::InvalidTarget,
            "the only resource is userinfo: leave it out, or send the issuer or its userinfo endpoint",
        ));
    }
    if params.get("authorization_details").is_some() {
        return Err(OAuthError::new(
            OAuthErrorCode::InvalidAuthorizationDetails,
            "authorization_details are not supported: use scope and claims",
        ));
    }
    Ok(())
}
