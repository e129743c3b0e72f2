//! What a service of type `share` registers: why it asks, and for what.

use ipse_texts::Localized;
use serde::{Deserialize, Serialize};

use super::{RegistrationProblem, SCOPES, Service, ServiceType};
use crate::claim::Claim;

/// The longest purpose or reason, in characters.
const LONGEST: usize = 200;

/// An attribute that a service may request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceAttribute {
    /// The claim.
    pub claim: Claim,
    /// Whether the service cannot be given without it. A request must say so too.
    #[serde(default)]
    pub essential: bool,
}

impl Service {
    /// The attribute of a claim, if it is registered. One that says that another is verified comes with that one.
    fn attribute(&self, claim: Claim) -> Option<ServiceAttribute> {
        let claim = claim.with().unwrap_or(claim);
        self.attributes.iter().copied().find(|a| a.claim == claim)
    }

    /// Whether it may release a claim.
    pub(crate) fn may_release(&self, claim: Claim) -> bool {
        let registered = match self.kind {
            ServiceType::Share => self.attribute(claim).is_some(),
            ServiceType::Login | ServiceType::Confirm | ServiceType::Sign => {
                self.scopes.iter().any(|scope| scope == claim.scope())
            }
        };
        registered && claim.services().contains(&self.kind)
    }

    /// Whether it cannot be given without a claim.
    pub(crate) fn is_essential(&self, claim: Claim) -> bool {
        self.attribute(claim).is_some_and(|a| a.essential)
    }

    /// Whether a request may name a scope. What a service of type `share` may release is said by its attributes.
    pub(crate) fn knows_scope(&self, scope: &str) -> bool {
        match self.kind {
            ServiceType::Share => SCOPES.contains(&scope),
            ServiceType::Login => self.scopes.iter().any(|known| known == scope),
            // They tell the partner nothing about the person.
            ServiceType::Confirm | ServiceType::Sign => false,
        }
    }
}

/// Checks what a service registered for its type.
pub(super) fn check(service: &Service) -> Result<(), RegistrationProblem> {
    let refuse = |reason: String| {
        Err(RegistrationProblem::Service {
            code: service.code.clone(),
            reason,
        })
    };
    let (attributes, reasons) = (&service.attributes, &service.reasons);
    if service.kind != ServiceType::Share {
        let none = service.purpose.is_none() && attributes.is_empty() && reasons.is_empty();
        return if none && service.legal_basis.is_none() {
            Ok(())
        } else {
            refuse("purpose, attributes, reasons and legal_basis are for the type share".to_owned())
        };
    }
    if attributes.is_empty() {
        return refuse("attributes: list at least one, in a file (--from)".to_owned());
    }
    if !service.purpose.as_ref().is_some_and(are_sentences) {
        return refuse(format!(
            "purpose: say in 1 to {LONGEST} printable characters what the service is for, in nl, fr, de and en"
        ));
    }
    for (at, attribute) in attributes.iter().enumerate() {
        let claim = attribute.claim;
        if attributes[..at].iter().any(|a| a.claim == claim) {
            return refuse(format!("attributes: {} is there twice", claim.as_str()));
        }
        if claim.with().is_some() || !claim.services().contains(&ServiceType::Share) {
            return refuse(format!("attributes: {} cannot be listed", claim.as_str()));
        }
        if !reasons.get(&claim).is_some_and(are_sentences) {
            return refuse(format!(
                "reasons: say in 1 to {LONGEST} printable characters why {} is needed, in nl, fr, de and en",
                claim.as_str()
            ));
        }
    }
    let unlisted = |claim: &&Claim| attributes.iter().all(|a| a.claim != **claim);
    if let Some(claim) = reasons.keys().find(unlisted) {
        return refuse(format!(
            "reasons: {} is not among the attributes",
            claim.as_str()
        ));
    }
    let basis = service.legal_basis.as_deref();
    if basis.is_some_and(|basis| !is_sentence(basis)) {
        return refuse(format!(
            "legal_basis: name the law in 1 to {LONGEST} printable characters"
        ));
    }
    if service.attribute(Claim::NationalNumber).is_some() && basis.is_none() {
        return refuse(
            "legal_basis: the national number needs one: name the law that allows it".to_owned(),
        );
    }
    Ok(())
}

fn are_sentences(texts: &Localized) -> bool {
    texts.all().all(is_sentence)
}

