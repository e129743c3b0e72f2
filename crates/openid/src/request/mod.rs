//! Authorization requests: from parameters to an [`AuthorizationRequest`] or a typed refusal.
//!
//! There are two ways. Pushed (RFC 9126): the client authenticates and posts the request to `/par`; the URL of the browser
//! contains a reference, and all other parameters of the URL are ignored. Plain: the URL of the browser contains the whole
//! request; only for clients whose registration allows it.

mod claims;
mod hint;
mod parse;
#[cfg(test)]
pub(crate) mod tests;
mod verified;

use ipse_jose::VerifyingKey;
use ipse_texts::Language;
use serde::{Deserialize, Serialize};

use crate::client::{ResponseMode, ServiceType};
use crate::details::Details;
use crate::disclosure::RequestedClaims;
use crate::error::{OAuthError, OAuthErrorCode};
use crate::params::Params;
use crate::{Level, client::Registration};

pub use hint::{Hint, WITHDRAWN};
pub use parse::LOGIN_REQUIRED;

/// The prefix of references to pushed requests (RFC 9126 §2.2).
pub const PAR_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
/// The longest `state`, in bytes.
pub const MAX_STATE: usize = 2048;
/// The longest `nonce`, in bytes.
pub const MAX_NONCE: usize = 512;

/// A completely checked request. It can be stored and needs no further checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorizationRequest {
    /// The client.
    pub client_id: String,
    /// One of its registered redirect URIs.
    pub redirect_uri: String,
    /// How the response is sent.
    #[serde(default)]
    pub response_mode: ResponseMode,
    /// Repeated in the authorization response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Repeated in the ID token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// PKCE, S256 (RFC 7636); none only for a client that is registered so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<String>,
    /// The thumbprint of the key to which the code is bound (RFC 9449 §10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// The code of the requested service.
    pub service: String,
    /// Its type.
    pub service_type: ServiceType,
    /// The granted scopes, which the token response repeats.
    pub scope: String,
    /// The required level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The requested claims.
    #[serde(default)]
    pub claims: RequestedClaims,
    /// Claims that were requested and are ignored, since the service did not register them. They are for the log.
    #[serde(skip)]
    pub unregistered: Vec<String>,
    /// The `sub` of the person who must log in, from `claims` (OpenID Connect Core §5.5.1) or `id_token_hint` (§3.1.2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_sub: Option<String>,
    /// The `id_token_hint`. It is judged when the request comes, and not kept.
    #[serde(skip)]
    pub hint: Option<Hint>,
    /// Whether the person must be asked.
    #[serde(default, skip_serializing_if = "Prompt::is_default")]
    pub prompt: Prompt,
    /// The longest time since the person approved, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<i64>,
    /// The requested language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The test person whom the client names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// What the person is to confirm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_details: Option<Details>,
}

/// What `prompt` says (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Prompt {
    /// Nothing: the person is asked unless the browser may come back.
    #[default]
    Unsaid,
    /// `none`: the person is not asked in any case.
    None,
    /// `consent` or `select_account`: the person is asked.
    Ask,
    /// `login`: the person is asked, and what they allowed before ends.
    Login,
}

impl Prompt {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the form that serde calls"
    )]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl AuthorizationRequest {
    /// The required level; `basic` if the request requires none.
    pub fn level(&self) -> Level {
        self.level.unwrap_or(Level::Basic)
    }

    /// Binds the code to the key of a proof that came with the pushed request (RFC 9449 §10.1).
    ///
    /// # Errors
    /// `invalid_dpop_proof` when `dpop_jkt` names another key.
    pub fn bind(&mut self, jkt: &str) -> Result<(), OAuthError> {
        if self.dpop_jkt.as_deref().is_some_and(|named| named != jkt) {
            return Err(OAuthError::new(
                OAuthErrorCode::InvalidDpopProof,
                "dpop_jkt is not the thumbprint of the key of the DPoP proof",
            ));
        }
        self.dpop_jkt = Some(jkt.to_owned());
        Ok(())
    }
}

