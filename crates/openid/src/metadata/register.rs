//! From members to a registration: a new one, or a changed one.

use std::collections::BTreeMap;

use ipse_jose::JwkSet;

use super::{ID_TOKEN, MemberProblem, Metadata, Method, USERINFO, encryption_members, host};
use crate::client::{
    AssertionAudience, Authentication, IdTokenAlg, LONGEST_LEGACY, Pkce, Registration,
    ResponseMode, Service,
};

impl Metadata {
    /// The registration of a new client. What was not given is what libraries of its method expect. `now` is in seconds since
    /// 1970 UTC. The caller validates it.
    pub fn register(
        self,
        client_id: String,
        authentication: Authentication,
        sector: Option<String>,
        now: i64,
    ) -> Registration {
        let has_secret = !matches!(authentication, Authentication::PrivateKeyJwt { .. });
        let mut new = Registration {
            client_id,
            name: String::new(),
            domain: String::new(),
            redirect_uris: Vec::new(),
            authentication,
            require_par: !has_secret,
            id_token_alg: if has_secret {
                IdTokenAlg::RS256
            } else {
                IdTokenAlg::ES256
            },
            pkce: Pkce::Required,
            dpop_bound_access_tokens: false,
            fapi: false,
            claims_in_id_token: false,
            response_modes: vec![ResponseMode::Query],
            userinfo_signed_response_alg: None,
            id_token_encryption: None,
            userinfo_encryption: None,
            encryption_keys: JwkSet::default(),
            reasons: BTreeMap::new(),
            services: vec![Service::login("LOGIN")],
            sandbox_people: false,
            jwks_uri: None,
            sector,
            sector_identifier_uri: self.sector_identifier_uri.clone(),
            security_event_endpoint: None,
            replaced: Vec::new(),
        };
        let first = self.redirect_uris.as_ref().and_then(|uris| uris.first());
        if let Some(host) = first.and_then(|uri| host(uri)) {
            new.domain = host;
        }
        self.put(&mut new, now);
        new
    }

    /// Whether the client gets a secret instead of its keys, or keys instead of its secret.
    pub fn switches(&self, registration: &Registration) -> bool {
        let has_keys = matches!(
            registration.authentication,
            Authentication::PrivateKeyJwt { .. }
        );
        self.method
            .is_some_and(|method| method.has_secret() == has_keys)
    }

    /// Changes a registration. `now` is in seconds since 1970 UTC. The caller validates the result. If it [switches](Self::switches), the
    /// caller has given it the other credentials.
    ///
    /// # Errors
    /// Each member that an edit cannot change.
    pub fn edit(self, registration: &mut Registration, now: i64) -> Result<(), Vec<MemberProblem>> {
        let refuse = |member: &str, reason: &str| MemberProblem {
            member: member.to_owned(),
            reason: reason.to_owned(),
        };
        let has_keys = matches!(
            registration.authentication,
            Authentication::PrivateKeyJwt { .. }
        );
        let mut problems = Vec::new();
        let sector = "a sector never changes: register another client";
        let rotate = "use rotate-key, which lets the old keys end";
        for (given, member, reason) in [
            (
                self.sector_identifier_uri.is_some(),
                "sector_identifier_uri",
                sector,
            ),
            (self.sector_of.is_some(), "sector_of", sector),
            (has_keys && self.jwks.is_some(), "jwks", rotate),
            (has_keys && self.jwks_uri.is_some(), "jwks_uri", rotate),
        ] {
            if given {
                problems.push(refuse(member, reason));
            }
        }
        for (answer, given, before) in [
            (
                ID_TOKEN,
                self.id_token_encryption,
                registration.id_token_encryption,
            ),
            (
                USERINFO,
                self.userinfo_encryption,
                registration.userinfo_encryption,
            ),
        ] {
            if given.lacks_alg(before) {
                let (alg, enc) = encryption_members(answer);
                problems.push(refuse(&enc, &format!("it belongs to {alg}: add it")));
            }
        }
        if self.switches(registration) {
            let reason = "the client needs other credentials for it";
            problems.push(refuse("token_endpoint_auth_method", reason));
        }
        if !has_keys && self.audience_is_endpoint.is_some() {
            let reason = "a client with a secret signs no assertions";
            problems.push(refuse("assertion_audience", reason));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        self.put(registration, now);
        Ok(())
    }

    fn put(self, to: &mut Registration, now: i64) {
        fn set<T>(to: &mut T, given: Option<T>) {
            if let Some(given) = given {
                *to = given;
            }
        }
        set(&mut to.name, self.name);
        set(&mut to.domain, self.domain);
        set(&mut to.redirect_uris, self.redirect_uris);
        set(
            &mut to.security_event_endpoint,
            self.security_event_endpoint,
        );
        set(&mut to.id_token_alg, self.id_token_alg);
        set(&mut to.userinfo_signed_response_alg, self.userinfo_alg);
        to.id_token_encryption = self.id_token_encryption.change(to.id_token_encryption);
        to.userinfo_encryption = self.userinfo_encryption.change(to.userinfo_encryption);
        put_keys(to, self.jwks, self.jwks_uri);
        set(&mut to.claims_in_id_token, self.claims_in_id_token);
        set(&mut to.response_modes, self.response_modes);
        match (self.pkce, self.pkce_until) {
            (Some(Pkce::Waived { .. }), Some(until)) => to.pkce = Pkce::Waived { until },
            (rule, _) => set(&mut to.pkce, rule),
        }
        if self.fapi == Some(true) {
            to.require_par = true;
            to.dpop_bound_access_tokens = true;
        }
        set(&mut to.fapi, self.fapi);
        set(
            &mut to.dpop_bound_access_tokens,
            self.dpop_bound_access_tokens,
        );
        // What is asked for again has a new reason; other reasons stay.
        to.reasons.extend(self.reasons.unwrap_or_default());
        set(&mut to.require_par, self.require_par);
        set(&mut to.services, self.services);
        set(&mut to.sandbox_people, self.sandbox_people);
        match &mut to.authentication {
            Authentication::PrivateKeyJwt { audience, .. } => match self.audience_is_endpoint {
                Some(true) => {
                    let until = self.audience_until.unwrap_or(now + LONGEST_LEGACY);
                    *audience = AssertionAudience::Endpoint { until };
                }
                Some(false) => *audience = AssertionAudience::Issuer,
                None => {}
            },
            Authentication::ClientSecretBasic { secret }
            | Authentication::ClientSecretPost { secret } => {
                let secret = secret.clone();
                match self.method {
                    Some(Method::ClientSecretBasic) => {
                        to.authentication = Authentication::ClientSecretBasic { secret };
                    }
                    Some(Method::ClientSecretPost) => {
                        to.authentication = Authentication::ClientSecretPost { secret };
                    }
                    Some(Method::PrivateKeyJwt) | None => {}
                }
            }
        }
    }
}

/// A set by address replaces one by value, and the reverse. Keys of a client that signs are in its authentication.
fn put_keys(to: &mut Registration, jwks: Option<JwkSet>, jwks_uri: Option<String>) {
    if jwks_uri.is_some() {
        to.jwks_uri = jwks_uri;
        to.encryption_keys = JwkSet::default();
    } else if let Some(jwks) = jwks
        && !matches!(to.authentication, Authentication::PrivateKeyJwt { .. })
    {
        to.jwks_uri = None;
        to.encryption_keys = jwks;
    }
}
