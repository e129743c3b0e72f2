//! OAuth errors: the closed list of codes, and the body that carries one (RFC 6749 §5.2).

use serde::Serialize;

/// Error codes of RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7009 §2.2.1, OpenID Connect Core §3.1.2.6, and
/// OpenID Connect Core Error Code `unmet_authentication_requirements`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OAuthErrorCode {
    /// The person or the scheme said no.
    AccessDenied,
    /// A login needs the person; `prompt=none` cannot be met.
    InteractionRequired,
    /// Client authentication failed.
    InvalidClient,
    /// The code is unknown, used, expired, or not this client's.
    InvalidGrant,
    /// Malformed, or something needed is missing.
    InvalidRequest,
    /// A `request_uri` that is unknown, used or expired (RFC 9101 §7).
    InvalidRequestUri,
    /// The scope names no service that can be asked here.
    InvalidScope,
    /// The access token is unknown, expired or revoked.
    InvalidToken,
    /// `registration` (self-issued providers) is not offered.
    RegistrationNotSupported,
    /// Request objects are not offered to this client.
    RequestNotSupported,
    /// Foreign `request_uri` values are not offered to this client.
    RequestUriNotSupported,
    /// We failed.
    ServerError,
    /// Retry later.
    TemporarilyUnavailable,
    /// The client is known but may not do this.
    UnauthorizedClient,
    /// The level demanded cannot be reached (OpenID Connect Core Error Code unmet_authentication_requirements 1.0).
    UnmetAuthenticationRequirements,
    /// Only `authorization_code`.
    UnsupportedGrantType,
    /// Only `code`.
    UnsupportedResponseType,
}

impl OAuthErrorCode {
    /// The code on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            OAuthErrorCode::AccessDenied => "access_denied",
            OAuthErrorCode::InteractionRequired => "interaction_required",
            OAuthErrorCode::InvalidClient => "invalid_client",
            OAuthErrorCode::InvalidGrant => "invalid_grant",
            OAuthErrorCode::InvalidRequest => "invalid_request",
            OAuthErrorCode::InvalidRequestUri => "invalid_request_uri",
            OAuthErrorCode::InvalidScope => "invalid_scope",
            OAuthErrorCode::InvalidToken => "invalid_token",
            OAuthErrorCode::RegistrationNotSupported => "registration_not_supported",
            OAuthErrorCode::RequestNotSupported => "request_not_supported",
            OAuthErrorCode::RequestUriNotSupported => "request_uri_not_supported",
            OAuthErrorCode::ServerError => "server_error",
            OAuthErrorCode::TemporarilyUnavailable => "temporarily_unavailable",
            OAuthErrorCode::UnauthorizedClient => "unauthorized_client",
            OAuthErrorCode::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            OAuthErrorCode::UnsupportedGrantType => "unsupported_grant_type",
            OAuthErrorCode::UnsupportedResponseType => "unsupported_response_type",
        }
    }

    /// The HTTP status of a direct answer that carries the code.
    pub const fn status(self) -> u16 {
        match self {
            OAuthErrorCode::InvalidClient | OAuthErrorCode::InvalidToken => 401,
            OAuthErrorCode::ServerError => 500,
            OAuthErrorCode::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }
}

/// An error that is answered directly, as JSON: at `/par`, `/token`, `/revoke` and `/userinfo`.
///
/// The description is a constant text for the partner's developer: it never repeats input, so it can neither leak nor
/// inject, and it keeps to the characters that RFC 6749 §5.2 allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", code.as_str())]
pub struct OAuthError {
    /// The stable code.
    pub code: OAuthErrorCode,
    /// What to do about it.
    pub description: &'static str,
}

impl OAuthError {
    /// An error with its explanation.
    pub const fn new(code: OAuthErrorCode, description: &'static str) -> Self {
        Self { code, description }
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
            error_description: &'static str,
        }
        let body = Body {
            error: self.code.as_str(),
            error_description: self.description,
        };
        serde_json::to_vec(&body).unwrap_or_else(|_| b"{\"error\":\"server_error\"}".to_vec())
    }

    /// The `WWW-Authenticate` of a 401 at an endpoint for clients (RFC 6749 §5.2: the scheme that the client used).
    pub const fn client_challenge(&self) -> Option<&'static str> {
        match self.code {
            OAuthErrorCode::InvalidClient => Some("Basic realm=\"ipse\", charset=\"UTF-8\""),
            _ => None,
        }
    }

    /// The `WWW-Authenticate` at userinfo (RFC 6750 §3): without a code if no token was sent at all.
    pub fn bearer_challenge(&self, token_sent: bool) -> String {
        if token_sent {
            format!(
                "Bearer realm=\"ipse\", error=\"{}\", error_description=\"{}\"",
                self.code.as_str(),
                self.description
            )
        } else {
            "Bearer realm=\"ipse\"".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(error.bearer_challenge(false), "Bearer realm=\"ipse\"");
    }
}
