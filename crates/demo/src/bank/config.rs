//! `bank.toml`: the name of a demo bank, its only client, and its customers.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use ipse_jose::JwkSet;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// The whole of `bank.toml`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The bank's name, as customers know it.
    pub name: String,
    /// OpenID issuer: the bank's origin, without a slash at the end.
    pub issuer: String,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// The look of its pages.
    pub look: Look,
    /// The `trust_framework` of its verified claims.
    pub trust_framework: String,
    /// The `assurance_level` of its verified claims.
    pub assurance_level: String,
    /// A fault on purpose, for tests, in every answer of this bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// The scheme: the one client of a demo bank.
    pub client: Client,
    /// The bank's customers.
    #[serde(rename = "customer")]
    pub customers: Vec<Customer>,
}

/// A registered client.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// `client_id`.
    pub client_id: String,
    /// Its issuer: `iss` of the events that it sends.
    pub issuer: String,
    /// Name shown to customers.
    pub name: String,
    /// Matched exactly.
    pub redirect_uris: Vec<String>,
    /// Keys for `private_key_jwt` and events (`use: sig`), and for encrypting userinfo (`use: enc`).
    pub jwks: JwkSet,
}

/// A customer whom the bank identified in a branch.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// What the customer signs in with.
    pub id: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// Date of birth.
    pub birthdate: Date,
    /// ISO 3166-1 alpha-2 codes.
    pub nationalities: Vec<String>,
    /// Belgian national number, eleven digits.
    pub national_number: String,
    /// Number of the identity card that the bank read.
    pub document_number: String,
    /// When that card expires.
    pub document_expiry: Date,
    /// `female`, `male` or another word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Where the customer was born.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place_of_birth: Option<PlaceOfBirth>,
    /// Where the customer lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// The photo on the identity card, as a `data:` URI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// When the bank identified the customer.
    pub verified_at: Timestamp,
    /// Whether the sign-in page offers the customer as a choice.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub listed: bool,
    /// A fault for this customer only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// Where a customer was born.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceOfBirth {
    /// Town.
    pub locality: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// Where a customer lives.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street, number and box.
    pub street_address: String,
    /// Postal code.
    pub postal_code: String,
    /// Town.
    pub locality: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

fn yes() -> bool {
    true
}

/// How a bank's pages look. Each bank has its own look, so that people see whose site they are on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// Harbour blue.
    Anker,
    /// Lime-tree green.
    Linde,
}

impl Look {
    /// The spelling in cookie names and style classes.
    pub fn as_str(self) -> &'static str {
        match self {
            Look::Anker => "anker",
            Look::Linde => "linde",
        }
    }
}

/// What a bank can do wrong on purpose, so that tests see whether the scheme refuses it.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Vouches for the next customer in the list.
    OtherPerson,
    /// `assurance_level` is `low`.
    LowLevel,
    /// The national number is left out.
    MissingClaims,
    /// `evidence` is left out.
    MissingEvidence,
    /// The first time, all that a bank may leave out is left out.
    BareAtFirst,
    /// The userinfo's signature does not verify.
    BadSignature,
    /// The authorization response names another issuer (RFC 9207).
    WrongIss,
    /// Userinfo names another issuer.
    WrongUserinfoIss,
    /// Userinfo is for another client.
    WrongAudience,
    /// Userinfo has another `sub` than the ID token.
    OtherSub,
    /// The ID token has another nonce.
    WrongNonce,
    /// The customer signed in an hour ago.
    StaleAuthTime,
    /// Userinfo is signed but not encrypted.
    Unencrypted,
    /// The userinfo endpoint answers with an error.
    Unavailable,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {0}")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// The file is not as it must be.
    #[error("{0} is not a bank's configuration")]
    Invalid(PathBuf, #[source] toml::de::Error),
}

impl Config {
    /// Reads `bank.toml` in a bank's home.
    pub fn read(home: &Path) -> Result<Self, ConfigError> {
        let path = home.join("bank.toml");
        let text = std::fs::read_to_string(&path)
            .map_err(|error| ConfigError::Unreadable(path.clone(), error))?;
        toml::from_str(&text).map_err(|error| ConfigError::Invalid(path, error))
    }

    /// The customer with this id.
    pub fn customer(&self, id: &str) -> Option<&Customer> {
        self.customers.iter().find(|customer| customer.id == id)
    }

    /// The fault that applies to this customer.
    pub fn fault(&self, customer: &Customer) -> Option<Fault> {
        customer.fault.or(self.fault)
    }
}
