//! What a service of type `share` registers: why it asks, and for what.

use std::collections::BTreeMap;

use ipse_texts::Localized;
use serde::{Deserialize, Serialize};

use super::{RegistrationProblem, Service, ServiceType};
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

/// The members of a service of type `share`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// What the service is for. People read it above what is asked.
    pub purpose: Localized,
    /// What it may request, in the order in which people are shown it.
    pub attributes: Vec<ServiceAttribute>,
    /// Why it needs each of them.
    pub reasons: BTreeMap<Claim, Localized>,
    /// The law that lets it ask for the national number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
}

impl Share {
    /// The attribute of a claim, if it is registered.
    pub fn attribute(&self, claim: Claim) -> Option<ServiceAttribute> {
        self.attributes.iter().copied().find(|a| a.claim == claim)
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
    let share = match (&service.share, service.kind) {
        (Some(share), ServiceType::Share) => share,
        (None, ServiceType::Share) => {
            return refuse("add purpose, attributes and reasons, in a file (--from)".to_owned());
        }
        (Some(_), _) => {
            return refuse(
                "purpose, attributes, reasons and legal_basis are for the type share".to_owned(),
            );
        }
        (None, _) => return Ok(()),
    };
    if share.attributes.is_empty() {
        return refuse("attributes: list at least one".to_owned());
    }
    if !share.purpose.all().all(is_sentence) {
        return refuse(format!(
            "purpose: say in 1 to {LONGEST} printable characters what the service is for, in nl, fr, de and en"
        ));
    }
    for (at, attribute) in share.attributes.iter().enumerate() {
        let claim = attribute.claim;
        if share.attributes[..at].iter().any(|a| a.claim == claim) {
            return refuse(format!("attributes: {} is there twice", claim.as_str()));
        }
        let reason = share.reasons.get(&claim);
        if !reason.is_some_and(|reason| reason.all().all(is_sentence)) {
            return refuse(format!(
                "reasons: say in 1 to {LONGEST} printable characters why {} is needed, in nl, fr, de and en",
                claim.as_str()
            ));
        }
    }
    if let Some(claim) = share.reasons.keys().find(|claim| share.attribute(**claim).is_none()) {
        return refuse(format!(
            "reasons: {} is not among the attributes",
            claim.as_str()
        ));
    }
    let basis = share.legal_basis.as_deref();
    if basis.is_some_and(|basis| !is_sentence(basis)) {
        return refuse(format!(
            "legal_basis: name the law in 1 to {LONGEST} printable characters"
        ));
    }
    if share.attribute(Claim::NationalNumber).is_some() && basis.is_none() {
        return refuse(
            "legal_basis: the national number needs one: name the law that allows it".to_owned(),
        );
    }
    Ok(())
}

/// A sentence that people read follows the rules of the texts in a view.
fn is_sentence(text: &str) -> bool {
    (1..=LONGEST).contains(&text.chars().count())
        && text.trim() == text
        && ipse_protocol::text::check(text).is_ok()
}
