//! `bank.toml`: what one demo bank is called, who its only client is, and whom it knows.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use ipse_jose::JwkSet;
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
    /// Which of the demo's looks its pages have.
    pub look: Look,
    /// `trust_framework` of what it vouches for.
    pub trust_framework: String,
    /// `assurance_level` of what it vouches for.
    pub assurance_level: String,
    /// A lie or a weakness on purpose, for tests: in everything this bank answers.
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
    /// Name shown to customers.
    pub name: String,
    /// Matched exactly.
    pub redirect_uris: Vec<String>,
    /// Keys for `private_key_jwt` (`use: sig`) and for encrypting userinfo (`use: enc`).
    pub jwks: JwkSet,
}

/// A customer whom the bank once identified in a branch.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// What the customer signs in with.
    pub id: String,
    /// Given name.
    pub given_name: String,
    /// Family name.
    pub family_name: String,
    /// `YYYY-MM-DD`.
    pub birthdate: String,
    /// ISO 3166-1 alpha-2 codes.
    pub nationalities: Vec<String>,
    /// Belgian national number, eleven digits.
    pub national_number: String,
    /// Number of the identity card that the bank read.
    pub document_number: String,
    /// When that card expires, `YYYY-MM-DD`.
    pub document_expiry: String,
    /// When the bank identified the customer, RFC 3339 with seconds.
    pub verified_at: String,
    /// Whether the sign-in page offers the customer as a choice.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub listed: bool,
    /// A fault for this customer only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

fn yes() -> bool {
    true
}

/// How a bank's pages look. Each bank has its own, so that one sees whose site one is on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// Harbour blue.
    Anker,
    /// Lime-tree green.
    Linde,
}

impl Look {
    /// The word in cookie names and style classes.
    pub fn as_str(self) -> &'static str {
        match self {
            Look::Anker => "anker",
            Look::Linde => "linde",
        }
    }
}

/// What a bank may do wrong on purpose, so that tests can see that the scheme does not fall for it.
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
    /// Userinfo is answered by an error.
    Unavailable,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {0}")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// The file does not say what it must.
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
