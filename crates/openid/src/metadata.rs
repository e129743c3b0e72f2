//! Client metadata: a registration under the names of OpenID Connect Dynamic Client Registration 1.0 §2, RFC 7591 §2 and
//! RFC 9126 §6. What has no name there has one of ours: `domain`, `services`, `assertion_audience`, `sector_of`, `sandbox_people`,
//! `pkce`, `claims_in_id_token`, `response_modes`, `fapi`, `reasons`. `dpop_bound_access_tokens` is that of RFC 9449 §5.2.

use std::collections::BTreeMap;

use ipse_jose::JwkSet;
use ipse_jose::jwe::{Enc, KeyAlg};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::client::fapi::Choices;
use crate::client::{
    AssertionAudience, Authentication, Encryption, IdTokenAlg, LONGEST_LEGACY, Pkce, Registration,
    Replaced, ResponseMode, Service,
};
use crate::client_keys::ClientKeys;

#[cfg(test)]
mod tests;

/// What is wrong with one member.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{member}: {reason}")]
pub struct MemberProblem {
    /// The member.
    pub member: String,
    /// What is wrong, and what to do.
    pub reason: String,
}

/// How a client authenticates, without its keys and secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// With assertions that it signs.
    PrivateKeyJwt,
    /// With a secret in the header.
    ClientSecretBasic,
    /// With a secret in the form.
    ClientSecretPost,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 3] = [
        Self::PrivateKeyJwt,
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
    ];

    /// Its name in `token_endpoint_auth_method`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
        }
    }

    /// Whether the client has a secret, and not keys.
    pub const fn has_secret(self) -> bool {
        !matches!(self, Self::PrivateKeyJwt)
    }
}

/// The members of a client's metadata that were given.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// `client_name`.
    pub name: Option<String>,
    /// `domain`: verified, and shown to people.
    pub domain: Option<String>,
    /// `redirect_uris`.
    pub redirect_uris: Option<Vec<String>>,
    /// `token_endpoint_auth_method`.
    pub method: Option<Method>,
    /// `jwks`.
    pub jwks: Option<JwkSet>,
    /// `jwks_uri`.
    pub jwks_uri: Option<String>,
    /// `sector_identifier_uri`.
    pub sector_identifier_uri: Option<String>,
    /// `security_event_endpoint`; the inner none ends it.
    pub security_event_endpoint: Option<Option<String>>,
    /// `sector_of`: the client whose sector the new one joins.
    pub sector_of: Option<String>,
    /// `id_token_signed_response_alg`.
    pub id_token_alg: Option<IdTokenAlg>,
    /// `userinfo_signed_response_alg`; the inner none is JSON without a signature.
    pub userinfo_alg: Option<Option<IdTokenAlg>>,
    /// `id_token_encrypted_response_alg` and `_enc`.
    pub id_token_encryption: EncryptionMembers,
    /// `userinfo_encrypted_response_alg` and `_enc`.
    pub userinfo_encryption: EncryptionMembers,
    /// `response_modes`.
    pub response_modes: Option<Vec<ResponseMode>>,
    /// `claims_in_id_token`.
    pub claims_in_id_token: Option<bool>,
    /// `pkce`: the rule. A waiver ends at `pkce_until`.
    pub pkce: Option<Pkce>,
    /// `pkce_until`: when a waiver of PKCE ends, in seconds since 1970 UTC.
    pub pkce_until: Option<i64>,
    /// `dpop_bound_access_tokens` (RFC 9449 §5.2).
    pub dpop_bound_access_tokens: Option<bool>,
    /// `fapi`: whether the client keeps to FAPI 2.0 Security Profile, which implies other members.
    pub fapi: Option<bool>,
    /// `reasons`: why, by the name of a member.
    pub reasons: Option<BTreeMap<String, String>>,
    /// `require_pushed_authorization_requests`.
    pub require_par: Option<bool>,
    /// `assertion_audience`: whether it is an endpoint.
    pub audience_is_endpoint: Option<bool>,
    /// `assertion_audience_until`: when the audience `endpoint` ends, in seconds since 1970 UTC.
    pub audience_until: Option<i64>,
    /// `services`.
    pub services: Option<Vec<Service>>,
    /// `sandbox_people`.
    pub sandbox_people: Option<bool>,
}

/// What was given of how one kind of answer is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EncryptionMembers {
    /// `…_encrypted_response_alg`; the inner none is an answer that is not encrypted.
    pub alg: Option<Option<KeyAlg>>,
    /// `…_encrypted_response_enc`.
    pub enc: Option<Enc>,
}

impl EncryptionMembers {
    /// Whether there is an `enc` and no `alg`, which OpenID Connect Registration §2 forbids.
    fn lacks_alg(self, before: Option<Encryption>) -> bool {
        self.enc.is_some() && self.alg.is_none() && before.is_none()
    }