/// What a request is checked with, beside the registration of its client.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The issuer.
    pub issuer: &'a str,
    /// The keys that ID tokens are signed with.
    pub id_token_keys: &'a [VerifyingKey],
    /// Whether the browser shows that it may come back; always at `/par`, where no browser is there yet.
    pub may_return: bool,
    /// The client and the sector of [`hinted_client`], if there is such a client.
    pub hinted: Option<(&'a str, &'a str)>,
    /// Seconds since 1970 UTC.
    pub now: i64,
}

/// The client that an `id_token_hint` says it was issued to. Nothing is verified yet.
pub fn hinted_client(params: &Params) -> Option<String> {
    hint::client(params.get("id_token_hint")?)
}

/// Why a request is refused, by what the server must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Show a page; do not redirect the browser (RFC 6749 §4.1.2.1).
    Page(PageProblem),
    /// Return the browser to the client with the error.
    Redirect(RedirectError),
}

/// Why the browser cannot be returned to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageProblem {
    /// The parameters cannot be read, or one that decides about the redirect is repeated.
    #[error("the request cannot be read")]
    Unreadable,
    /// `client_id` is missing.
    #[error("client_id is missing")]
    ClientMissing,
    /// There is no such client, or it is suspended.
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

/// An error that the browser returns to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectError {
    /// A registered redirect URI.
    pub redirect_uri: String,
    /// How it is sent.
    pub mode: ResponseMode,
    /// The client's `state`.
    pub state: Option<String>,
    /// The error.
    pub error: OAuthError,
}

/// The parameters of `/authorize` that decide how to continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorizeParams {
    /// A reference to a pushed request. Other parameters of the URL are ignored (RFC 9126 §4, threat 20).
    Pushed {
        /// The client, which must be the client of the pushed request.
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
    /// Reads the parameters.
    ///
    /// # Errors
    /// [`PageProblem`].
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

/// Whether a `request_uri` has the form of a reference of this scheme: at least 128 random bits (RFC 9126 §7.1).
fn is_reference(uri: &str) -> bool {
    uri.strip_prefix(PAR_PREFIX)
        .and_then(|token| ipse_jose::b64::decode(token).ok())
        .is_some_and(|bytes| (16..=64).contains(&bytes.len()))
}

/// Checks a request that this authenticated client pushes to `/par`.
///
/// # Errors
/// An error for a direct answer (RFC 9126 §2.3).
pub fn pushed(
    params: &Params,
    registration: &Registration,
    context: &Context<'_>,
) -> Result<AuthorizationRequest, OAuthError> {
    params.unique()?;
    if params.get("request_uri").is_some() {
        return Err(OAuthError::new(
            OAuthErrorCode::InvalidRequest,
            "request_uri is not allowed at /par",
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
    parse::request(params, registration, context)
}

/// Checks a plain request with the registration of its `client_id`.
///
/// # Errors
/// [`Refusal`].
pub fn plain(
    params: &Params,
    registration: &Registration,
    context: &Context<'_>,
) -> Result<AuthorizationRequest, Refusal> {
    let redirect_uri = parse::redirect_uri(params, registration)
        .map_err(Refusal::Page)?
        .to_owned();
    parse::plain_allowed(params, registration)
        .and_then(|()| parse::request(params, registration, context))
        .map_err(|error| {
            // A repeated or malformed state is not returned: it may not be the client's.
            let state = if params.is_repeated("state") {
                None
            } else {
                parse::state(params).ok().flatten()
            };
            Refusal::Redirect(RedirectError {
                redirect_uri,
                // What cannot be read or is not registered is answered in the mode of every client.
                mode: parse::response_mode(params, registration).unwrap_or_default(),
                state,
                error,
            })
        })
}
