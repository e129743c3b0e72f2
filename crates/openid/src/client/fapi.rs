//! FAPI 2.0 Security Profile (§5.3.2): what a client that is registered `fapi` cannot be.

use super::{AssertionAudience, Authentication, IdTokenAlg, Pkce, Registration};

/// The choices of a registration that the profile forbids. What is not chosen is `false`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Choices {
    /// It authenticates with a secret.
    pub(crate) secret: bool,
    /// It may send requests that are not pushed.
    pub(crate) plain: bool,
    /// Its access tokens are bound to no key.
    pub(crate) bearer: bool,
    /// It may leave out PKCE.
    pub(crate) without_pkce: bool,
    /// Its assertions may have an endpoint as audience.
    pub(crate) endpoint: bool,
    /// Its ID tokens are RS256.
    pub(crate) id_token_rs256: bool,
    /// Its userinfo is RS256.
    pub(crate) userinfo_rs256: bool,
    /// It has a key for neither ES256 nor PS256.
    pub(crate) rs256_key: bool,
}

impl Choices {
    /// Each member that contradicts `fapi`, and why.
    pub(crate) fn contradictions(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        [
            (
                self.secret,
                "token_endpoint_auth_method",
                "only private_key_jwt",
            ),
            (
                self.plain,
                "require_pushed_authorization_requests",
                "requests are pushed",
            ),
            (
                self.bearer,
                "dpop_bound_access_tokens",
                "access tokens are bound to a key",
            ),
            (self.without_pkce, "pkce", "PKCE is required"),
            (self.endpoint, "assertion_audience", "only the issuer"),
            (
                self.id_token_rs256,
                "id_token_signed_response_alg",
                "only ES256",
            ),
            (
                self.userinfo_rs256,
                "userinfo_signed_response_alg",
                "only ES256, or none",
            ),
            (self.rs256_key, "jwks", "keys are for ES256 or PS256"),
        ]
        .into_iter()
        .filter(|(chosen, ..)| *chosen)
        .map(|(_, member, reason)| (member, reason))
    }
}

impl Registration {
    /// What contradicts `fapi`, if the client is registered so.
    pub(super) fn against_fapi(&self) -> Option<(&'static str, &'static str)> {
        if !self.fapi {
            return None;
        }
        let rs256 = |alg| alg == Some(IdTokenAlg::RS256);
        let mut choices = Choices {
            plain: !self.require_par,
            bearer: !self.dpop_bound_access_tokens,
            without_pkce: self.pkce != Pkce::Required,
            id_token_rs256: rs256(Some(self.id_token_alg)),
            userinfo_rs256: rs256(self.userinfo_signed_response_alg),
            ..Choices::default()
        };
        match &self.authentication {
            Authentication::PrivateKeyJwt { jwks, audience } => {
                choices.endpoint = *audience != AssertionAudience::Issuer;
                choices.rs256_key = !jwks.are_fapi();
            }
            Authentication::ClientSecretBasic { .. } | Authentication::ClientSecretPost { .. } => {
                choices.secret = true;
            }
        }
        choices.contradictions().next()
    }
}
