//! A change of a contract: which, and what changes.

use ipse_protocol::terms::FieldKind;
use ipse_protocol::view::Field;

use super::members::{Members, member_text};
use super::{Problem, row};
use crate::view::Sentences;

#[derive(Debug)]
pub(super) struct Contract {
    contract: String,
    change: String,
    reference: Option<String>,
}

impl Contract {
    pub(super) fn read(members: &mut Members<'_>) -> Result<Self, Problem> {
        Ok(Self {
            contract: member_text!(members, "contract", 100)?,
            change: member_text!(members, "change", 500)?,
            reference: match members.has("reference") {
                true => Some(member_text!(members, "reference", 140)?),
                false => None,
            },
        })
    }

    pub(super) fn rows(&self, sentences: &Sentences<'_>) -> Vec<Field> {
        let mut rows = vec![
            row(
                FieldKind::Text,
                "contract",
                self.contract.clone(),
                sentences,
            ),
            row(FieldKind::Text, "change", self.change.clone(), sentences),
        ];
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
