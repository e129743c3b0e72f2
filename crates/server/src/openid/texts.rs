//! Texts of the pages, from the Fluent files in `texts/`.

use ipse_texts::{Language, Texts, TextsError};

/// The texts of the pages.
///
/// # Errors
/// When a file has a mistake.
pub fn load() -> Result<Texts, TextsError> {
    Texts::new([
        (Language::Nl, include_str!("../../texts/nl.ftl")),
        (Language::Fr, include_str!("../../texts/fr.ftl")),
        (Language::De, include_str!("../../texts/de.ftl")),
        (Language::En, include_str!("../../texts/en.ftl")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_put_in() {
        let texts = load().unwrap();
        let minutes =
            |language, minutes: i64| texts.with(language, "time-left", &[("minutes", minutes)]);
        assert_eq!(minutes(Language::En, 0), "Valid for less than a minute");
        assert_eq!(minutes(Language::En, 1), "Valid for 1 more minute");
        assert_eq!(minutes(Language::De, 3), "Noch 3 Minuten g\u{fc}ltig");
        assert_eq!(
            texts.with(Language::Nl, "back", &[("partner", "Winkel Hoek")]),
            "Terug naar Winkel Hoek"
        );
    }

    #[test]
    fn every_key_in_a_template_exists_and_every_text_is_used() {
        let texts = load().unwrap();
        let sources = [
            include_str!("../../templates/base.html"),
            include_str!("../../templates/sign_in.html"),
            include_str!("../../templates/form_post.html"),
            include_str!("../../templates/outcome.html"),
            include_str!("../../templates/me_start.html"),
            include_str!("../../templates/me.html"),
            include_str!("../../templates/me_data.html"),
            include_str!("pages.rs"),
            include_str!("me/pages.rs"),
        ];
        for source in sources {
            let unknown = texts.messages().unknown_in(
                source,
                &[
                    "page.text",
                    "page.about",
                    "page.minutes",
                    "page.on",
                    "page.count",
                ],
            );
            assert!(unknown.is_empty(), "no texts for {unknown:?}");
        }
        for key in texts.messages().unused_in(&sources) {
            let family = ["-title", "-what", "-do"]
                .iter()
                .find_map(|end| key.strip_suffix(end));
            let named = family.is_some_and(|family| {
                let family = format!("\"{family}\"");
                sources.iter().any(|source| source.contains(&family))
            });
            assert!(named, "{key} is used nowhere");
        }
    }
}
