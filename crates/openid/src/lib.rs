//! OpenID Connect as pure functions: what a partner registered, what it asks, whether it is who it says, and what
//! it gets.
//!
//! Nothing here does I/O, reads a clock or draws randomness: the caller brings the bytes, the time and the keys, so
//! that every rule can be tested, fuzzed and read alone. State (pushed requests, codes, spent assertions) belongs to
//! the scheme; the HTTP face belongs to the server.
//!
//! The order of a login, and where each step stands:
//!
//! 1. [`authn`]: the client authenticates at `/par` (RFC 9126) and later at `/token`.
//! 2. [`request`]: its parameters become an [`request::AuthorizationRequest`], or a typed refusal.
//! 3. [`response`]: the browser goes back with a code or an error, and always with `iss` (RFC 9207).
//! 4. [`grant`]: the code is redeemed, with PKCE (RFC 7636).
//! 5. [`tokens`] and [`disclosure`]: ID token and userinfo, never more than was asked, shown and approved.

pub mod authn;
pub mod client;
pub mod client_keys;
pub mod disclosure;
pub mod discovery;
pub mod error;
pub mod grant;
pub mod params;
pub mod redirect;
pub mod request;
pub mod response;
pub mod tokens;

pub use error::{OAuthError, OAuthErrorCode};
pub use ipse_protocol::terms::Level;
pub use params::Params;
