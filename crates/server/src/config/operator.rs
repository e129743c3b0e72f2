//! `[[operator]]` in `scheme.toml`.

use ipse_jose::JwkSet;
use serde::{Deserialize, Serialize};

/// Keystore purpose of the key with which the scheme authenticates at operators (`private_key_jwt`).
pub const OPERATOR_CLIENT_KEY: &str = "operators/client";

/// One operator. Its signatures are accepted only under the keys listed here.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorConfig {
    /// Name that people know.
    pub name: String,
    /// `iss` of its statements, `source` of its events, audience of the scheme's client assertions.
    pub issuer: String,
    /// Origin of its `/sim-controller/v1`.
    pub url: String,
    /// The scheme's name at this operator.
    pub client_id: String,
    /// Its pinned public keys (ES256).
    pub jwks: JwkSet,
    /// Origin of the simulated handset; demo profile only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handset_url: Option<String>,
}
