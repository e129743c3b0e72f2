//! What a partner registered. The partner is the OpenID Connect client; each of its services asks a person for one thing.

use std::collections::BTreeMap;

use aws_lc_rs::constant_time;
use ipse_jose::Alg;
use ipse_protocol::terms::Template;
use ipse_texts::Localized;
use serde::{Deserialize, Serialize};

use crate::claim::Claim;
use crate::client_keys::ClientKeys;

mod confirm;
mod encryption;
pub(crate) mod fapi;
mod reasons;
mod share;
#[cfg(test)]
pub(crate) mod tests;
mod validate;

pub use crate::claim::{ADDRESS, EMAIL, LOGIN_SCOPES, PHONE, PROFILE, SCOPES, ServiceType};
pub use encryption::{Encryption, NO_KEY, Recipient};
pub use reasons::WITH_REASON;
pub use share::ServiceAttribute;
pub use validate::{LONGEST_LEGACY, RegistrationProblem};

/// A registered partner as an OpenID Connect client. Every stored registration passes [`Registration::validate`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The client identifier (RFC 6749 §2.2).
    pub client_id: String,
    /// The verified name, which the person reads.
    pub name: String,
    /// The verified domain, which the person reads.
    pub domain: String,
    /// Where a browser may be sent. Compared byte for byte.
    pub redirect_uris: Vec<String>,
    /// How the client authenticates.
    pub authentication: Authentication,
    /// Whether requests must be pushed (RFC 9126 §6).
    #[serde(
        default = "default_true",
        rename = "require_pushed_authorization_requests",
        alias = "require_par"
    )]
    pub require_par: bool,
    /// What a request without PKCE needs.
    #[serde(default)]
    pub pkce: Pkce,
    /// Whether its access tokens are bound to a key (RFC 9449 §5.2). Without, they are bound if it sends a proof.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dpop_bound_access_tokens: bool,
    /// Whether it keeps to FAPI 2.0 Security Profile.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fapi: bool,
    /// The algorithm of the ID tokens for this client.
    #[serde(
        default,
        rename = "id_token_signed_response_alg",
        alias = "id_token_alg"
    )]
    pub id_token_alg: IdTokenAlg,
    /// Whether the claims of a requested scope are in the ID token too, for software that does not read userinfo.
    #[serde(default)]
    pub claims_in_id_token: bool,
    /// How a response may be sent. `query` is always there; the request chooses.
    #[serde(default = "default_modes")]
    pub response_modes: Vec<ResponseMode>,
    /// Signed userinfo (OpenID Connect Core §5.3.2); plain JSON if there is no algorithm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<IdTokenAlg>,
    /// Encrypted ID tokens (OpenID Connect Core §10.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_encryption: Option<Encryption>,
    /// Encrypted userinfo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_encryption: Option<Encryption>,
    /// The keys for encryption of a client with a secret. Other clients have theirs beside the keys for signatures.
    #[serde(default, skip_serializing_if = "has_no_key")]
    pub encryption_keys: ipse_jose::JwkSet,
    /// Why the client has weaker or unusual rules, by the name of the member.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, String>,
    /// Its services.
    pub services: Vec<Service>,
    /// Whether `login_hint` may name a test person, whose phone answers automatically. Never in production.
    #[serde(default)]
    pub sandbox_people: bool,
    /// Where the client publishes its keys. Then none are registered by value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// The sector whose clients know a person under the same `sub`; none when the client started its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// The document that lists the redirect URIs of the sector (OpenID Connect Core §8.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// Where it is told of events about its people (RFC 8935).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_event_endpoint: Option<String>,
    /// Keys and secrets that were replaced and are accepted until a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<Replaced>,
}

/// A method of client authentication, with everything that is needed to check it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum Authentication {
    /// `private_key_jwt` (RFC 7523 §2.2).
    PrivateKeyJwt {
        /// The client's public keys, by value: no URL is fetched (threats 21 and 22).
        jwks: ClientKeys,
        /// The `aud` of its assertions.
        #[serde(default)]
        audience: AssertionAudience,
    },
    /// `client_secret_basic`: a secret in the header (RFC 6749 §2.3.1). It is accepted in the form too.
    ClientSecretBasic {
        /// The secret's hash.
        secret: SecretHash,
    },
    /// `client_secret_post`: a secret in the form. It is accepted in the header too.
    ClientSecretPost {
        /// The secret's hash.
        secret: SecretHash,
    },
}

