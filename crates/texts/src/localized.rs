//! A text in all four languages, from somebody who is not part of the program.

use serde::{Deserialize, Serialize};

use crate::Language;

/// The same text in each language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Localized {
    /// Dutch.
    pub nl: String,
    /// French.
    pub fr: String,
    /// German.
    pub de: String,
    /// English.
    pub en: String,
}

impl Localized {
    /// The text in one language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Nl => &self.nl,
            Language::Fr => &self.fr,
            Language::De => &self.de,
            Language::En => &self.en,
        }
    }

    /// Every text.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        Language::ALL.into_iter().map(|language| self.get(language))
    }
}
