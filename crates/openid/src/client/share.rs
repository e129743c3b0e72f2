//! What a service of type `share` registers: why it asks, and for what.

use ipse_texts::Localized;
use serde::{Deserialize, Serialize};

use super::{RegistrationProblem, SCOPES, Service, ServiceType};
use crate::disclosure::Claim;

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
            ServiceType::Login | ServiceType::Confirm | ServiceType::Sign => {
                self.scopes.iter().any(|known| known == scope)
            }
        }
    }
}

/// Checks what a service registered for its type.
pub(super) fn check(service: &Service) -> Result<(), RegistrationProblem> {
    let refuse = |reason: String| {
        Err(RegistrationProblem::Share {
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
