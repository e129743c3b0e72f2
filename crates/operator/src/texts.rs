//! What a text message says, in the person's language.
//!
//! Each says what the secret is for and never to give it to a caller: that is how secrets are lost.

/// Sender of the messages.
pub const SENDER: &str = "Ipse";
/// Longest free text of a purpose, in characters.
const PURPOSE_LIMIT: usize = 100;

#[derive(Clone, Copy)]
enum Language {
    Nl,
    Fr,
    De,
    En,
}

impl Language {
    fn of(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "nl" => Self::Nl,
            "fr" => Self::Fr,
            "de" => Self::De,
            _ => Self::En,
        }
    }
}

/// The message that carries `secret`. `purpose` is one of `bind_sim`, `new_device`, `code_change`, `sign`, or a short text of
/// the scheme's own.
#[must_use]
pub fn secret(language: &str, purpose: &str, secret: &str, operator: &str) -> String {
    let language = Language::of(language);
    let purpose = known(language, purpose).map_or_else(|| clean(purpose), str::to_owned);
    match language {
        Language::Nl => format!(
            "{secret} is je geheime getal om {purpose}. Typ het alleen in de Ipse-app die je zelf hebt geopend, binnen 5 minuten. \
             Geef het aan niemand, ook niet aan wie jou belt: niemand van Ipse, je bank of {operator} vraagt erom."
        ),
        Language::Fr => format!(
            "{secret} est votre nombre secret pour {purpose}. Tapez-le uniquement dans l’application Ipse que vous avez ouverte \
             vous-même, dans les 5 minutes. Ne le donnez à personne, pas même au téléphone : ni Ipse, ni votre banque, ni \
             {operator} ne vous le demandera."
        ),
        Language::De => format!(
            "{secret} ist Ihre Geheimzahl, um {purpose}. Geben Sie sie nur in der Ipse-App ein, die Sie selbst geöffnet haben, \
             innerhalb von 5 Minuten. Nennen Sie sie niemandem, auch keinem Anrufer: Weder Ipse noch Ihre Bank noch {operator} \
             fragt danach."
        ),
        Language::En => format!(
            "{secret} is your secret number to {purpose}. Type it only in the Ipse app that you opened yourself, within 5 minutes. \
             Give it to nobody, not to a caller either: nobody from Ipse, your bank or {operator} will ask for it."
        ),
    }
}

fn known(language: Language, purpose: &str) -> Option<&'static str> {
    let [nl, fr, de, en] = match purpose {
        "bind_sim" => [
            "je simkaart met Ipse te verbinden",
            "relier votre carte SIM à Ipse",
            "Ihre SIM-Karte mit Ipse zu verbinden",
            "connect your SIM card to Ipse",
        ],
        "new_device" => [
            "een nieuwe telefoon aan je Ipse toe te voegen",
            "ajouter un nouveau téléphone à votre Ipse",
            "ein neues Telefon zu Ihrem Ipse hinzuzufügen",
            "add a new phone to your Ipse",
        ],
        "code_change" => [
            "de code van je Ipse te veranderen",
            "changer le code de votre Ipse",
            "den Code Ihres Ipse zu ändern",
            "change the code of your Ipse",
        ],
        "sign" => [
            "met Ipse te ondertekenen",
            "signer avec Ipse",
            "mit Ipse zu unterschreiben",
            "sign with Ipse",
        ],
        _ => return None,
    };
    Some(match language {
        Language::Nl => nl,
        Language::Fr => fr,
        Language::De => de,
        Language::En => en,
    })
}

/// A purpose in the scheme's own words: one short line without links.
fn clean(purpose: &str) -> String {
    purpose
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | ',' | '\'' | '’' | '-' | '(' | ')'))
        .take(PURPOSE_LIMIT)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_names_secret_purpose_and_warning() {
        for (tag, purpose, warning) in [
            ("nl", "simkaart", "aan niemand"),
            ("fr-BE", "carte SIM", "à personne"),
            ("de", "SIM-Karte", "niemandem"),
            ("en", "SIM card", "to nobody"),
            ("xx", "SIM card", "to nobody"),
        ] {
            let text = secret(tag, "bind_sim", "482913", "Leie Mobiel");
            assert!(text.starts_with("482913 "), "{text}");
            assert!(text.contains(purpose) && text.contains(warning), "{text}");
            assert!(text.contains("Leie Mobiel"), "{text}");
        }
    }

    #[test]
    fn a_free_purpose_cannot_carry_a_link_or_a_line() {
        let text = secret("en", "win\nnow: https://evil.example/\u{202E}x", "1", "X");
        assert!(!text.contains("://") && !text.contains('\n') && !text.contains('\u{202E}'));
    }
}
