//! What a partner registered. The partner is the OpenID Connect client; each of its services asks a person for one thing.

use std::collections::BTreeMap;

use aws_lc_rs::constant_time;
use ipse_jose::Alg;
use serde::{Deserialize, Serialize};
use url::Host;

use crate::client_keys::ClientKeys;
use crate::redirect::{self, RedirectProblem};

#[cfg(test)]
pub(crate) mod tests;

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
}

impl Service {
    /// A login service.
    pub fn login(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            kind: ServiceType::Login,
            scopes: default_scopes(),
        }
    }
}

/// What a service asks of a person. [`ServiceType::REQUESTABLE`] lists the types that a partner can request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceType {
    /// Who are you?
    Login,
    /// May we have these details?
    Share,
    /// Do you agree with this?
    Confirm,
    /// Will you sign this?
    Sign,
}

impl ServiceType {
    /// Every type that can be registered.
    pub const ALL: &[ServiceType] = &[
        ServiceType::Login,
        ServiceType::Share,
        ServiceType::Confirm,
        ServiceType::Sign,
    ];

    /// The types that a partner can request. A new kind of action adds its type here.
    pub const REQUESTABLE: &[ServiceType] = &[ServiceType::Login];

    /// The type's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Share => "share",
            Self::Confirm => "confirm",
            Self::Sign => "sign",
        }
    }

    /// The type with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
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

/// Why a registration is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationProblem {
    /// The client identifier.
    #[error("client_id: use 1 to 64 letters, digits, `-`, `_` or `.`")]
    ClientId,
    /// The name.
    #[error("name: use 1 to 60 printable characters, without spaces at the ends")]
    Name,
    /// The domain.
    #[error("domain: use a lower-case host name such as shop.example")]
    Domain,
    /// No redirect URI, or too many.
    #[error("redirect_uris: register 1 to 20")]
    RedirectUris,
    /// One redirect URI.
    #[error("redirect_uri {uri}: {problem}")]
    RedirectUri {
        /// The URI.
        uri: String,
        /// What is wrong with it.
        problem: RedirectProblem,
    },
    /// The key set.
    #[error("jwks: register 1 to 10 public signing keys (EC P-256, or RSA of 2048 bits and up)")]
    Keys,
    /// No service, or too many.
    #[error("services: register 1 to 50")]
    Services,
    /// One service code.
    #[error("service {0}: use 1 to 45 letters, digits, `-`, `_` or `.`, each code once")]
    ServiceCode(String),
    /// A scope that services of this type cannot request.
    #[error("service {code}: a service of this type cannot request the scope {scope}")]
    ServiceScope {
        /// The service.
        code: String,
        /// The scope.
        scope: String,
    },
    /// The address of the keys.
    #[error(
        "jwks_uri: use one https address of a public host, or keys by value (http is for loopback addresses, outside production)"
    )]
    KeysUri,
    /// The address of the sector's document.
    #[error(
        "sector_identifier_uri: use one https address of a public host (http is for loopback addresses, outside production)"
    )]
    SectorUri,
    /// The end of the older audience.
    #[error("audience: `until` must be within the next two years, in seconds since 1970")]
    Until,
    /// The end of a waiver of PKCE.
    #[error("pkce: `until` must be within the next two years, in seconds since 1970")]
    PkceUntil,
    /// The response modes.
    #[error("response_modes: list query, and form_post if it is used, each once")]
    ResponseModes,
    /// A reason that is missing, malformed, or of nothing.
    #[error("reasons: say in 1 to 200 printable characters why `{0}` is needed")]
    Reason(String),
    /// Sandbox people in production.
    #[error("sandbox_people: not allowed in production")]
    Sandbox,
}

/// How long the older audience of assertions may be accepted, in seconds: two years.
pub const LONGEST_LEGACY: i64 = 2 * 365 * 24 * 3600;

/// Members that may have a reason.
const WITH_REASON: [&str; 7] = [
    "assertion_audience",
    "claims_in_id_token",
    "id_token_signed_response_alg",
    "pkce",
    "require_pushed_authorization_requests",
    "response_modes",
    "userinfo_signed_response_alg",
];

/// The scope for names and language.
pub const PROFILE: &str = "profile";