/// A sentence that people read follows the rules of the texts in a view.
fn is_sentence(text: &str) -> bool {
    (1..=LONGEST).contains(&text.chars().count())
        && text.trim() == text
        && ipse_protocol::text::check(text).is_ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::client::tests::shop;
    use crate::params::Params;
    use crate::request;
    use crate::request::tests::CONTEXT;

    fn sentence(text: &str) -> Localized {
        let text = text.to_owned();
        Localized {
            nl: text.clone(),
            fr: text.clone(),
            de: text.clone(),
            en: text,
        }
    }

    /// A service with these attributes; those of `essential` are essential.
    fn service(claims: &BTreeSet<Claim>, essential: &BTreeSet<Claim>) -> Service {
        Service {
            kind: ServiceType::Share,
            purpose: Some(sentence("Become a customer")),
            attributes: claims
                .iter()
                .map(|claim| ServiceAttribute {
                    claim: *claim,
                    essential: essential.contains(claim),
                })
                .collect(),
            reasons: claims
                .iter()
                .map(|claim| (*claim, sentence("Why")))
                .collect(),
            legal_basis: Some("Law of 8 August 1983".to_owned()),
            ..Service::login("KLANT")
        }
    }

    fn some_claims() -> impl Strategy<Value = BTreeSet<Claim>> {
        let own: Vec<Claim> = Claim::ALL
            .iter()
            .copied()
            .filter(|claim| claim.with().is_none())
            .collect();
        let most = own.len();
        proptest::sample::subsequence(own, 1..=most).prop_map(|some| some.into_iter().collect())
    }

    fn problem(change: impl FnOnce(&mut Service)) -> String {
        let claims = BTreeSet::from([Claim::Name, Claim::Address]);
        let mut service = service(&claims, &claims);
        change(&mut service);
        match check(&service) {
            Ok(()) => String::new(),
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn a_share_service_says_what_for_and_why() {
        assert_eq!(problem(|_| {}), "");
        for (text, part) in [
            (problem(|s| s.attributes.clear()), "attributes"),
            (problem(|s| s.purpose = None), "purpose"),
            (problem(|s| s.purpose = Some(sentence(" x"))), "purpose"),
            (problem(|s| drop(s.reasons.remove(&Claim::Name))), "reasons"),
            (
                problem(|s| drop(s.reasons.insert(Claim::Gender, sentence("Why")))),
                "gender is not among",
            ),
            (
                problem(|s| s.attributes.push(s.attributes[0])),
                "there twice",
            ),
            (
                problem(|s| {
                    s.attributes.push(ServiceAttribute {
                        claim: Claim::EmailVerified,
                        essential: false,
                    });
                }),
                "cannot be listed",
            ),
            (
                problem(|s| s.kind = ServiceType::Login),
                "are for the type share",
            ),
            (
                problem(|s| {
                    let claim = Claim::NationalNumber;
                    s.legal_basis = None;
                    s.reasons.insert(claim, sentence("Why"));
                    s.attributes.push(ServiceAttribute {
                        claim,
                        essential: true,
                    });
                }),
                "the national number needs one",
            ),
        ] {
            assert!(text.contains(part), "{text:?} has no {part:?}");
        }
    }

    #[test]
    fn t40_a_share_service_releases_what_it_registered() {
        let claims = BTreeSet::from([Claim::Email, Claim::Name]);
        let service = service(&claims, &claims);
        for claim in [Claim::Email, Claim::EmailVerified, Claim::Name] {
            assert!(service.may_release(claim));
        }
        for claim in [
            Claim::GivenName,
            Claim::PhoneNumberVerified,
            Claim::Birthdate,
        ] {
            assert!(!service.may_release(claim), "{claim:?}");
        }
    }

    proptest! {
        /// Threat 40: what a request may release was registered and requested; essential is what both say.
        #[test]
        fn t40_a_request_keeps_within_its_registration(
            registered in some_claims(), needed in some_claims(), wanted in some_claims(), essential in some_claims(),
            scopes in proptest::sample::subsequence(SCOPES.to_vec(), 0..=SCOPES.len()),
        ) {
            let mut registration = shop();
            registration.services = vec![service(&registered, &needed)];
            let asked: serde_json::Map<String, serde_json::Value> = wanted
                .iter()
                .map(|claim| (claim.as_str().to_owned(), serde_json::json!({"essential": essential.contains(claim)})))
                .collect();
            let claims = serde_json::json!({"userinfo": asked}).to_string();
            let scope = format!("openid service:KLANT {}", scopes.join(" "));
            let params: Params = [
                ("client_id", "par_shop"), ("redirect_uri", "https://shop.example/cb"), ("response_type", "code"),
                ("nonce", "n"), ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
                ("code_challenge_method", "S256"), ("scope", scope.trim()), ("claims", claims.as_str()),
            ].into_iter().collect();
            let request = request::pushed(&params, &registration, &CONTEXT).map_err(|e| TestCaseError::fail(e.description))?;
            for claim in request.claims.all() {
                let own = claim.with().unwrap_or(claim);
                prop_assert!(registered.contains(&own), "{claim:?} was not registered");
                prop_assert!(wanted.contains(&claim) || scopes.contains(&claim.scope()), "{claim:?} was not requested");
            }
            for claim in registered.intersection(&wanted) {
                prop_assert!(request.claims.all().contains(claim), "{claim:?} is lost");
                let both = essential.contains(claim) && needed.contains(claim);
                prop_assert_eq!(request.claims.essential.contains(claim), both);
            }
        }
    }
}
