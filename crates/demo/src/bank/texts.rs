//! The texts of the pages of banks and of the mailbox, from the Fluent files in `texts/`, and the language of a page.

use axum::http::{HeaderMap, header};
use ipse_texts::{Language, Texts, TextsError, Value};
use jiff::civil::Date;

/// The texts of this crate.
///
/// # Errors
/// A file has a mistake.
pub fn load() -> Result<Texts, TextsError> {
    Texts::new([
        (Language::Nl, include_str!("../../texts/nl.ftl")),
        (Language::Fr, include_str!("../../texts/fr.ftl")),
        (Language::De, include_str!("../../texts/de.ftl")),
        (Language::En, include_str!("../../texts/en.ftl")),
    ])
}

/// The choice on the page (`?lang=`), else what the client asked for (`ui_locales`), else what the browser prefers, else
/// Dutch.
pub fn language(headers: &HeaderMap, query: Option<&str>, ui_locales: &str) -> Language {
    let chosen = || {
        url::form_urlencoded::parse(query?.as_bytes())
            .find(|(name, _)| name == "lang")
            .and_then(|(_, tag)| Language::parse(&tag))
    };
    let browser = || {
        let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        Language::from_accept_language(accepted)
    };
    chosen()
        .or_else(|| Language::from_ui_locales(ui_locales))
        .or_else(browser)
        .unwrap_or(Language::Nl)
}

/// A date as people write it in this language.
pub fn date(texts: &Texts, language: Language, date: Date) -> String {
    let variables: [(&str, Value<'_>); 3] = [
        ("day", i64::from(date.day()).into()),
        ("month", i64::from(date.month()).into()),
        ("year", date.year().to_string().into()),
    ];
    texts.with(language, "date", &variables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_as_in_the_language() {
        let texts = load().expect("the texts load");
        let (first, other) = (Date::constant(1971, 3, 1), Date::constant(2032, 12, 14));
        for (language, expected) in [
            (Language::Nl, ["1 maart 1971", "14 december 2032"]),
            (Language::Fr, ["1er mars 1971", "14 décembre 2032"]),
            (Language::De, ["1. März 1971", "14. Dezember 2032"]),
            (Language::En, ["1 March 1971", "14 December 2032"]),
        ] {
            assert_eq!(
                [first, other].map(|day| date(&texts, language, day)),
                expected
            );
        }
    }

    #[test]
    fn the_page_then_the_client_then_the_browser_choose_the_language() {
        let mut headers = HeaderMap::new();
        assert_eq!(language(&headers, None, ""), Language::Nl);
        headers.insert(
            header::ACCEPT_LANGUAGE,
            "en;q=0.5, fr".parse().expect("a header"),
        );
        assert_eq!(language(&headers, None, ""), Language::Fr);
        assert_eq!(language(&headers, Some("x=1"), "es de"), Language::De);
        assert_eq!(language(&headers, Some("lang=en"), "de"), Language::En);
    }

    #[test]
    fn every_key_exists_and_every_text_is_used() {
        let texts = load().expect("the texts load");
        let sources = [
            include_str!("../../templates/bank_agree.html"),
            include_str!("../../templates/bank_layout.html"),
            include_str!("../../templates/bank_message.html"),
            include_str!("../../templates/bank_sign_in.html"),
            include_str!("../../templates/mailbox.html"),
            include_str!("pages.rs"),
            include_str!("routes/agree.rs"),
            include_str!("routes/home.rs"),
            include_str!("texts.rs"),
        ];
        for source in sources {
            let unknown = texts
                .messages()
                .unknown_in(source, &["frame.text", "self.text"]);
            assert!(unknown.is_empty(), "no texts for {unknown:?}");
        }
        let unused = texts.messages().unused_in(&sources);
        assert!(unused.is_empty(), "unused: {unused:?}");
    }
}
