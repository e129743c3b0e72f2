//! `[[bank]]` in `scheme.toml`.

use ipse_jose::JwkSet;
use serde::{Deserialize, Serialize};

/// Keystore purpose of the key with which the scheme authenticates at banks (`private_key_jwt`, ES256).
pub const BANK_CLIENT_KEY: &str = "registrars/client";
/// Keystore purpose of the key to which banks encrypt userinfo (ECDH-ES on P-256).
pub const BANK_USERINFO_KEY: &str = "registrars/userinfo";

/// One bank. Its signatures are accepted only under the keys listed here, and only for the trust frameworks and levels
/// agreed with it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BankConfig {
    /// Name that people know.
    pub name: String,
    /// OpenID issuer. Its endpoints are discovered, and must be on its origin.
    pub issuer: String,
    /// The scheme's name at this bank.
    pub client_id: String,
    /// Its pinned public keys (ES256).
    pub jwks: JwkSet,
    /// Values of `verification.trust_framework` that are accepted.
    pub trust_frameworks: Vec<String>,
    /// Values of `verification.assurance_level` that are accepted: `substantial`, `high`.
    pub levels: Vec<String>,
    /// Values of `acr` that mean a strong sign-in at this bank. An empty list accepts any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acr_values: Vec<String>,
    /// Where it takes events about its customers (RFC 8935), on the origin of its issuer; none: it takes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<String>,
}
