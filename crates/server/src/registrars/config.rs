//! `[[bank]]` in `scheme.toml`.

use ipse_jose::JwkSet;
use serde::{Deserialize, Serialize};

/// Keystore purpose of the key with which the scheme authenticates at banks (`private_key_jwt`, ES256).
pub const CLIENT_KEY: &str = "registrars/client";
/// Keystore purpose of the key to which banks encrypt userinfo (ECDH-ES on P-256).
pub const USERINFO_KEY: &str = "registrars/userinfo";

/// One bank. What it signs counts only under the keys that stand here, and only for the frameworks and levels that
/// were agreed with it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BankConfig {
    /// Name as people know it.
    pub name: String,
    /// OpenID issuer; its endpoints are discovered, and must be on its origin.
    pub issuer: String,
    /// The scheme's name at this bank.
    pub client_id: String,
    /// Its pinned public keys (ES256).
    pub jwks: JwkSet,
    /// Values of `verification.trust_framework` that are taken.
    pub trust_frameworks: Vec<String>,
    /// Values of `verification.assurance_level` that are taken: `substantial`, `high`.
    pub levels: Vec<String>,
    /// Values of `acr` that count as strong sign-in at this bank; any, if none are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acr_values: Vec<String>,
}