/// Keys or a secret that were replaced. They end at a time, so that the partner can change its software in between.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "credential", rename_all = "snake_case", deny_unknown_fields)]
pub enum Replaced {
    /// Public keys.
    Keys {
        /// The keys.
        jwks: ClientKeys,
        /// The `aud` of assertions that are signed with them.
        #[serde(default)]
        audience: AssertionAudience,
        /// From this time on they are refused, in seconds since 1970 UTC.
        until: i64,
    },
    /// A secret.
    Secret {
        /// The secret's hash.
        secret: SecretHash,
        /// From this time on it is refused, in seconds since 1970 UTC.
        until: i64,
    },
}

impl Replaced {
    /// When it ends, in seconds since 1970 UTC.
    pub const fn until(&self) -> i64 {
        match self {
            Self::Keys { until, .. } | Self::Secret { until, .. } => *until,
        }
    }
}

impl Authentication {
    /// The name of the method (`token_endpoint_auth_method`).
    pub const fn method(&self) -> &'static str {
        match self {
            Self::PrivateKeyJwt { .. } => "private_key_jwt",
            Self::ClientSecretBasic { .. } => "client_secret_basic",
            Self::ClientSecretPost { .. } => "client_secret_post",
        }
    }
}

/// The `aud` of client assertions: one string, so that an assertion for one server is refused by all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "audience", rename_all = "snake_case", deny_unknown_fields)]
pub enum AssertionAudience {
    /// The issuer, as RFC 10070 requires.
    #[default]
    Issuer,
    /// The issuer too, or the URL of the token endpoint or of the called endpoint. For older client software, until a date.
    Endpoint {
        /// From this time on it is refused, in seconds since 1970 UTC.
        until: i64,
    },
}

/// What a request without PKCE needs. A challenge that is sent is enforced in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Pkce {
    /// Every request has PKCE.
    #[default]
    Required,
    /// A request without PKCE has a nonce (RFC 9700 §2.1.1, for confidential clients, which all of ours are).
    OrNonce,
    /// Nothing protects the code from injection, so the client gets no more than `basic`, until a date.
    Waived {
        /// From this time on PKCE is required, in seconds since 1970 UTC.
        until: i64,
    },
}

impl Pkce {
    /// The rule at a time, in seconds since 1970 UTC.
    #[must_use]
    pub const fn at(self, now: i64) -> Self {
        match self {
            Self::Waived { until } if now >= until => Self::Required,
            rule => rule,
        }
    }
}

/// How the browser takes an authorization response to the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[default]
    Query,
    /// In a form that the browser posts (OAuth 2.0 Form Post Response Mode 1.0).
    FormPost,
}

impl ResponseMode {
    /// Every mode.
    pub const ALL: [Self; 2] = [Self::Query, Self::FormPost];

    /// The name in `response_mode`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }
}

/// The algorithm of ID tokens. Every client knows RS256 (OpenID Connect Core §15.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdTokenAlg {
    /// ECDSA on P-256.
    #[default]
    ES256,
    /// RSA PKCS #1 v1.5, for older clients.
    RS256,
}

impl IdTokenAlg {
    /// The name in `alg`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ES256 => "ES256",
            Self::RS256 => "RS256",
        }
    }

    /// The signing algorithm.
    pub const fn alg(self) -> Alg {
        match self {
            Self::ES256 => Alg::Es256,
            Self::RS256 => Alg::Rs256,
        }
    }
}

/// A service of a partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its code, as in the scope `service:CODE`.
    pub code: String,
    /// What it asks of a person.
    #[serde(rename = "type")]
    pub kind: ServiceType,
    /// The scopes that it may request beside `openid`. Others are ignored.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// For how many minutes after an approval a person may let the same browser come back without being asked; 0: never.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub return_minutes: u32,
    /// What a service of type `share` is for. People read it above what is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Localized>,
    /// What a service of type `share` may request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<ServiceAttribute>,
    /// Why it needs each of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<Claim, Localized>,
    /// The law that lets it ask for the national number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// What a service of type `confirm` may ask a person to confirm.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub templates: Vec<Template>,
}

/// The most minutes for which a browser may come back.
pub const MOST_RETURN_MINUTES: u32 = 60;

impl Service {
    /// A login service.
    pub fn login(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            kind: ServiceType::Login,
            scopes: default_scopes(),
            return_minutes: 0,
            purpose: None,
            attributes: Vec::new(),
            reasons: BTreeMap::new(),
            legal_basis: None,
            templates: Vec::new(),
        }
    }
}

/// The hash of a client secret, as base64url.
///
/// A plain SHA-256 is enough: the secret has 256 random bits ([`secret_text`]), so nobody can guess it, and stretching would
/// slow down every request of the partner.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretHash(String);

impl std::fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

