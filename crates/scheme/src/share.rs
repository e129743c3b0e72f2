//! Sharing attributes: the rows that the person reads, what they can switch off, and what the partner then gets.

use std::collections::BTreeMap;

use ipse_protocol::terms::{ChoiceKind, FieldKind};
use ipse_protocol::view::{Choice, Chosen, Field, OFF, ON, View};
use ipse_texts::Localized;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::attribute::{Contents, Known};
use crate::error::Error;
use crate::given::Given;
use crate::request::ActionRequest;
use crate::view::Sentences;

mod date;
mod rows;

use rows::{Group, ROWS, Row, Shown};

/// What a request to share has beside the names of its attributes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Details {
    /// What the service is for.
    pub purpose: Localized,
    /// What is asked, by claim.
    pub asked: BTreeMap<String, Asked>,
}

/// One attribute that is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Why.
    pub reason: Localized,
    /// Whether the service cannot be given without it.
    pub essential: bool,
    /// The values that the partner accepts; any if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<Value>,
}

impl Asked {
    /// Whether the partner accepts a value.
    fn accepts(&self, value: &Value) -> bool {
        self.expected.is_empty() || self.expected.contains(value)
    }
}

/// What a request shows of a person, and gives.
pub(crate) fn contents(
    request: &ActionRequest<'_>,
    known: &Known<'_>,
    sentences: &Sentences<'_>,
) -> Result<Contents, Error> {
    let details: Details = request.details()?;
    let mut out = Contents {
        purpose: Some(details.purpose.get(known.language).to_owned()),
        ..Contents::default()
    };
    let mut given = Given::new();
    let partner = ("partner", &*request.partner_name);
    let mut group = None;
    for row in ROWS {
        let claims = row.asked(&request.attributes);
        let Some((main, asked)) = claims
            .first()
            .and_then(|claim| Some((*claim, details.asked.get(*claim)?)))
        else {
            continue;
        };
        let essential = claims.iter().any(|claim| {
            details
                .asked
                .get(*claim)
                .is_some_and(|asked| asked.essential)
        });
        if group != Some(row.group) {
            group = Some(row.group);
            out.fields.push(heading(row.group, sentences));
        }
        let label = sentences.get(&format!("attribute-{}", row.label));
        let reason = |key: &str, value: String| Field {
            kind: FieldKind::Reason.as_str().to_owned(),
            label: sentences.with(key, &[partner]),
            value,
            claims: Vec::new(),
        };
        let Some((kind, value)) = shown(row, known, sentences) else {
            out.fields.push(Field {
                kind: FieldKind::Missing.as_str().to_owned(),
                label,
                value: sentences.get("share-missing"),
                claims: claims.iter().map(|claim| (*claim).to_owned()).collect(),
            });
            let why = asked.reason.get(known.language).to_owned();
            out.fields.push(reason(needed(essential), why));
            continue;
        };
        out.fields.push(Field {
            kind: kind.as_str().to_owned(),
            label: label.clone(),
            value,
            claims: claims.iter().map(|claim| (*claim).to_owned()).collect(),
        });
        let why = asked.reason.get(known.language).to_owned();
        out.fields.push(reason(needed(essential), why));
        let mut unexpected = false;
        for claim in &claims {
            let value = (row.value)(known, claim)
                .ok_or(Error::Internal("a row covers a claim without a value"))?;
            unexpected |= details
                .asked
                .get(*claim)
                .is_some_and(|asked| !asked.accepts(&value));
            given.insert((*claim).to_owned(), value);
        }
        if unexpected {
            let told = sentences.with("share-unexpected", &[partner]);
            out.fields.push(reason("share-attention", told));
        }
        if !essential {
            out.choices.push(Choice {
                kind: ChoiceKind::Switch.as_str().to_owned(),
                key: main.to_owned(),
                label,
                options: Vec::new(),
                default: ON.to_owned(),
            });
        }
    }
    out.fields.push(Field {
        kind: FieldKind::Text.as_str().to_owned(),
        label: sentences.get("share-after-label"),
        value: sentences.with("share-after", &[partner]),
        claims: Vec::new(),
    });
    out.given = Some(given);
    Ok(out)
}

const fn needed(essential: bool) -> &'static str {
    if essential {
        "share-needed"
    } else {
        "share-why"
    }
}

fn heading(group: Group, sentences: &Sentences<'_>) -> Field {
    Field {
        kind: FieldKind::Group.as_str().to_owned(),
        label: sentences.get(group.text()),
        value: String::new(),
        claims: Vec::new(),
    }
}

fn shown(row: &Row, known: &Known<'_>, sentences: &Sentences<'_>) -> Option<(FieldKind, String)> {
    match (row.show)(known, sentences)? {
        Shown::Text(text) => Some((FieldKind::Text, text)),
        Shown::Image(digest) => Some((FieldKind::Image, digest)),
    }
}

/// What is released when a view is approved: of the rows that it shows, those that the person did not switch off, without the
/// values that the partner does not accept.
///
/// # Errors
/// For a row that covers a claim whose value is not there.
pub(crate) fn released(
    shown: &View,
    chosen: &[Chosen],
    request: &ActionRequest<'_>,
    mut given: Given,
) -> Result<Vec<(String, Value)>, Error> {
    let details: Details = request.details()?;
    let is_off = |row: &Field| {
        let main = row.claims.first();
        chosen
            .iter()
            .any(|choice| Some(&choice.key) == main && choice.value == OFF)
    };
    let missing = FieldKind::Missing.as_str();
    let rows = shown.fields.iter().filter(|row| row.kind != missing);
    let mut released = Vec::new();
    for row in rows.filter(|row| !is_off(row)) {
        for claim in &row.claims {
            let value = given
                .remove(claim)
                .ok_or(Error::Corrupt("what a view gives"))?;
            let accepted = details
                .asked
                .get(claim)
                .is_none_or(|asked| asked.accepts(&value));
            if accepted {
                released.push((claim.clone(), value));
            }
        }
    }
    Ok(released)
}
