//! What a browser's headers tell: its language, and a name that a person recognises.

use axum::http::{HeaderMap, header};
use ipse_texts::Language;

use super::Provider;
use super::pages::Page;
use crate::request_id;

/// A page in the `wanted` language, otherwise the browser's, otherwise English.
pub fn page(provider: &Provider, headers: &HeaderMap, wanted: Option<Language>) -> Page {
    Page::new(
        provider.texts.clone(),
        wanted.or_else(|| language(headers)).unwrap_or(Language::En),
        provider.issuer(),
        request_id::of(headers),
    )
}

/// The browser's language.
pub fn language(headers: &HeaderMap) -> Option<Language> {
    text(headers, header::ACCEPT_LANGUAGE).and_then(Language::from_accept_language)
}

/// A few words for the person, such as `Firefox, Linux`. Only words from our own lists: an attacker can choose the header, so its
/// text must not get on the approval screen.
pub fn name(headers: &HeaderMap) -> String {
    let agent = text(headers, header::USER_AGENT).unwrap_or_default();
    let first = |list: &[(&str, &'static str)], other: &'static str| {
        list.iter()
            .find(|(mark, _)| agent.contains(mark))
            .map_or(other, |(_, name)| name)
    };
    // The order matters: each browser also names those below it in its header.
    let browser = first(
        &[
            ("Edg", "Edge"),
            ("OPR/", "Opera"),
            ("SamsungBrowser/", "Samsung Internet"),
            ("Firefox/", "Firefox"),
            ("FxiOS/", "Firefox"),
            ("CriOS/", "Chrome"),
            ("Chromium/", "Chromium"),
            ("Chrome/", "Chrome"),
            ("Safari/", "Safari"),
        ],
        "Browser",
    );
    let system = first(
        &[
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Windows", "Windows"),
            ("CrOS", "ChromeOS"),
            ("Macintosh", "macOS"),
            ("Linux", "Linux"),
        ],
        "",
    );
    if system.is_empty() {
        browser.to_owned()
    } else {
        format!("{browser}, {system}")
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.get(..512).unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_browsers_name_contains_only_words_of_the_list() {
        let name_of = |agent: &'static str| {
            name(&HeaderMap::from_iter([(
                header::USER_AGENT,
                HeaderValue::from_static(agent),
            )]))
        };
        assert_eq!(
            name_of("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
            "Firefox, Linux"
        );
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/143.0 Safari/537.36 Edg/143.0";
        assert_eq!(name_of(edge), "Edge, Windows");
        assert_eq!(name_of("Your bank; call 0900-123 at once"), "Browser");
        assert_eq!(name(&HeaderMap::new()), "Browser");
    }
}
