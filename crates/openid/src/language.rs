//! The four languages, and which one a request asks for.

use serde::{Deserialize, Serialize};

/// A language that pages and views are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Dutch.
    Nl,
    /// French.
    Fr,
    /// German.
    De,
    /// English.
    En,
}

/// More entries than this in a list of languages are not read.
const MAX_ENTRIES: usize = 16;

impl Language {
    /// Every language, in the order in which pages offer them.
    pub const ALL: [Language; 4] = [Language::Nl, Language::Fr, Language::De, Language::En];

    /// The BCP 47 tag.
    pub const fn as_str(self) -> &'static str {
        match self {
            Language::Nl => "nl",
            Language::Fr => "fr",
            Language::De => "de",
            Language::En => "en",
        }
    }

    /// The language of a BCP 47 tag, by its primary subtag: `nl-BE` is Dutch.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.as_str().eq_ignore_ascii_case(primary))
    }

    /// The first language that we speak in `ui_locales` (OpenID Connect Core §3.1.2.1: space-separated, by
    /// preference).
    pub fn from_ui_locales(value: &str) -> Option<Self> {
        value.split(' ').take(MAX_ENTRIES).find_map(Self::parse)
    }

    /// The best language that we speak in an `Accept-Language` header (RFC 9110 §12.5.4).
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for entry in header.split(',').take(MAX_ENTRIES) {
            let mut parts = entry.split(';');
            let Some(language) = Self::parse(parts.next().unwrap_or_default().trim()) else {
                continue;
            };
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(Some(1000), weight)
                .unwrap_or(0);
            // An earlier entry wins a tie: browsers list the preferred one first.
            if weight > 0 && best.is_none_or(|(known, _)| weight > known) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// A quality value in thousandths.
fn weight(text: &str) -> Option<u16> {
    let value: f32 = text.trim().parse().ok()?;
    (0.0..=1.0)
        .contains(&value)
        .then_some((value * 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_locale_wins() {
        assert_eq!(
            Language::from_ui_locales("es-ES fr-BE nl"),
            Some(Language::Fr)
        );
        assert_eq!(Language::from_ui_locales("es"), None);
        assert_eq!(Language::from_ui_locales(""), None);
    }

    #[test]
    fn accept_language_is_weighed() {
        assert_eq!(
            Language::from_accept_language("es, de;q=0.5, nl-BE;q=0.9, en;q=0.9"),
            Some(Language::Nl)
        );
        assert_eq!(
            Language::from_accept_language("fr;q=0, en;q=0.1"),
            Some(Language::En)
        );
        assert_eq!(Language::from_accept_language("*;q=x,,;;"), None);
    }
}
