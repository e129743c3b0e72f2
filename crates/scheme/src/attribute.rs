//! Attributes: what a partner may ask to know of a person.

use std::collections::BTreeMap;

use ipse_protocol::terms::FieldKind;
use ipse_protocol::view::{Choice, Field, View};
use ipse_store::device::Device;
use ipse_texts::Language;
use serde_json::Value;

use crate::error::Error;
use crate::person::Attributes;
use crate::view::Sentences;

/// One attribute: its name, and its value for a person.
struct Attribute {
    name: &'static str,
    value: fn(&Attributes, Language) -> String,
}

/// The attributes that everybody has. The label of each is the text `attribute-NAME` (with `-` for `_`).
const ALL: &[Attribute] = &[
    Attribute {
        name: "name",
        value: |known, _| known.name(),
    },
    Attribute {
        name: "given_name",
        value: |known, _| known.given_name.clone(),
    },
    Attribute {
        name: "family_name",
        value: |known, _| known.family_name.clone(),
    },
    Attribute {
        name: "locale",
        value: |_, language| language.tag().to_owned(),
    },
];

/// What only some people have: one row of the view, which covers several claims.
struct Extra {
    /// The claim without which the row is not shown. Its label is the text `attribute-NAME`, and `missing-NAME` what the row says of
    /// somebody who does not have it.
    name: &'static str,
    /// Claims that the row covers too, if they are wanted, each with what is released for it.
    beside: &'static [(&'static str, &'static str)],
    value: fn(&Extras) -> Option<&str>,
}

const EXTRAS: &[Extra] = &[Extra {
    name: EMAIL,
    // Only a verified address is kept.
    beside: &[("email_verified", "true")],
    value: |known| known.email.as_deref(),
}];

const EMAIL: &str = "email";

/// What is known of a person beside [`Attributes`].
#[derive(Default)]
pub(crate) struct Extras {
    /// The verified e-mail address.
    pub(crate) email: Option<String>,
    /// The photo.
    pub(crate) photo: Option<Vec<u8>>,
}

/// Everything that a partner may ask to know of a person, as of one moment.
pub(crate) struct Known<'a> {
    /// What a registrar vouched for.
    pub(crate) person: &'a Attributes,
    /// What else there is.
    pub(crate) extras: &'a Extras,
    /// The person's language.
    pub(crate) language: Language,
    /// The phone that claimed the request.
    pub(crate) device: &'a Device,
    /// Since when the SIM card is the same, seconds; none without one.
    pub(crate) sim_since: Option<i64>,
    /// Milliseconds.
    pub(crate) now: i64,
}

/// What a view contains, and what its rows give.
#[derive(Default)]
pub(crate) struct Contents {
    /// The purpose, where the partner registered it.
    pub(crate) purpose: Option<String>,
    /// Names and values of what would be shared.
    pub(crate) attributes: Vec<(&'static str, String)>,
    /// Rows.
    pub(crate) fields: Vec<Field>,
    /// What the person can choose.
    pub(crate) choices: Vec<Choice>,
    /// What the rows give, by claim; none where the texts of the view are what is given.
    pub(crate) given: Option<BTreeMap<String, Value>>,
}

/// Whether a request needs the photo.
pub(crate) fn wants_photo(wanted: &[&str]) -> bool {
    wanted.contains(&"picture")
}

/// Whether a request needs the e-mail address.
pub(crate) fn wants_email(wanted: &[&str]) -> bool {
    wanted.contains(&EMAIL)
}

/// The names of all attributes.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|a| a.name)
}

/// The names of what only some people have.
#[cfg(test)]
pub(crate) fn extra_names() -> impl Iterator<Item = &'static str> {
    EXTRAS.iter().map(|extra| extra.name)
}

/// The wanted attributes with their values, in the wanted order. Exactly these are shown, and no others are released.
pub(crate) fn values(
    wanted: &[&str],
    known: &Attributes,
    language: Language,
) -> Vec<(&'static str, String)> {
    let find = |name: &&str| ALL.iter().find(|a| a.name == *name);
    wanted
        .iter()
        .filter_map(find)
        .map(|a| (a.name, (a.value)(known, language)))
        .collect()
}

/// The rows of what only some people have: its value, or that it is missing.
pub(crate) fn rows(wanted: &[&str], known: &Extras, sentences: &Sentences<'_>) -> Vec<Field> {
    let row = |extra: &Extra| {
        let beside = extra.beside.iter().map(|(claim, _)| *claim);
        let claims = std::iter::once(extra.name).chain(beside);
        let (kind, value) = match (extra.value)(known) {
            Some(value) => (FieldKind::Text, value.to_owned()),
            None => {
                let missing = sentences.get(&format!("missing-{}", extra.name));
                (FieldKind::Missing, missing)
            }
        };
        Field {
            kind: kind.as_str().to_owned(),
            label: sentences.get(&format!("attribute-{}", extra.name)),
            value,
            claims: claims
                .filter(|claim| wanted.contains(claim))
                .map(str::to_owned)
                .collect(),
        }
    };
    let wanted = EXTRAS.iter().filter(|extra| wanted.contains(&extra.name));
    wanted.map(row).collect()
}

/// What is released when a view is approved: each claim that it shows, with its value.
///
/// # Errors
/// For a row that covers a claim whose value it does not give.
pub(crate) fn released(shown: &View) -> Result<Vec<(&str, &str)>, Error> {
    shown
        .shown_claims()
        .map(|(claim, text)| {
            if shown.attributes.iter().any(|a| a.key == claim) {
                return Ok((claim, text));
            }
            // The text of a row that covers several claims is the value of one of them.
            let own = EXTRAS.iter().any(|extra| extra.name == claim);
            let beside = || {
                let mut beside = EXTRAS.iter().flat_map(|extra| extra.beside);
                beside.find(|(name, _)| *name == claim)
            };
            match (own, beside()) {
                (true, _) => Ok((claim, text)),
                (false, Some((_, value))) => Ok((claim, *value)),
                (false, None) => Err(Error::Internal("a row covers a claim without a value")),
            }
        })
        .collect()
}
