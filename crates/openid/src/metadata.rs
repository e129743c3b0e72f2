//! Client metadata: a registration under the names of OpenID Connect Dynamic Client Registration 1.0 §2, RFC 7591 §2 and
//! RFC 9126 §6. What has no name there has one of ours: `domain`, `services`, `assertion_audience`, `sector_of`, `sandbox_people`,
//! `pkce`, `claims_in_id_token`, `response_modes`, `fapi`, `reasons`. `dpop_bound_access_tokens` is that of RFC 9449 §5.2.

use std::collections::BTreeMap;

use ipse_jose::JwkSet;
use ipse_jose::jwe::{Enc, KeyAlg};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::client::fapi::Choices;
use crate::client::{Encryption, IdTokenAlg, Pkce, Registration, ResponseMode, Service};
use crate::client_keys::ClientKeys;

mod register;
mod show;
#[cfg(test)]
mod tests;

pub use show::show;

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
