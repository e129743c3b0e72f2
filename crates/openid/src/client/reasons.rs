//! Why a client has weaker or unusual rules.

use super::{
    AssertionAudience, Authentication, Pkce, Registration, RegistrationProblem, ResponseMode,
};

/// Members that may have a reason.
pub const WITH_REASON: [&str; 8] = [
    "assertion_audience",
    "claims_in_id_token",
    "id_token_signed_response_alg",
    "pkce",
    "require_pushed_authorization_requests",
    "response_modes",
    "token_endpoint_auth_method",
    "userinfo_signed_response_alg",
];

impl Registration {
    /// The members in which this client has weaker rules than a new one, or tells more to a browser.
    pub fn weaker(&self) -> Vec<&'static str> {
        let (keys, endpoint) = match &self.authentication {
            Authentication::PrivateKeyJwt { audience, .. } => {
                (true, *audience != AssertionAudience::Issuer)
            }
            Authentication::ClientSecretBasic { .. } | Authentication::ClientSecretPost { .. } => {
                (false, false)
            }
        };
        [
            ("assertion_audience", endpoint),
            ("claims_in_id_token", self.claims_in_id_token),
            ("pkce", self.pkce != Pkce::Required),
            // Software with a secret cannot push its requests, as a rule.
            (
                "require_pushed_authorization_requests",
                keys && !self.require_par,
            ),
            (
                "response_modes",
                self.response_modes.contains(&ResponseMode::FormPost),
            ),
        ]
        .into_iter()
        .filter_map(|(member, weaker)| weaker.then_some(member))
        .collect()
    }

    /// The members that are weaker than they were `before`, without a reason. What a client had keeps its rule.
    pub fn without_reason(&self, before: Option<&Self>) -> Vec<&'static str> {
        let had = before.map(Self::weaker).unwrap_or_default();
        let mut members = self.weaker();
        members.retain(|member| !had.contains(member) && !self.reasons.contains_key(*member));
        members
    }

    /// A reason belongs to a member that may have one. What needs one in any case has it.
    pub(super) fn check_reasons(&self) -> Result<(), RegistrationProblem> {
        if self.pkce != Pkce::Required && !self.reasons.contains_key("pkce") {
            return Err(RegistrationProblem::Reason("pkce".to_owned()));
        }
        let is_reason = |(name, reason): (&String, &String)| {
            WITH_REASON.contains(&name.as_str())
                && (1..=200).contains(&reason.chars().count())
                && ipse_protocol::text::check(reason).is_ok()
        };
        match self.reasons.iter().find(|pair| !is_reason(*pair)) {
            Some((name, _)) => Err(RegistrationProblem::Reason(name.clone())),
            None => Ok(()),
        }
    }
}
