//! Attributes: what a partner may ask to know of a person.

use ipse_texts::Language;

use crate::person::Attributes;

/// One attribute: its name, and its value for a person.
struct Attribute {
    name: &'static str,
    value: fn(&Attributes, Language) -> String,
}

/// Every attribute. Its label is the text `attribute-NAME` (with `-` for `_`).
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

/// The names of all attributes.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|a| a.name)
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
