//! Parameters of extensions that mean the same at `/authorize`, `/par` and `/token`.

use crate::error::{OAuthError, OAuthErrorCode};
use crate::params::{Params, RESOURCE};
use crate::path;

/// Refuses a `resource` (RFC 8707) where a token of ours is good for nothing. It is good at userinfo only.
///
/// # Errors
/// `invalid_target`.
pub fn check_resource(params: &Params, issuer: &str) -> Result<(), OAuthError> {
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
    Ok(())
}

/// Refuses `authorization_details` in a token request: what was confirmed is not made less afterwards (RFC 9396 §6).
///
/// # Errors
/// `invalid_authorization_details`.
pub fn check_token_request(params: &Params, issuer: &str) -> Result<(), OAuthError> {
    check_resource(params, issuer)?;
    if params.get("authorization_details").is_some() {
        return Err(OAuthError::new(
            OAuthErrorCode::InvalidAuthorizationDetails,
            "authorization_details belong into the request to confirm: leave them out here",
        ));
    }
    Ok(())
}
