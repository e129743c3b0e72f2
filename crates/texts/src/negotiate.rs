//! Which language a request prefers.

use crate::Language;

/// Later entries of a list of languages are ignored.
const MAX_ENTRIES: usize = 16;

impl Language {
    /// The language to use for `ui_locales`: tags separated by spaces, the preferred one first (OpenID Connect Core
    /// §3.1.2.1). `None` if Ipse speaks none of them.
    #[must_use]
    pub fn from_ui_locales(value: &str) -> Option<Self> {
        value.split(' ').take(MAX_ENTRIES).find_map(Self::parse)
    }

    /// The language to use for an `Accept-Language` header (RFC 9110 §12.5.4). `None` if Ipse speaks none of them.
    #[must_use]
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut entries: Vec<(&str, u16)> = header
            .split(',')
            .take(MAX_ENTRIES)
            .filter_map(weighted)
            .collect();
        // The sort is stable, so of two entries with the same weight the first one is preferred.
        entries.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        entries.into_iter().find_map(|(tag, _)| Self::parse(tag))
    }
}

/// The tag of an entry and its weight in thousandths. `None` if the weight is zero ("not acceptable") or unreadable.
fn weighted(entry: &str) -> Option<(&str, u16)> {
    let mut parts = entry.split(';').map(str::trim);
    let tag = parts.next()?;
    let weight = match parts.find_map(|part| part.strip_prefix("q=")) {
        None => 1.0,
        Some(text) => text.parse::<f32>().ok()?,
    };
    (weight > 0.0 && weight <= 1.0).then_some((tag, (weight * 1000.0) as u16))
}
