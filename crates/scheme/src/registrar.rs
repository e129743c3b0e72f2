//! Identity registrars: parties that vouch for a person. Each kind of registrar is one module.
//!
//! An adapter speaks with the registrar ([`Registrar`]). What is believed of the answer is decided here, by functions that
//! do no I/O.

pub mod bank;

use std::future::Future;
use std::pin::Pin;

use ipse_protocol::bytes::B64u;
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_texts::Language;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::person::{Address, PhotoType, PlaceOfBirth};

pub use ipse_store::registrar::Purpose;

/// A future of an adapter.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, RegistrarError>> + Send + 'a>>;

/// Why the statement of a registrar is not accepted.
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
}

/// A bank.
pub trait Registrar: Send + Sync {
    /// Name, as in the configuration.
    fn name(&self) -> &str;

    /// Issuer: `iss` of everything that it says.
    fn issuer(&self) -> &str;

    /// Pushes the request (RFC 9126): the URL at which the person signs in.
    fn begin<'a>(&'a self, visit: &'a Visit, language: Language) -> Answer<'a, String>;

    /// Redeems a code, fetches the userinfo, and verifies both: what the bank vouches for.
    fn finish<'a>(&'a self, visit: &'a Visit, code: &'a str) -> Answer<'a, Vouched>;

    /// Whether it takes events about its customers.
    fn takes_events(&self) -> bool;

    /// Pushes a security event token (RFC 8935).
    fn tell<'a>(&'a self, token: &'a str) -> Answer<'a, ()>;
}

/// The level of assurance of anything simulated.
pub const NO_LEVEL: &str = "none";

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
    /// As in [`Attributes`](crate::person::Attributes), like the next ones. What was vouched for before they were asked for has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_type: Option<String>,
    /// Last day of its validity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_valid_until: Option<String>,
    /// Country that issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_issuer_country: Option<String>,
    /// Gender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Place of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_of_birth: Option<PlaceOfBirth>,
    /// Address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// `verification.trust_framework`.
    pub framework: String,
    /// Level of assurance: `substantial` or `high`; [`NO_LEVEL`] for anything simulated.
    pub loa: String,
    /// When the bank verified the person, RFC 3339.
    pub verified: String,
    /// The bank's reference to its file.
    pub reference: String,
    /// The bank's signed userinfo (JWS).
    pub evidence: String,
}

/// A photo, as a registrar gives it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// How it is encoded.
    pub media_type: PhotoType,
    /// Its bytes.
    pub bytes: B64u,
}

/// Checks `iss` of an authorization response (RFC 9207 §2.4): it must be there, and name this registrar.
///
/// # Errors
/// `registrar_failed` when it is missing or another's.
pub fn response_issuer(registrar: &dyn Registrar, iss: Option<&str>) -> Result<(), RegistrarError> {
    if iss == Some(registrar.issuer()) {
        Ok(())
    } else {
        Err(RegistrarError::Refused("iss"))
    }
}
