//! Paths of the endpoints, under the issuer.

/// OpenID Connect Discovery.
pub const CONFIGURATION: &str = "/.well-known/openid-configuration";
/// RFC 8414.
pub const METADATA: &str = "/.well-known/oauth-authorization-server";
/// The public keys of the scheme.
pub const JWKS: &str = "/jwks";
/// Pushed authorization requests (RFC 9126).
pub const PAR: &str = "/par";
/// Authorization endpoint.
pub const AUTHORIZE: &str = "/authorize";
/// Token endpoint.
pub const TOKEN: &str = "/token";
/// Userinfo endpoint.
pub const USERINFO: &str = "/userinfo";
/// Revocation (RFC 7009).
pub const REVOKE: &str = "/revoke";