impl SecretHash {
    /// The hash of a secret made by [`secret_text`].
    pub fn of(secret: &str) -> Self {
        Self(ipse_jose::b64::encode(&ipse_jose::sha256(
            secret.as_bytes(),
        )))
    }

    /// Whether `secret` has this hash. Compares in constant time.
    pub fn matches(&self, secret: &str) -> bool {
        let presented = Self::of(secret);
        constant_time::verify_slices_are_equal(self.0.as_bytes(), presented.0.as_bytes()).is_ok()
    }
}

/// The secret of a client, as its developer gets it: 256 random bits in characters that are the same in a form and a header.
pub fn secret_text(random: &[u8; 32]) -> zeroize::Zeroizing<String> {
    zeroize::Zeroizing::new(ipse_jose::b64::encode(random))
}

impl Registration {
    /// The sector in which people have their `sub` (OpenID Connect Core §8.1). A client starts its own, with its id.
    pub fn sector(&self) -> &str {
        self.sector.as_deref().unwrap_or(&self.client_id)
    }

    /// The keys that were fetched from its `jwks_uri`; none for other clients.
    pub fn published_keys(&self) -> Option<&ipse_jose::JwkSet> {
        self.jwks_uri.as_ref().map(|_| self.key_set())
    }

    /// Sets what was fetched from its `jwks_uri`. It is not part of what is stored.
    pub fn set_published_keys(&mut self, keys: ipse_jose::JwkSet) {
        if self.jwks_uri.is_none() {
            return;
        }
        match &mut self.authentication {
            Authentication::PrivateKeyJwt { jwks, .. } => *jwks = keys.into(),
            Authentication::ClientSecretBasic { .. } | Authentication::ClientSecretPost { .. } => {
                self.encryption_keys = keys;
            }
        }
    }

    /// The keys that its assertions are checked with at a time, in seconds since 1970 UTC: its own, and those that were replaced.
    pub(crate) fn keys(&self, now: i64) -> impl Iterator<Item = &ClientKeys> {
        let own = match &self.authentication {
            Authentication::PrivateKeyJwt { jwks, .. } => Some(jwks),
            _ => None,
        };
        own.into_iter()
            .chain(self.replaced.iter().filter_map(move |old| match old {
                Replaced::Keys { jwks, until, .. } if now < *until => Some(jwks),
                _ => None,
            }))
    }

    /// The `aud` of its assertions at a time, in seconds since 1970 UTC; none if it signs none. A client that has a secret now may have
    /// had keys.
    pub(crate) fn assertion_audience(&self, now: i64) -> Option<AssertionAudience> {
        match &self.authentication {
            Authentication::PrivateKeyJwt { audience, .. } => Some(*audience),
            _ => self.replaced.iter().rev().find_map(|old| match old {
                Replaced::Keys {
                    audience, until, ..
                } if now < *until => Some(*audience),
                _ => None,
            }),
        }
    }

    /// The secrets that are accepted at a time, in seconds since 1970 UTC: its own, and those that were replaced.
    pub(crate) fn secrets(&self, now: i64) -> impl Iterator<Item = &SecretHash> {
        let own = match &self.authentication {
            Authentication::ClientSecretBasic { secret }
            | Authentication::ClientSecretPost { secret } => Some(secret),
            Authentication::PrivateKeyJwt { .. } => None,
        };
        own.into_iter()
            .chain(self.replaced.iter().filter_map(move |old| match old {
                Replaced::Secret { secret, until } if now < *until => Some(secret),
                _ => None,
            }))
    }

    /// The service with this code.
    pub fn service(&self, code: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.code == code)
    }

    /// Whether it may ask people to confirm something.
    pub fn confirms(&self) -> bool {
        let mut services = self.services.iter();
        services.any(|service| service.kind == ServiceType::Confirm)
    }

    /// The partner's only login service, which a request without `service:CODE` uses.
    pub fn only_login_service(&self) -> Option<&Service> {
        let mut logins = self
            .services
            .iter()
            .filter(|service| service.kind == ServiceType::Login);
        match (logins.next(), logins.next()) {
            (Some(service), None) => Some(service),
            _ => None,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the form that serde calls"
)]
fn is_zero(minutes: &u32) -> bool {
    *minutes == 0
}

fn has_no_key(set: &ipse_jose::JwkSet) -> bool {
    set.keys.is_empty()
}

fn default_true() -> bool {
    true
}

fn default_modes() -> Vec<ResponseMode> {
    vec![ResponseMode::Query]
}

fn default_scopes() -> Vec<String> {
    vec![PROFILE.to_owned()]
}
