//! An order: what, how often, and perhaps for how much.

use ipse_protocol::terms::FieldKind;
use ipse_protocol::view::Field;
use ipse_texts::Language;
use serde_json::Value;

use super::members::{Members, member_text};
use super::money::Money;
use super::{Problem, row};
use crate::view::Sentences;

/// The most items of an order.
const MOST_ITEMS: usize = 20;

#[derive(Debug)]
pub(super) struct Order {
    items: Vec<Item>,
    total: Option<Money>,
    reference: Option<String>,
}

#[derive(Debug)]
struct Item {
    quantity: u64,
    description: String,
}

impl Order {
    pub(super) fn read(members: &mut Members<'_>) -> Result<Self, Problem> {
        let list = members
            .take("items")
            .and_then(Value::as_array)
            .filter(|list| (1..=MOST_ITEMS).contains(&list.len()))
            .ok_or(Problem(
                "authorization_details: items must be a list of 1 to 20 objects with description and quantity",
            ))?;
        let items = list.iter().map(Item::read).collect::<Result<_, _>>()?;
        let total = match members.has("amount") || members.has("currency") {
            true => Some(Money::read(members)?),
            false => None,
        };
        let reference = match members.has("reference") {
            true => Some(member_text!(members, "reference", 140)?),
            false => None,
        };
        Ok(Self {
            items,
            total,
            reference,
        })
    }

    pub(super) fn rows(&self, language: Language, sentences: &Sentences<'_>) -> Vec<Field> {
        let mut rows = Vec::new();
        if let Some(total) = &self.total {
            rows.push(row(
                FieldKind::Amount,
                "total",
                total.show(language),
                sentences,
            ));
        }
        for item in &self.items {
            let text = format!("{}\u{a0}\u{d7} {}", item.quantity, item.description);
            rows.push(row(FieldKind::Text, "item", text, sentences));
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

impl Item {
    fn read(value: &Value) -> Result<Self, Problem> {
        let object = value.as_object().ok_or(Problem(
            "authorization_details: each of items must be an object with description and quantity",
        ))?;
        let mut members = Members::nested(object);
        let description = member_text!(members, "description", 100)?;
        let quantity = members
            .take("quantity")
            .and_then(Value::as_u64)
            .filter(|quantity| (1..=9999).contains(quantity))
            .ok_or(Problem(
                "authorization_details: quantity must be a whole number from 1 to 9999",
            ))?;
        members.end()?;
        Ok(Self {
            quantity,
            description,
        })
    }
}
