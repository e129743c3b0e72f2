//! Texts of the pages, from the Fluent files in `texts/`.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use ipse_openid::Language;

/// One language's texts.
pub struct Texts {
    bundle: FluentBundle<FluentResource>,
}

static NL: LazyLock<Texts> =
    LazyLock::new(|| Texts::load("nl", include_str!("../../texts/nl.ftl")));
static FR: LazyLock<Texts> =
    LazyLock::new(|| Texts::load("fr", include_str!("../../texts/fr.ftl")));
static DE: LazyLock<Texts> =
    LazyLock::new(|| Texts::load("de", include_str!("../../texts/de.ftl")));
static EN: LazyLock<Texts> =
    LazyLock::new(|| Texts::load("en", include_str!("../../texts/en.ftl")));

impl Texts {
    /// The texts of a language.
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::Nl => &NL,
            Language::Fr => &FR,
            Language::De => &DE,
            Language::En => &EN,
        }
    }

    fn load(tag: &str, source: &str) -> Self {
        // A file with a mistake still gives the texts around it; the tests below admit none.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(rest, _)| rest);
        let mut bundle = FluentBundle::new_concurrent(tag.parse().into_iter().collect());
        // Names are checked at registration: none can turn the text around it, so no isolating marks are needed.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self { bundle }
    }

    /// A text without variables.
    pub fn text(&self, key: &str) -> String {
        self.format(key, None)
    }

    /// A text about a partner.
    pub fn about(&self, key: &str, partner: &str) -> String {
        let mut args = FluentArgs::new();
        args.set("partner", partner.to_owned());
        self.format(key, Some(&args))
    }

    /// A text with a number of minutes.
    pub fn minutes(&self, key: &str, minutes: i64) -> String {
        let mut args = FluentArgs::new();
        args.set("minutes", minutes);
        self.format(key, Some(&args))
    }

    fn format(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self
            .bundle
            .get_message(key)
            .and_then(|message| message.value())
        else {
            return key.to_owned();
        };
        let mut errors = Vec::new();
        self.bundle
            .format_pattern(pattern, args, &mut errors)
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const FILES: [(&str, &str); 4] = [
        ("nl", include_str!("../../texts/nl.ftl")),
        ("fr", include_str!("../../texts/fr.ftl")),
        ("de", include_str!("../../texts/de.ftl")),
        ("en", include_str!("../../texts/en.ftl")),
    ];

    fn keys(source: &str) -> BTreeSet<&str> {
        source
            .lines()
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, _)| key.trim())
            .collect()
    }

    #[test]
    fn every_language_has_every_text_and_no_mistake() {
        let wanted = keys(FILES[0].1);
        for (tag, source) in FILES {
            assert!(
                FluentResource::try_new(source.to_owned()).is_ok(),
                "{tag}.ftl has a mistake"
            );
            assert_eq!(keys(source), wanted, "{tag}.ftl");
            let language = Language::parse(tag).unwrap();
            for key in &wanted {
                let mut args = FluentArgs::new();
                args.set("partner", "Winkel Hoek");
                args.set("minutes", 2);
                let text = Texts::of(language).format(key, Some(&args));
                assert!(
                    !text.is_empty() && text != *key && !text.contains("{$"),
                    "{tag}: {key}"
                );
            }
        }
    }

    #[test]
    fn numbers_and_names_are_put_in() {
        assert_eq!(
            Texts::of(Language::En).minutes("time-left", 0),
            "Valid for less than a minute"
        );
        assert_eq!(
            Texts::of(Language::En).minutes("time-left", 1),
            "Valid for 1 more minute"
        );
        assert_eq!(
            Texts::of(Language::De).minutes("time-left", 3),
            "Noch 3 Minuten g\u{fc}ltig"
        );
        assert_eq!(
            Texts::of(Language::Nl).about("back", "Winkel Hoek"),
            "Terug naar Winkel Hoek"
        );
    }

    /// Every key that a template or an ending names is there, and none is there for nobody.
    #[test]
    fn texts_and_templates_agree() {
        let templates = [
            include_str!("../../templates/base.html"),
            include_str!("../../templates/sign_in.html"),
            include_str!("../../templates/outcome.html"),
            include_str!("pages.rs"),
        ]
        .concat();
        for key in keys(FILES[0].1) {
            let named = templates.contains(&format!("\"{key}\""));
            let family = ["-title", "-what", "-do"]
                .iter()
                .find_map(|end| key.strip_suffix(end));
            let ends = family.is_some_and(|family| templates.contains(&format!("\"{family}\"")));
            assert!(named || ends, "{key} is used nowhere");
        }
    }
}