impl Registration {
    /// Checks a new registration. `production` is whether real people use this scheme; `now` is in seconds since 1970 UTC.
    ///
    /// # Errors
    /// The first problem that is found.
    pub fn validate(&self, production: bool, now: i64) -> Result<(), RegistrationProblem> {
        if !is_token(&self.client_id, 64) {
            return Err(RegistrationProblem::ClientId);
        }
        if !is_name(&self.name) {
            return Err(RegistrationProblem::Name);
        }
        if !is_domain(&self.domain, production) {
            return Err(RegistrationProblem::Domain);
        }
        if self.redirect_uris.is_empty() || self.redirect_uris.len() > 20 {
            return Err(RegistrationProblem::RedirectUris);
        }
        for uri in &self.redirect_uris {
            redirect::check(uri, &self.domain, production).map_err(|problem| {
                RegistrationProblem::RedirectUri {
                    uri: uri.clone(),
                    problem,
                }
            })?;
        }
        if let Authentication::PrivateKeyJwt { jwks, audience } = &self.authentication {
            let usable = match self.jwks_uri {
                Some(_) => jwks.is_empty(),
                None => jwks.are_usable(),
            };
            if !usable {
                return Err(RegistrationProblem::Keys);
            }
            if let AssertionAudience::Endpoint { until } = audience
                && !(1..=LONGEST_LEGACY).contains(&until.saturating_sub(now))
            {
                return Err(RegistrationProblem::Until);
            }
        }
        let has_keys = matches!(self.authentication, Authentication::PrivateKeyJwt { .. });
        let published = |uri: &str| redirect::is_published(uri, production);
        if self
            .jwks_uri
            .as_deref()
            .is_some_and(|uri| !has_keys || !published(uri))
        {
            return Err(RegistrationProblem::KeysUri);
        }
        if self
            .sector_identifier_uri
            .as_deref()
            .is_some_and(|uri| !published(uri))
        {
            return Err(RegistrationProblem::SectorUri);
        }
        if self.services.is_empty() || self.services.len() > 50 {
            return Err(RegistrationProblem::Services);
        }
        for (at, service) in self.services.iter().enumerate() {
            let repeated = self.services[..at]
                .iter()
                .any(|earlier| earlier.code == service.code);
            if repeated || !is_token(&service.code, 45) {
                return Err(RegistrationProblem::ServiceCode(service.code.clone()));
            }
            if let Some(scope) = service.scopes.iter().find(|scope| *scope != PROFILE) {
                return Err(RegistrationProblem::ServiceScope {
                    code: service.code.clone(),
                    scope: scope.clone(),
                });
            }
        }
        if let Pkce::Waived { until } = self.pkce
            && !(1..=LONGEST_LEGACY).contains(&until.saturating_sub(now))
        {
            return Err(RegistrationProblem::PkceUntil);
        }
        self.check_reasons()?;
        let with = |mode| self.response_modes.iter().filter(|m| **m == mode).count();
        if with(ResponseMode::Query) != 1 || with(ResponseMode::FormPost) > 1 {
            return Err(RegistrationProblem::ResponseModes);
        }
        if production && self.sandbox_people {
            return Err(RegistrationProblem::Sandbox);
        }
        Ok(())
    }

    /// The sector in which people have their `sub` (OpenID Connect Core §8.1). A client starts its own, with its id.
    pub fn sector(&self) -> &str {
        self.sector.as_deref().unwrap_or(&self.client_id)
    }

    /// The keys that were fetched from its `jwks_uri`; none for other clients.
    pub fn published_keys(&self) -> Option<&ipse_jose::JwkSet> {
        match &self.authentication {
            Authentication::PrivateKeyJwt { jwks, .. } if self.jwks_uri.is_some() => {
                Some(jwks.set())
            }
            _ => None,
        }
    }

    /// Sets what was fetched from its `jwks_uri`. It is not part of what is stored.
    pub fn set_published_keys(&mut self, keys: ipse_jose::JwkSet) {
        if let Authentication::PrivateKeyJwt { jwks, .. } = &mut self.authentication
            && self.jwks_uri.is_some()
        {
            *jwks = keys.into();
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
                Replaced::Keys { jwks, until } if now < *until => Some(jwks),
                _ => None,
            }))
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

    /// A reason belongs to a member that may have one. What is weaker must have one.
    fn check_reasons(&self) -> Result<(), RegistrationProblem> {
        if self.pkce != Pkce::Required && !self.reasons.contains_key("pkce") {
            return Err(RegistrationProblem::Reason("pkce".to_owned()));
        }
        let is_reason = |(name, reason): (&String, &String)| {
            WITH_REASON.contains(&name.as_str())
                && (1..=200).contains(&reason.chars().count())
                && ipse_protocol::text::check(reason).is_ok()
        };
        match self.reasons.iter().find(|pair| !is_reason(*pair)) {
            Some((name, _)) => Err(RegistrationProblem::Reason(name.clone())),
            None => Ok(()),
        }
    }

    /// The service with this code.
    pub fn service(&self, code: &str) -> Option<&Service> {
        self.services.iter().find(|service| service.code == code)
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

fn default_true() -> bool {
    true
}

fn default_modes() -> Vec<ResponseMode> {
    vec![ResponseMode::Query]
}

fn default_scopes() -> Vec<String> {
    vec![PROFILE.to_owned()]
}

/// Characters that need no escape in a URL, a header, a form and a scope.
fn is_token(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// A name that a person reads follows the rules of the texts in a view.
fn is_name(name: &str) -> bool {
    (1..=60).contains(&name.chars().count())
        && name.trim() == name
        && ipse_protocol::text::check(name).is_ok()
}

/// A host name in its normal form. Outside production it may be a loopback name or address.
fn is_domain(domain: &str, production: bool) -> bool {
    match Host::parse(domain) {
        Ok(Host::Domain(normal)) => {
            normal == domain
                && domain.len() <= 253
                && domain
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
                && domain.split('.').all(|label| {
                    !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
                })
                && (domain.contains('.') || (!production && domain == "localhost"))
        }
        Ok(Host::Ipv4(address)) => {
            !production && address.is_loopback() && address.to_string() == domain
        }
        _ => false,
    }
}