    /// What is registered afterwards.
    fn change(self, before: Option<Encryption>) -> Option<Encryption> {
        let alg = self.alg.unwrap_or(before.map(|before| before.alg))?;
        let enc = self.enc.or(before.map(|before| before.enc));
        let enc = enc.unwrap_or(Enc::A128CbcHs256);
        Some(Encryption { alg, enc })
    }
}

/// The answers that may be encrypted.
const ID_TOKEN: &str = "id_token";
const USERINFO: &str = "userinfo";

/// The members for one kind of answer.
fn encryption_members(answer: &str) -> (String, String) {
    let member = |end: &str| format!("{answer}_encrypted_response_{end}");
    (member("alg"), member("enc"))
}

/// Standard members with only one value here.
const FIXED: [(&str, &str); 4] = [
    ("grant_types", r#"["authorization_code"]"#),
    ("response_types", r#"["code"]"#),
    ("application_type", r#""web""#),
    ("subject_type", r#""pairwise""#),
];

/// Members that only the scheme gives.
const GIVEN: [&str; 9] = [
    "client_id",
    "client_secret",
    "client_secret_expires_at",
    "client_id_issued_at",
    "issuer",
    "private_jwks",
    "sector",
    "replaced",
    "status",
];

/// Collects what is wrong with the members.
struct Reader<'a> {
    members: &'a Map<String, Value>,
    problems: Vec<MemberProblem>,
}

impl Reader<'_> {
    fn refuse(&mut self, member: &str, reason: impl Into<String>) {
        self.problems.push(MemberProblem {
            member: member.to_owned(),
            reason: reason.into(),
        });
    }

    fn take<T: DeserializeOwned>(&mut self, member: &str, expected: &str) -> Option<T> {
        let value = self.members.get(member)?;
        match serde_json::from_value(value.clone()) {
            Ok(read) => Some(read),
            Err(error) => {
                self.refuse(member, format!("write {expected} ({error})"));
                None
            }
        }
    }

    fn choose<T: Copy>(&mut self, member: &str, choices: &[(&str, T)]) -> Option<T> {
        let value = self.members.get(member)?;
        let found = choices.iter().find(|(name, _)| value == name);
        if found.is_none() {
            let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
            self.refuse(member, format!("choose {}", names.join(" or ")));
        }
        found.map(|(_, choice)| *choice)
    }

    /// `none` ends encryption.
    fn encryption(&mut self, answer: &str) -> EncryptionMembers {
        let (alg, enc) = encryption_members(answer);
        let mut algs = vec![("none", None)];
        algs.extend(KeyAlg::ALL.map(|alg| (alg.name(), Some(alg))));
        let read = EncryptionMembers {
            alg: self.choose(&alg, &algs),
            enc: self.choose(&enc, &Enc::ALL.map(|enc| (enc.name(), enc))),
        };
        if read.alg == Some(None) && read.enc.is_some() {
            self.refuse(&enc, format!("it contradicts {alg}: nothing is encrypted"));
        }
        read
    }

    fn both(&mut self, one: &str, other: &str, reason: &str) {
        if self.members.contains_key(one) && self.members.contains_key(other) {
            self.refuse(one, format!("it contradicts {other}: {reason}"));
        }
    }
}

impl Metadata {
    /// Reads members.
    ///
    /// # Errors
    /// Each member that is unknown, malformed or contradicts another.
    pub fn read(members: &Map<String, Value>) -> Result<Self, Vec<MemberProblem>> {
        let mut r = Reader {
            members,
            problems: Vec::new(),
        };
        let text = "a text";
        let read = Self {
            name: r.take("client_name", text),
            domain: r.take("domain", text),
            redirect_uris: r.take("redirect_uris", "a list of texts"),
            method: r.choose(
                "token_endpoint_auth_method",
                &Method::ALL.map(|method| (method.as_str(), method)),
            ),
            jwks: r.take("jwks", "a JWK set of public keys"),
            jwks_uri: r.take("jwks_uri", text),
            sector_identifier_uri: r.take("sector_identifier_uri", text),
            security_event_endpoint: r
                .take::<String>("security_event_endpoint", "an address, or empty")
                .map(|uri| (!uri.is_empty()).then_some(uri)),
            sector_of: r.take("sector_of", "a client_id"),
            id_token_alg: r.choose(
                "id_token_signed_response_alg",
                &[("RS256", IdTokenAlg::RS256), ("ES256", IdTokenAlg::ES256)],
            ),
            userinfo_alg: r.choose(
                "userinfo_signed_response_alg",
                &[
                    ("none", None),
                    ("RS256", Some(IdTokenAlg::RS256)),
                    ("ES256", Some(IdTokenAlg::ES256)),
                ],
            ),
            id_token_encryption: r.encryption(ID_TOKEN),
            userinfo_encryption: r.encryption(USERINFO),
            response_modes: r.take("response_modes", "a list of query and form_post"),
            claims_in_id_token: r.take("claims_in_id_token", "true or false"),
            pkce: r.choose(
                "pkce",
                &[
                    ("required", Pkce::Required),
                    ("or_nonce", Pkce::OrNonce),
                    ("waived", Pkce::Waived { until: 0 }),
                ],
            ),
            pkce_until: r.take("pkce_until", "seconds since 1970"),
            dpop_bound_access_tokens: r.take("dpop_bound_access_tokens", "true or false"),
            fapi: r.take("fapi", "true or false"),
            reasons: r.take("reasons", "an object: why, by the name of a member"),
            require_par: r.take("require_pushed_authorization_requests", "true or false"),
            audience_is_endpoint: r.choose(
                "assertion_audience",
                &[("issuer", false), ("endpoint", true)],
            ),
            audience_until: r.take("assertion_audience_until", "seconds since 1970"),
            services: r.take("services", "a list of objects with code and type"),
            sandbox_people: r.take("sandbox_people", "true or false"),
        };
        r.both("jwks", "jwks_uri", "keys are given by value or by address");
        r.both(
            "sector_of",
            "sector_identifier_uri",
            "a client has one sector",
        );
        if read.method.is_some_and(Method::has_secret) {
            for member in ["assertion_audience", "assertion_audience_until"] {
                let reason = "a client with a secret signs no assertions";
                r.both(member, "token_endpoint_auth_method", reason);
            }
        }
        if read.audience_until.is_some() && read.audience_is_endpoint != Some(true) {
            let reason = "only assertion_audience `endpoint` has an end";
            r.refuse("assertion_audience_until", reason);
        }
        match (read.pkce, read.pkce_until) {
            (Some(Pkce::Waived { .. }), None) => {
                r.refuse("pkce", "a waiver ends: add pkce_until");
            }
            (Some(Pkce::Waived { .. }), Some(_)) | (_, None) => {}
            (_, Some(_)) => r.refuse("pkce_until", "only pkce `waived` has an end"),
        }
        if read.fapi == Some(true) {
            for (member, reason) in read.choices().contradictions() {
                r.refuse(member, format!("it contradicts fapi: {reason}"));
            }
        }
        for (member, value) in members {
            if let Some((_, only)) = FIXED.iter().find(|(name, _)| name == member) {
                if serde_json::from_str::<Value>(only).ok().as_ref() != Some(value) {
                    r.refuse(member, format!("only {only} is offered"));
                }
            } else if GIVEN.contains(&member.as_str()) {
                r.refuse(member, "the scheme gives it: leave it out");
            } else if !KNOWN.contains(&member.as_str()) {
                r.refuse(member, "this member is unknown or not supported");
            }
        }
        if r.problems.is_empty() {
            Ok(read)
        } else {
            Err(r.problems)
        }
    }

    /// What FAPI 2.0 Security Profile may forbid, of what was given.
    fn choices(&self) -> Choices {
        let keys = self.jwks.clone().map(ClientKeys::from);
        Choices {
            secret: self.method.is_some_and(Method::has_secret),
            plain: self.require_par == Some(false),
            bearer: self.dpop_bound_access_tokens == Some(false),
            without_pkce: self.pkce.is_some_and(|rule| rule != Pkce::Required),
            endpoint: self.audience_is_endpoint == Some(true),
            id_token_rs256: self.id_token_alg == Some(IdTokenAlg::RS256),
            userinfo_rs256: self.userinfo_alg == Some(Some(IdTokenAlg::RS256)),
            rs256_key: keys.is_some_and(|keys| !keys.are_fapi()),
        }
    }

    /// What a new client must give and did not.
    pub fn missing(&self) -> Vec<MemberProblem> {
        let required = [
            ("client_name", self.name.is_none()),
            ("redirect_uris", self.redirect_uris.is_none()),
            (
                "id_token_encrypted_response_alg",
                self.id_token_encryption.lacks_alg(None),
            ),
            (
                "userinfo_encrypted_response_alg",
                self.userinfo_encryption.lacks_alg(None),
            ),
        ];
        let missing = required.into_iter().filter(|(_, missing)| *missing);
        missing
            .map(|(member, _)| MemberProblem {
                member: member.to_owned(),
                reason: "it is missing".to_owned(),
            })
            .collect()
    }

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

/// The members that [`Metadata::read`] reads.
const KNOWN: [&str; 27] = [
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "client_name",
    "domain",
    "redirect_uris",
    "token_endpoint_auth_method",
    "jwks",
    "jwks_uri",
    "sector_identifier_uri",
    "security_event_endpoint",
    "sector_of",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "claims_in_id_token",
    "response_modes",
    "pkce",
    "pkce_until",
    "dpop_bound_access_tokens",
    "fapi",
    "reasons",
    "require_pushed_authorization_requests",
    "assertion_audience",
    "assertion_audience_until",
    "services",
    "sandbox_people",
];

/// A registration with all that can be seen of it. Of secrets that is only when they end.
pub fn show(registration: &Registration) -> Map<String, Value> {
    let mut out = Map::new();
    let mut put = |member: &str, value: Value| {
        out.insert(member.to_owned(), value);
    };
    put("client_id", json!(registration.client_id));
    put("client_name", json!(registration.name));
    put("domain", json!(registration.domain));
    put("redirect_uris", json!(registration.redirect_uris));
    let method = registration.authentication.method();
    put("token_endpoint_auth_method", json!(method));
    let keys = registration.key_set();
    match &registration.jwks_uri {
        Some(uri) => put("jwks_uri", json!(uri)),
        None if keys.keys.is_empty() => {}
        None => put("jwks", json!(keys)),
    }
    if let Authentication::PrivateKeyJwt { audience, .. } = &registration.authentication {
        match audience {
            AssertionAudience::Issuer => put("assertion_audience", json!("issuer")),
            AssertionAudience::Endpoint { until } => {
                put("assertion_audience", json!("endpoint"));
                put("assertion_audience_until", json!(until));
            }
        }
    }
    let alg = registration.id_token_alg.as_str();
    put("id_token_signed_response_alg", json!(alg));
    let userinfo = registration.userinfo_signed_response_alg;
    let userinfo = userinfo.map_or("none", IdTokenAlg::as_str);
    put("userinfo_signed_response_alg", json!(userinfo));
    for (answer, encryption) in [
        (ID_TOKEN, registration.id_token_encryption),
        (USERINFO, registration.userinfo_encryption),
    ] {
        let (alg, enc) = encryption_members(answer);
        match encryption {
            Some(encryption) => {
                put(&alg, json!(encryption.alg));
                put(&enc, json!(encryption.enc));
            }
            None => put(&alg, json!("none")),
        }
    }
    put("response_modes", json!(registration.response_modes));
    let in_id_token = registration.claims_in_id_token;
    put("claims_in_id_token", json!(in_id_token));
    match registration.pkce {
        Pkce::Required => put("pkce", json!("required")),
        Pkce::OrNonce => put("pkce", json!("or_nonce")),
        Pkce::Waived { until } => {
            put("pkce", json!("waived"));
            put("pkce_until", json!(until));
        }
    }
    let bound = registration.dpop_bound_access_tokens;
    put("dpop_bound_access_tokens", json!(bound));
    put("fapi", json!(registration.fapi));
    put("reasons", json!(registration.reasons));
    let pushed = registration.require_par;
    put("require_pushed_authorization_requests", json!(pushed));
    for (member, only) in FIXED {
        if let Ok(value) = serde_json::from_str(only) {
            put(member, value);
        }
    }
    put("sector", json!(registration.sector()));
    if let Some(uri) = &registration.sector_identifier_uri {
        put("sector_identifier_uri", json!(uri));
    }
    if let Some(uri) = &registration.security_event_endpoint {
        put("security_event_endpoint", json!(uri));
    }
    put("services", json!(registration.services));
    put("sandbox_people", json!(registration.sandbox_people));
    let replaced = registration.replaced.iter().map(|old| match old {
        Replaced::Keys { jwks, until, .. } => json!({"jwks": jwks, "until": until}),
        Replaced::Secret { until, .. } => json!({"client_secret": "replaced", "until": until}),
    });
    put("replaced", replaced.collect());
    out
}

/// What a changed or new registration says no reason for, by [`Registration::without_reason`].
pub fn without_reason(new: &Registration, before: Option<&Registration>) -> Vec<MemberProblem> {
    let members = new.without_reason(before);
    let problem = |member: &str| MemberProblem {
        member: member.to_owned(),
        reason: "this is weaker than the default: say why (--reason TEXT, or `reasons` in a file)"
            .to_owned(),
    };
    members.into_iter().map(problem).collect()
}

/// The sector of a document: its host (OpenID Connect Core §8.1). No client has an id with a colon.
pub fn sector_of_document(uri: &str) -> Option<String> {
    Some(format!("host:{}", host(uri)?))
}

/// The host of a URI.
fn host(uri: &str) -> Option<String> {
    Some(url::Url::parse(uri).ok()?.host_str()?.to_owned())
}
