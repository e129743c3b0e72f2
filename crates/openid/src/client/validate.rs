//! What a registration must be like.

use ipse_jose::Jwk;
use ipse_jose::jwe::KeyAlg;
use url::Host;

use super::{
    AssertionAudience, Authentication, LOGIN_SCOPES, MOST_RETURN_MINUTES, Pkce, Registration,
    ResponseMode, ServiceType,
};
use crate::client_keys;
use crate::redirect::{self, RedirectProblem};

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
    #[error(
        "jwks: register 1 to 10 public keys (EC P-256, or RSA of 2048 bits and up), at least one of them for signatures"
    )]
    Keys,
    /// The keys of a client with a secret.
    #[error(
        "jwks: a client with a secret signs no assertions: register at most 10 keys with `use` enc, or jwks_uri"
    )]
    EncryptionKeys,
    /// Encryption without a key.
    #[error(
        "{0}: register a key that it can use, with `use` enc or none (EC P-256 for ECDH-ES, RSA of 2048 bits and up for RSA-OAEP-256)"
    )]
    NoEncryptionKey(&'static str),
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
    /// What a service registered for its type.
    #[error("service {code}: {reason}")]
    Service {
        /// The service.
        code: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// The endpoint for events.
    #[error(
        "security_event_endpoint: use one https address of a public host (http is for loopback addresses, outside production)"
    )]
    EventEndpoint,
    /// How long a browser may come back.
    #[error(
        "service {0}: return_minutes is 0 to {MOST_RETURN_MINUTES}, and for services of type login"
    )]
    ReturnMinutes(String),
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
    /// A member that FAPI 2.0 Security Profile forbids.
    #[error("{member}: it contradicts fapi: {reason}")]
    Fapi {
        /// The member.
        member: &'static str,
        /// What the profile wants.
        reason: &'static str,
    },
    /// Sandbox people in production.
    #[error("sandbox_people: not allowed in production")]
    Sandbox,
}

/// How long the older audience of assertions may be accepted, in seconds: two years.
pub const LONGEST_LEGACY: i64 = 2 * 365 * 24 * 3600;

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
        if !self.are_encryption_keys() {
            return Err(RegistrationProblem::EncryptionKeys);
        }
        // Published keys are checked when they are read.
        if self.jwks_uri.is_none()
            && let Some(member) = self.without_key(self.key_set())
        {
            return Err(RegistrationProblem::NoEncryptionKey(member));
        }
        let published = |uri: &str| redirect::is_published(uri, production);
        if self.jwks_uri.as_deref().is_some_and(|uri| !published(uri)) {
            return Err(RegistrationProblem::KeysUri);
        }
        if self
            .sector_identifier_uri
            .as_deref()
            .is_some_and(|uri| !published(uri))
        {
            return Err(RegistrationProblem::SectorUri);
        }
        if self
            .security_event_endpoint
            .as_deref()
            .is_some_and(|uri| !published(uri))
        {
            return Err(RegistrationProblem::EventEndpoint);
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
            let returns = service.return_minutes > 0;
            if service.return_minutes > MOST_RETURN_MINUTES
                || (returns && service.kind != ServiceType::Login)
            {
                return Err(RegistrationProblem::ReturnMinutes(service.code.clone()));
            }
            let unknown = |scope: &&String| !LOGIN_SCOPES.contains(&scope.as_str());
            if let Some(scope) = service.scopes.iter().find(unknown) {
                return Err(RegistrationProblem::ServiceScope {
                    code: service.code.clone(),
                    scope: scope.clone(),
                });
            }
            super::share::check(service)?;
            super::confirm::check(service)?;
        }
        if let Pkce::Waived { until } = self.pkce
            && !(1..=LONGEST_LEGACY).contains(&until.saturating_sub(now))
        {
            return Err(RegistrationProblem::PkceUntil);
        }
        if let Some((member, reason)) = self.against_fapi() {
            return Err(RegistrationProblem::Fapi { member, reason });
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

    /// Whether keys for encryption are only there for a client with a secret, by value, and for nothing else.
    fn are_encryption_keys(&self) -> bool {
        let keys = &self.encryption_keys.keys;
        let has_secret = !matches!(self.authentication, Authentication::PrivateKeyJwt { .. });
        let encrypts = |key: &Jwk| {
            key.use_.as_deref() == Some("enc") && KeyAlg::ALL.iter().any(|alg| key.encrypts(*alg))
        };
        keys.is_empty()
            || (has_secret
                && self.jwks_uri.is_none()
                && keys.len() <= client_keys::MAX
                && keys.iter().all(encrypts))
    }
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
