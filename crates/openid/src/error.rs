//! OAuth errors: the closed list of codes, and the body of a direct answer (RFC 6749 §5.2).

use std::borrow::Cow;

use serde::Serialize;

/// Error codes of RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, RFC 8707 §2, RFC 9396 §5, RFC 9449 §5 and §8, OpenID
/// Connect Core §3.1.2.6, and OpenID Connect Core Error Code `unmet_authentication_requirements`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OAuthErrorCode {
    /// The person or the scheme refused.
    AccessDenied,
    /// `authorization_details` of a type that is not supported, and no type is.
    InvalidAuthorizationDetails,
    /// Client authentication failed.
    InvalidClient,
    /// The DPoP proof is missing or wrong.
    InvalidDpopProof,
    /// The code is unknown, used, expired, or of another client.
    InvalidGrant,
    /// A parameter is malformed or missing.
    InvalidRequest,
    /// A `request_uri` that is unknown, used or expired (RFC 9101 §7).
    InvalidRequestUri,
    /// The scope names no service that can be requested.
    InvalidScope,
    /// A `resource` that is not ours.
    InvalidTarget,
    /// The access token is unknown, expired or revoked.
    InvalidToken,
    /// The person who was asked for is not the one who is there, or nobody is without being asked (`prompt=none`).
    LoginRequired,
    /// `registration` (self-issued providers) is not supported.
    RegistrationNotSupported,
    /// Request objects are not supported for this client.
    RequestNotSupported,
    /// Other `request_uri` values than those of `/par` are not supported.
    RequestUriNotSupported,
    /// The scheme failed.
    ServerError,
    /// Retry later.
    TemporarilyUnavailable,
    /// The client is known but not authorized.
    UnauthorizedClient,
    /// The required level cannot be reached (OpenID Connect Core Error Code unmet_authentication_requirements 1.0).
    UnmetAuthenticationRequirements,
    /// The `grant_type` is not supported.
    UnsupportedGrantType,
    /// The `response_type` is not `code`.
    UnsupportedResponseType,
    /// The DPoP proof needs the nonce that comes with this answer.
    UseDpopNonce,
}

impl OAuthErrorCode {
    /// The code on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            OAuthErrorCode::AccessDenied => "access_denied",
            OAuthErrorCode::InvalidAuthorizationDetails => "invalid_authorization_details",
            OAuthErrorCode::InvalidClient => "invalid_client",
            OAuthErrorCode::InvalidDpopProof => "invalid_dpop_proof",
            OAuthErrorCode::InvalidGrant => "invalid_grant",
            OAuthErrorCode::InvalidRequest => "invalid_request",
            OAuthErrorCode::InvalidRequestUri => "invalid_request_uri",
            OAuthErrorCode::InvalidScope => "invalid_scope",
            OAuthErrorCode::InvalidTarget => "invalid_target",
            OAuthErrorCode::InvalidToken => "invalid_token",
            OAuthErrorCode::LoginRequired => "login_required",
            OAuthErrorCode::RegistrationNotSupported => "registration_not_supported",
            OAuthErrorCode::RequestNotSupported => "request_not_supported",
            OAuthErrorCode::RequestUriNotSupported => "request_uri_not_supported",
            OAuthErrorCode::ServerError => "server_error",
            OAuthErrorCode::TemporarilyUnavailable => "temporarily_unavailable",
            OAuthErrorCode::UnauthorizedClient => "unauthorized_client",
            OAuthErrorCode::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            OAuthErrorCode::UnsupportedGrantType => "unsupported_grant_type",
            OAuthErrorCode::UnsupportedResponseType => "unsupported_response_type",
            OAuthErrorCode::UseDpopNonce => "use_dpop_nonce",
        }
    }

    /// The HTTP status of a direct answer with this code.
    pub const fn status(self) -> u16 {
        match self {
            OAuthErrorCode::InvalidClient | OAuthErrorCode::InvalidToken => 401,
            OAuthErrorCode::ServerError => 500,
            OAuthErrorCode::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }
}

/// An error for a client: in JSON at `/par`, `/token`, `/revoke` and `/userinfo`, in the URL of an authorization response.
///
/// The description is a constant text for the client's developer. It contains no input, so it cannot leak or inject
/// anything, and uses only the characters that RFC 6749 §5.2 allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", code.as_str(), self.reason())]
pub struct OAuthError {
    /// The stable code.
    pub code: OAuthErrorCode,
    /// What to do about it.
    pub description: &'static str,
    /// The exact reason, for the log, where the description must not reveal it.
    reason: Option<&'static str>,
    /// How many seconds the clock of the client is ahead of ours, where that is the mistake.
    ahead: Option<i64>,
}

impl OAuthError {
    /// An error with its description.
    pub const fn new(code: OAuthErrorCode, description: &'static str) -> Self {
        Self {
            code,
            description,
            reason: None,
            ahead: None,
        }
    }

    /// The same error with an exact reason for the log. The client does not learn it.
    #[must_use]
    pub const fn because(self, reason: &'static str) -> Self {
        Self {
            reason: Some(reason),
            ..self
        }
    }

    /// The same error, which says that the clock of the client is so many seconds ahead of ours.
    #[must_use]
    pub const fn with_clock(self, ahead: i64) -> Self {
        Self {
            ahead: Some(ahead),
            ..self
        }
    }

    /// The description, as the client gets it.
    pub fn text(&self) -> Cow<'static, str> {
        match self.ahead {
            None => self.description.into(),
            Some(ahead) => {
                let side = if ahead < 0 { "behind" } else { "ahead of" };
                let seconds = ahead.unsigned_abs();
                format!(
                    "{}, which is {seconds} seconds {side} ours",
                    self.description
                )
                .into()
            }
        }
    }

    /// The reason for the log: the exact one if there is one, otherwise the description.
    pub const fn reason(&self) -> &'static str {
        match self.reason {
            Some(reason) => reason,
            None => self.description,
        }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        self.code.status()
    }

    /// The JSON body (RFC 6749 §5.2).
    pub fn body(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Body {
            error: &'static str,
            error_description: Cow<'static, str>,
        }
        let body = Body {
            error: self.code.as_str(),
            error_description: self.text(),
        };
        serde_json::to_vec(&body).unwrap_or_else(|_| b"{\"error\":\"server_error\"}".to_vec())
    }

    /// The `WWW-Authenticate` header of a 401 at an endpoint where clients authenticate (RFC 6749 §5.2).
    pub const fn client_challenge(&self) -> Option<&'static str> {
        match self.code {
            OAuthErrorCode::InvalidClient => Some("Basic realm=\"ipse\", charset=\"UTF-8\""),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_only_for_the_log() {
        let error = OAuthError::new(OAuthErrorCode::InvalidGrant, "the code is not valid")
            .because("the code was redeemed before");
        assert_eq!(
            error.to_string(),
            "invalid_grant: the code was redeemed before"
        );
        assert!(!String::from_utf8_lossy(&error.body()).contains("before"));
    }

    #[test]
    fn the_body_is_the_standard_one() {
        let error = OAuthError::new(OAuthErrorCode::InvalidClient, "the client is not known");
        assert_eq!(error.status(), 401);
        assert_eq!(
            String::from_utf8(error.body()).unwrap(),
            r#"{"error":"invalid_client","error_description":"the client is not known"}"#
        );
        assert!(
            error
                .client_challenge()
                .is_some_and(|value| value.starts_with("Basic "))
        );
    }
}
