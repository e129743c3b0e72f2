//! Texts for people: the text message with a secret, and the simulated handset. They are in the Fluent files in `texts/`.

use ipse_protocol::terms::Notice;
use ipse_sim::phone_number::NumberProblem;
use ipse_texts::{Language, Texts, TextsError};

/// Sender of the text messages.
pub const SENDER: &str = "Ipse";
/// Longest free text of a purpose, in characters.
const PURPOSE_LIMIT: usize = 100;

/// The texts of this crate.
///
/// # Errors
/// A file has a mistake.
pub fn load() -> Result<Texts, TextsError> {
    Texts::new([
        (Language::Nl, include_str!("../texts/nl.ftl")),
        (Language::Fr, include_str!("../texts/fr.ftl")),
        (Language::De, include_str!("../texts/de.ftl")),
        (Language::En, include_str!("../texts/en.ftl")),
    ])
}

/// What a secret is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To connect a SIM.
    BindSim,
    /// To add a phone.
    NewDevice,
    /// To change the code.
    CodeChange,
    /// To sign a document.
    Sign,
    /// A short text of the scheme, in the person's language: one line without links.
    Other(String),
}

impl Purpose {
    /// Reads the spelling on the wire. Any other text is a purpose too; characters that could make a link or a second
    /// line are dropped.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "bind_sim" => Self::BindSim,
            "new_device" => Self::NewDevice,
            "code_change" => Self::CodeChange,
            "sign" => Self::Sign,
            other => Self::Other(
                other
                    .chars()
                    .filter(|c| {
                        c.is_alphanumeric() || matches!(c, ' ' | ',' | '\'' | '’' | '-' | '(' | ')')
                    })
                    .take(PURPOSE_LIMIT)
                    .collect(),
            ),
        }
    }

    fn text(&self, texts: &Texts, language: Language) -> String {
        let key = match self {
            Self::BindSim => "purpose-bind-sim",
            Self::NewDevice => "purpose-new-device",
            Self::CodeChange => "purpose-code-change",
            Self::Sign => "purpose-sign",
            Self::Other(text) => return text.clone(),
        };
        texts.get(language, key).into_owned()
    }
}

/// The text message that tells a person the secret.
#[must_use]
pub fn secret_message(
    texts: &Texts,
    language: Language,
    purpose: &Purpose,
    secret: &str,
    operator: &str,
) -> String {
    let purpose = purpose.text(texts, language);
    let variables = [
        ("secret", secret),
        ("purpose", &purpose),
        ("operator", operator),
    ];
    texts.with(language, "secret-message", &variables)
}

/// The text message that tells the holder of a SIM something.
#[must_use]
pub fn notice_message(texts: &Texts, language: Language, notice: Notice, operator: &str) -> String {
    let key = match notice {
        Notice::NewPhone => "notice-new-phone",
    };
    texts.with(language, key, &[("operator", operator)])
}

/// What is wrong with a phone number.
#[must_use]
pub fn number_problem(texts: &Texts, language: Language, problem: NumberProblem) -> String {
    let key = match problem {
        NumberProblem::NotDigits => "number-not-digits",
        NumberProblem::TooShort => "number-too-short",
        NumberProblem::TooLong => "number-too-long",
        NumberProblem::Foreign => "number-foreign",
        NumberProblem::Landline => "number-landline",
        NumberProblem::Premium => "number-premium",
    };
    texts.get(language, key).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(language: Language, purpose: &str) -> String {
        let texts = load().expect("the texts load");
        let purpose = Purpose::parse(purpose);
        secret_message(&texts, language, &purpose, "482913", "Leie Mobiel")
    }

    #[test]
    fn every_language_names_secret_purpose_and_warning() {
        for (language, purpose, warning) in [
            (Language::Nl, "je SIM", "aan niemand"),
            (Language::Fr, "votre SIM", "à personne"),
            (Language::De, "Ihre SIM", "niemandem"),
            (Language::En, "your SIM", "to nobody"),
        ] {
            let text = message(language, "bind_sim");
            assert!(text.starts_with("482913 "), "{text}");
            assert!(text.contains(purpose) && text.contains(warning), "{text}");
            assert!(text.contains("Leie Mobiel"), "{text}");
        }
    }

    #[test]
    fn a_free_purpose_cannot_carry_a_link_or_a_line() {
        let text = message(Language::En, "win\nnow: https://evil.example/\u{202E}x");
        assert!(!text.contains("://") && !text.contains('\n') && !text.contains('\u{202E}'));
    }

    #[test]
    fn every_key_exists_and_every_text_is_used() {
        let texts = load().expect("the texts load");
        let page = include_str!("../templates/handset.html");
        let unknown = texts.messages().unknown_in(page, &["self.text"]);
        assert!(unknown.is_empty(), "no texts for {unknown:?}");
        let unused = texts
            .messages()
            .unused_in(&[page, include_str!("texts.rs")]);
        assert!(unused.is_empty(), "unused: {unused:?}");
    }
}
