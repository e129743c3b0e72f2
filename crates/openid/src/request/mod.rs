//! Authorization requests: parameters in, an [`AuthorizationRequest`] or a typed refusal out.
//!
//! A request arrives in one of two ways. Pushed (RFC 9126): the client authenticates and posts it to `/par`, and the
//! browser carries only a reference; whatever else stands in that URL is ignored. Plain: the browser carries all of
//! it; only for clients whose registration says so.

mod claims;
mod parse;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::client::ServiceType;
use crate::disclosure::RequestedClaims;
use crate::error::{OAuthError, OAuthErrorCode};
use crate::params::Params;
use crate::{Level, client::Registration};
use ipse_texts::Language;

/// What our references to pushed requests begin with (RFC 9126 §2.2).
pub const PAR_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
/// No `state` is longer.
pub const MAX_STATE: usize = 2048;
/// No `nonce` is longer.
pub const MAX_NONCE: usize = 512;

/// A request that was checked in full. It can be stored; nothing in it needs checking again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationRequest {
    /// The client.
    pub client_id: String,
    /// One of its registered redirect URIs.
    pub redirect_uri: String,
    /// Echoed in the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Echoed in the ID token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// PKCE, S256 (RFC 7636).
    pub code_challenge: String,
    /// The code of the service asked for.
    pub service: String,
    /// Its type.
    pub service_type: ServiceType,
    /// The scopes granted, as the token response repeats them.
    pub scope: String,
    /// The level demanded, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The claims asked for.
    #[serde(default)]
    pub claims: RequestedClaims,
    /// The person that it must be, by the `sub` that this client knows (OpenID Connect Core §5.5.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_sub: Option<String>,
    /// The language asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Who it is about, as the client guesses: only ever a sandbox person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
}

impl AuthorizationRequest {
    /// The level that the login must reach: what is demanded, otherwise `basic`.
    pub fn level(&self) -> Level {
        self.level.unwrap_or(Level::Basic)
    }
}

/// Why a request does not go on, typed by what must be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Show a page of ours; never send the browser anywhere (RFC 6749 §4.1.2.1).
    Page(PageProblem),
    /// Send the browser back to the client with the error.
    Redirect(RedirectError),
}

/// Why the browser cannot be sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageProblem {
    /// The parameters cannot be read, or one that decides where to go came twice.
    #[error("the request cannot be read")]
    Unreadable,
    /// `client_id` is missing.
    #[error("client_id is missing")]
    ClientMissing,
    /// No such client, or it is suspended.
    #[error("the client is not known")]
    ClientUnknown,
    /// `redirect_uri` is missing.
    #[error("redirect_uri is missing")]
    RedirectMissing,
    /// The redirect URI is not registered.
    #[error("redirect_uri is not one of the registered ones, byte for byte")]
    RedirectUnregistered,
    /// The reference to a pushed request is unknown, used or expired.
    #[error("request_uri is unknown, used or expired")]
    PushedUnknown,
}

impl PageProblem {
    /// The stable code on the page.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "request_unreadable",
            Self::ClientMissing => "client_missing",
            Self::ClientUnknown => "client_unknown",
            Self::RedirectMissing => "redirect_missing",
            Self::RedirectUnregistered => "redirect_unregistered",
            Self::PushedUnknown => "request_expired",
        }
    }
}

/// An error that travels back to the client in the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectError {
    /// A registered redirect URI.
    pub redirect_uri: String,
    /// The client's `state`.
    pub state: Option<String>,
    /// The error.
    pub error: OAuthError,
}

/// What the browser brought to `/authorize`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizeParams {
    /// A reference to a pushed request. Nothing else of the URL is kept: outer parameters change nothing (RFC 9126 §4,
    /// threat 20).
    Pushed {
        /// The client, which must be the one that pushed.
        client_id: String,
        /// The reference.
        request_uri: String,
    },
    /// A plain request of this client.
    Plain {
        /// The client.
        client_id: String,
    },
}

impl AuthorizeParams {
    /// Reads who asks, and how.
    pub fn read(params: &Params) -> Result<Self, PageProblem> {
        if ["client_id", "redirect_uri", "request_uri"]
            .iter()
            .any(|name| params.is_repeated(name))
        {
            return Err(PageProblem::Unreadable);
        }
        let client_id = params
            .get("client_id")
            .ok_or(PageProblem::ClientMissing)?
            .to_owned();
        match params.get("request_uri") {
            Some(uri) if uri.starts_with(PAR_PREFIX) => {
                if !is_reference(uri) {
                    return Err(PageProblem::PushedUnknown);
                }
                Ok(Self::Pushed {
                    client_id,
                    request_uri: uri.to_owned(),
                })
            }
            _ => Ok(Self::Plain { client_id }),
        }
    }
}

/// Whether a `request_uri` has the form of our references: at least 128 random bits (RFC 9126 §7.1).
fn is_reference(uri: &str) -> bool {
    uri.strip_prefix(PAR_PREFIX)
        .and_then(|token| ipse_jose::b64::decode(token).ok())
        .is_some_and(|bytes| (16..=64).contains(&bytes.len()))
}

/// Checks a request pushed to `/par` by this (authenticated) client. Every refusal is a direct answer (RFC 9126 §2.3).
pub fn pushed(
    params: &Params,
    registration: &Registration,
) -> Result<AuthorizationRequest, OAuthError> {
    params.unique()?;
    if params.get("request_uri").is_some() {
        return Err(OAuthError::new(
            OAuthErrorCode::InvalidRequest,
            "request_uri is not for /par",
        ));
    }
    parse::redirect_uri(params, registration).map_err(|problem| {
        OAuthError::new(
            OAuthErrorCode::InvalidRequest,
            match problem {
                PageProblem::RedirectMissing => "redirect_uri is missing",
                _ => "redirect_uri is not one of the registered ones, byte for byte",
            },
        )
    })?;
    parse::request(params, registration)
}

/// Checks a plain request that the browser brought, by the registration of its `client_id`.
pub fn plain(
    params: &Params,
    registration: &Registration,
) -> Result<AuthorizationRequest, Refusal> {
    let redirect_uri = parse::redirect_uri(params, registration)
        .map_err(Refusal::Page)?
        .to_owned();
    parse::plain_allowed(params, registration)
        .and_then(|()| parse::request(params, registration))
        .map_err(|error| {
            // A state that came twice, or is no state, is not the client's: it is not echoed.
            let state = if params.is_repeated("state") {
                None
            } else {
                parse::state(params).ok().flatten()
            };
            Refusal::Redirect(RedirectError {
                redirect_uri,
                state,
                error,
            })
        })
}
