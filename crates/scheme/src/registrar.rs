//! Identity registrars (banks): OpenID Connect with Identity Assurance, the scheme being the client.
//!
//! The conversation is an adapter's ([`Registrar`]); what is believed of it is decided here, by functions that do no I/O.

mod token;
mod verified;
mod visit;

use std::future::Future;
use std::pin::Pin;

use ipse_jose::{JwkSet, jws};
use ipse_protocol::control::{Control, enforced};
use ipse_protocol::problem::{Problem, ProblemCode};
use serde::{Deserialize, Serialize};

use crate::error::Error;

pub use token::{IdToken, id_token};
pub use verified::{NATIONAL_NUMBER, judge, request, userinfo};
pub use visit::{Begun, Callback, Landing, Purpose};

/// A future of an adapter.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, RegistrarError>> + Send + 'a>>;

/// How far a bank's clock may differ, in seconds.
pub(crate) const SKEW: i64 = 60;
/// Longest token that is looked at.
pub(crate) const LIMIT: usize = 64 * 1024;

/// Why a bank's word is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrarError {
    /// It does not answer, or with an error of its own.
    #[error("bank unavailable")]
    Unavailable,
    /// What it said does not verify.
    #[error("bank's answer refused: {0}")]
    Refused(&'static str),
    /// It verified less than is needed.
    #[error("bank verified too little: {0}")]
    Insufficient(&'static str),
}

impl From<RegistrarError> for Error {
    fn from(error: RegistrarError) -> Self {
        let (code, reason) = match error {
            RegistrarError::Unavailable => (ProblemCode::RegistrarFailed, "unavailable"),
            RegistrarError::Refused(reason) => (ProblemCode::RegistrarFailed, reason),
            RegistrarError::Insufficient(reason) => (ProblemCode::AssuranceInsufficient, reason),
        };
        Problem::new(code).with("reason", reason).into()
    }
}

/// One visit to a bank, as the request names it.
#[derive(Clone)]
pub struct Visit {
    /// `state`: unguessable, used once.
    pub state: String,
    /// `nonce`: binds the answer to the device's key.
    pub nonce: String,
    /// PKCE verifier (RFC 7636).
    pub verifier: String,
    /// Language of the person.
    pub language: String,
}

/// A bank.
pub trait Registrar: Send + Sync {
    /// Name, as in the configuration.
    fn name(&self) -> &str;

    /// Issuer: `iss` of everything that it says.
    fn issuer(&self) -> &str;

    /// Pushes the request (RFC 9126): the URL at which the person signs in.
    fn begin<'a>(&'a self, visit: &'a Visit) -> Answer<'a, String>;

    /// Redeems a code, fetches the userinfo, and verifies both: what the bank vouches for.
    fn finish<'a>(&'a self, visit: &'a Visit, code: &'a str) -> Answer<'a, Vouched>;
}

/// What was agreed with a bank.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Name, as in the configuration.
    pub name: String,
    /// Issuer.
    pub issuer: String,
    /// The scheme's name there.
    pub client_id: String,
    /// Its pinned keys.
    pub keys: JwkSet,
    /// Trust frameworks that are taken.
    pub trust_frameworks: Vec<String>,
    /// Levels that are taken.
    pub levels: Vec<String>,
    /// Kinds of sign-in that are taken; any, if none are named.
    pub acr_values: Vec<String>,
    /// Whether simulated banks are taken, with `loa=none`.
    pub demo: bool,
}

/// What a bank vouches for, with the evidence. Sealed whenever it is stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vouched {
    /// Name of the bank.
    pub bank: String,
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// `YYYY-MM-DD`.
    pub birthdate: String,
    /// ISO 3166-1 alpha-2.
    pub nationality: String,
    /// Eleven digits.
    pub national_number: String,
    /// Of the identity card that the bank checked.
    pub document_number: String,
    /// `verification.trust_framework`.
    pub framework: String,
    /// Level of assurance: `substantial` or `high`; `none` for anything simulated.
    pub loa: String,
    /// When the bank verified the person, RFC 3339.
    pub verified: String,
    /// The bank's reference to its file.
    pub reference: String,
    /// The bank's signed userinfo (JWS).
    pub evidence: String,
}

/// Verifies a JWS with the bank's pinned keys, whatever keys it brings along itself.
pub(crate) fn open(
    policy: &Policy,
    token: &str,
    typ: &[&str],
    failed: &'static str,
) -> Result<Vec<u8>, RegistrarError> {
    let refused = RegistrarError::Refused(failed);
    let parsed = jws::decode_unverified(token, LIMIT).map_err(|_| refused)?;
    if enforced(Control::T22RegisteredKeys) {
        let alg = parsed.header.alg;
        let key = policy
            .keys
            .find(parsed.header.kid.as_deref(), alg)
            .ok_or(refused)?;
        let key = ipse_jose::VerifyingKey::from_jwk(key, alg).map_err(|_| refused)?;
        parsed.verify(&key, typ).map_err(|_| refused)?;
    }
    Ok(parsed.payload)
}

/// Whether `aud` is the client and nobody else.
pub(crate) fn for_us(aud: &serde_json::Value, client_id: &str) -> bool {
    match aud {
        serde_json::Value::String(one) => one == client_id,
        serde_json::Value::Array(all) => {
            matches!(all.as_slice(), [one] if one.as_str() == Some(client_id))
        }
        _ => false,
    }
}

/// Checks `iss` of an authorization response (RFC 9207 §2.4): always there, always this bank.
///
/// # Errors
/// `registrar_failed` when it is missing or another's.
pub fn response_issuer(registrar: &dyn Registrar, iss: Option<&str>) -> Result<(), RegistrarError> {
    if iss == Some(registrar.issuer()) || !enforced(Control::T17Iss) {
        Ok(())
    } else {
        Err(RegistrarError::Refused("iss"))
    }
}
