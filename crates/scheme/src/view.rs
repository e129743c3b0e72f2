//! The view: exactly what the person is shown, in their language. What they sign is its hash.

use ipse_protocol::ids::ActionId;
use ipse_protocol::terms::{Flow, Level, Warning};
use ipse_protocol::view::{self, Choice, Field, Partner, Started, View};
use ipse_store::Kind;
use ipse_texts::{Language, Texts};

use crate::error::Error;

/// Keys of the sentences of a view, in the texts of the scheme.
pub(crate) struct ViewTexts {
    /// What is asked, in one sentence. Its variable `partner` is the partner's name.
    pub(crate) title: &'static str,
    /// What for, or what happens after.
    pub(crate) purpose: &'static str,
    /// What the person should beware of. The phone has the text.
    pub(crate) warning: Option<Warning>,
}

/// What a view is made of.
pub(crate) struct Content<'a> {
    /// The action.
    pub(crate) action: &'a ActionId,
    /// Its kind.
    pub(crate) kind: Kind,
    /// The sentences of the kind.
    pub(crate) texts: ViewTexts,
    /// The title, where it is not that of the kind.
    pub(crate) title: Option<String>,
    /// The purpose, where the partner registered it.
    pub(crate) purpose: Option<String>,
    /// The partner's id, name and verified domain; the scheme's own for the person's own actions.
    pub(crate) partner: (&'a str, &'a str, &'a str),
    /// Code of the service.
    pub(crate) service: &'a str,
    /// What would be shared, and further values that the decision rests on, in the person's language.
    pub(crate) fields: Vec<Field>,
    /// What the person can choose with an approval.
    pub(crate) choices: Vec<Choice>,
    /// How the phone got hold of it, what the browser calls itself, and when it started (milliseconds).
    pub(crate) started: (Flow, &'a str, i64),
    /// The level that the action must reach.
    pub(crate) level: Level,
    /// Milliseconds.
    pub(crate) expires: i64,
}

/// The sentences of the scheme in one language.
pub(crate) struct Sentences<'a> {
    texts: &'a Texts,
    language: Language,
}

impl Sentences<'_> {
    /// The sentence with a key.
    pub(crate) fn get(&self, key: &str) -> String {
        self.texts.get(self.language, key).into_owned()
    }

    /// The sentence with a key and these variables.
    pub(crate) fn with(&self, key: &str, variables: &[(&str, &str)]) -> String {
        self.texts.with(self.language, key, variables)
    }
}

/// Builds views from the sentences of the scheme.
pub(crate) struct Views(Texts);

impl Views {
    pub(crate) fn new() -> Result<Self, Error> {
        let texts = Texts::new([
            (Language::Nl, include_str!("../texts/nl.ftl")),
            (Language::Fr, include_str!("../texts/fr.ftl")),
            (Language::De, include_str!("../texts/de.ftl")),
            (Language::En, include_str!("../texts/en.ftl")),
        ]);
        texts
            .map(Self)
            .map_err(|_| Error::Internal("the texts of the scheme cannot be used"))
    }

    /// The sentences in one language.
    pub(crate) fn sentences(&self, language: Language) -> Sentences<'_> {
        Sentences {
            texts: &self.0,
            language,
        }
    }

    /// The label of an attribute, by the name under which partners get it; the name itself where there is no label.
    pub(crate) fn label(&self, language: Language, name: &str) -> String {
        let short = name.rsplit('/').next().unwrap_or(name);
        let key = format!("attribute-{}", short.replace('_', "-"));
        match self.0.messages().contains(&key) {
            true => self.0.get(language, &key).into_owned(),
            false => short.to_owned(),
        }
    }

    /// The text of a word that registrars use, such as `female`; the word itself where there is none.
    pub(crate) fn word(&self, language: Language, word: &str) -> String {
        let key = format!("share-{}", word.replace('_', "-"));
        match self.0.messages().contains(&key) {
            true => self.0.get(language, &key).into_owned(),
            false => word.to_owned(),
        }
    }

    /// Builds a view in a language.
    pub(crate) fn build(&self, language: Language, c: Content<'_>) -> View {
        let text = |key: &str| self.sentences(language).get(key);
        let (id, name, domain) = c.partner;
        let (flow, browser, time) = c.started;
        View {
            version: view::VERSION,
            language: language.tag().to_owned(),
            action: c.action.to_string(),
            kind: c.kind.as_str().to_owned(),
            partner: Partner {
                id: id.to_owned(),
                name: name.to_owned(),
                domain: domain.to_owned(),
            },
            service: c.service.to_owned(),
            title: c
                .title
                .unwrap_or_else(|| self.0.with(language, c.texts.title, &[("partner", name)])),
            purpose: c.purpose.unwrap_or_else(|| text(c.texts.purpose)),
            // What is shared is in rows, each of which may cover several claims.
            attributes: Vec::new(),
            fields: c.fields,
            choices: c.choices,
            started: Started {
                flow: flow.as_str().to_owned(),
                browser: Some(browser.to_owned()),
                device: None,
                place: None,
                time: time.unsigned_abs(),
            },
            warnings: c
                .texts
                .warning
                .map(|warning| warning.as_str().to_owned())
                .into_iter()
                .collect(),
            level: c.level.as_str().to_owned(),
            expires: c.expires.unsigned_abs(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kind, share};

    #[test]
    fn every_kind_and_attribute_has_its_texts_in_every_language() {
        let views = Views::new().unwrap();
        let messages = views.0.messages();
        for kind in Kind::ALL {
            for flow in Flow::ALL {
                let kind = kind::of(*kind);
                for texts in [kind.texts(*flow), kind.texts_of_scheme(*flow)] {
                    for key in [texts.title, texts.purpose] {
                        assert!(messages.contains(key), "{key}");
                    }
                }
            }
        }
        for texts in [
            crate::fingerprint::ADD_TEXTS,
            crate::fingerprint::REMOVE_TEXTS,
            crate::email::SET_TEXTS,
            crate::email::REMOVE_TEXTS,
            crate::export::PHONE_TEXTS,
        ] {
            for key in [texts.title, texts.purpose] {
                assert!(messages.contains(key), "{key}");
            }
        }
        for label in share::labels() {
            let key = format!("attribute-{label}");
            assert!(messages.contains(&key), "{key}");
        }
    }
}
