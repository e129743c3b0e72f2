//! A payment: who gets how much.

use ipse_protocol::terms::FieldKind;
use ipse_protocol::view::Field;
use ipse_texts::Language;

use super::members::{Members, member_text};
use super::money::Money;
use super::{Problem, row};
use crate::view::Sentences;

#[derive(Debug)]
pub(super) struct Payment {
    money: Money,
    payee: String,
    iban: Option<String>,
    reference: Option<String>,
}

impl Payment {
    pub(super) fn read(members: &mut Members<'_>) -> Result<Self, Problem> {
        let money = Money::read(members)?;
        let payee = member_text!(members, "payee", 70)?;
        let iban = match members.take("iban") {
            None => None,
            Some(value) => {
                let read = value.as_str().and_then(iban);
                Some(read.ok_or(Problem(
                    "authorization_details: iban must be an IBAN with right check digits (ISO 13616)",
                ))?)
            }
        };
        let reference = match members.has("reference") {
            false => None,
            true => Some(member_text!(members, "reference", 140)?),
        };
        Ok(Self {
            money,
            payee,
            iban,
            reference,
        })
    }

    pub(super) fn rows(&self, language: Language, sentences: &Sentences<'_>) -> Vec<Field> {
        let mut rows = vec![
            row(
                FieldKind::Amount,
                "amount",
                self.money.show(language),
                sentences,
            ),
            row(FieldKind::Text, "payee", self.payee.clone(), sentences),
        ];
        if let Some(iban) = &self.iban {
            rows.push(row(FieldKind::Iban, "iban", iban.clone(), sentences));
        }
        if let Some(reference) = &self.reference {
            rows.push(row(
                FieldKind::Text,
                "reference",
                reference.clone(),
                sentences,
            ));
        }
        rows
    }
}

/// An IBAN in groups of four, as people read it.
fn iban(text: &str) -> Option<String> {
    let iban: iban::Iban = text.parse().ok()?;
    Some(iban.to_string())
}
