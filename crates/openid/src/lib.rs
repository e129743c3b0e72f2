//! OpenID Connect as pure functions: registrations, requests, client authentication and tokens.
//!
//! Nothing here does I/O, reads a clock or uses randomness. The caller passes the bytes, the time and the keys, so that
//! each rule can be tested and fuzzed separately. The scheme keeps the state: pushed requests, codes, used assertions. The
//! server speaks HTTP.
//!
//! The steps of a login:
//!
//! 1. [`authn`]: the client authenticates at `/par` (RFC 9126) and later at `/token`.
//! 2. [`request`]: its parameters become a [`request::AuthorizationRequest`] or a typed refusal.
//! 3. [`response`]: the browser returns to the client with a code or an error, and always with `iss` (RFC 9207).
//! 4. [`grant`]: the client redeems the code, with PKCE (RFC 7636).
//! 5. [`tokens`] and [`disclosure`]: the ID token and userinfo, with no more than was requested, shown and approved.

pub mod access_token;
pub mod authn;
pub mod claim;
pub mod client;
pub mod client_keys;
pub mod details;
pub mod disclosure;
pub mod discovery;
pub mod dpop;
pub mod error;
mod extensions;
pub mod grant;
pub mod metadata;
pub mod params;
pub mod path;
pub mod redirect;
pub mod request;
pub mod response;
mod token_text;
pub mod tokens;
pub mod verified;

pub use error::{OAuthError, OAuthErrorCode};
pub use ipse_protocol::terms::Level;
pub use params::Params;
