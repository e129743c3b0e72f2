//! The view: exactly what the person is shown, in their language. What is signed is its hash.

use ipse_protocol::view::{Attribute, Field, Partner, Started, View};

/// The languages of the scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Nederlands
    Nl,
    /// français
    Fr,
    /// Deutsch
    De,
    /// English
    En,
}

impl Language {
    /// The language of a tag; English for any other.
    pub fn of(tag: &str) -> Self {
        match tag.get(..2) {
            Some("nl") => Language::Nl,
            Some("fr") => Language::Fr,
            Some("de") => Language::De,
            _ => Language::En,
        }
    }

    /// Its tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::Nl => "nl",
            Language::Fr => "fr",
            Language::De => "de",
            Language::En => "en",
        }
    }

    const fn pick(self, texts: [&'static str; 4]) -> &'static str {
        texts[self as usize]
    }
}

/// What a view is made of.
pub struct Content<'a> {
    /// The action.
    pub action: &'a str,
    /// `login`, `sim` or `unblock`.
    pub kind: &'a str,
    /// Partner's id, name and verified domain; the scheme's own for its own actions.
    pub partner: (&'a str, &'a str, &'a str),
    /// Service code, or the kind again.
    pub service: &'a str,
    /// Names and values of what would be shared.
    pub attributes: Vec<(String, String)>,
    /// Further values to decide by, already in the person's language.
    pub fields: Vec<Field>,
    /// How the phone got hold of it, and what the browser calls itself.
    pub started: (&'a str, &'a str, i64),
    /// `basic` or `advanced`.
    pub level: &'a str,
    /// Milliseconds.
    pub expires: i64,
}

/// Builds the view in a language.
pub fn build(language: Language, c: Content<'_>) -> View {
    let name = c.partner.1;
    let title = match c.kind {
        "sim" => language
            .pick([
                "Je wilt je nieuwe simkaart verbinden",
                "Vous voulez connecter votre nouvelle carte SIM",
                "Sie möchten Ihre neue SIM-Karte verbinden",
                "You want to connect your new SIM card",
            ])
            .to_owned(),
        "unblock" => language
            .pick([
                "Je wilt je Ipse opnieuw gebruiken",
                "Vous voulez réutiliser votre Ipse",
                "Sie möchten Ihr Ipse wieder benutzen",
                "You want to use your Ipse again",
            ])
            .to_owned(),
        _ => match language {
            Language::Nl => format!("{name} wil weten wie je bent"),
            Language::Fr => format!("{name} souhaite savoir qui vous êtes"),
            Language::De => format!("{name} möchte wissen, wer Sie sind"),
            Language::En => format!("{name} wants to know who you are"),
        },
    };
    let purpose = match c.kind {
        "sim" => language.pick([
            "Je simkaart hoort dan weer bij je Ipse.",
            "Votre carte SIM fera à nouveau partie de votre Ipse.",
            "Ihre SIM-Karte gehört dann wieder zu Ihrem Ipse.",
            "Your SIM card will belong to your Ipse again.",
        ]),
        "unblock" => language.pick([
            "Daarna kun je weer aanmelden.",
            "Vous pourrez ensuite vous connecter à nouveau.",
            "Danach können Sie sich wieder anmelden.",
            "After this you can log in again.",
        ]),
        _ => language.pick(["Aanmelden", "Se connecter", "Anmelden", "Log in"]),
    };
    let mut warnings = Vec::new();
    if c.kind == "login" && c.started.0 == "link" {
        warnings.push(
            language
                .pick([
                    "We kunnen niet zien op welk toestel dit begon. Ga alleen verder als je het zelf net begon.",
                    "Nous ne voyons pas sur quel appareil cela a commencé. Continuez uniquement si c'est vous qui venez de commencer.",
                    "Wir sehen nicht, auf welchem Gerät dies begonnen hat. Fahren Sie nur fort, wenn Sie es gerade selbst begonnen haben.",
                    "We cannot see on which device this began. Continue only if you began it yourself just now.",
                ])
                .to_owned(),
        );
    }
    View {
        version: 1,
        language: language.tag().to_owned(),
        action: c.action.to_owned(),
        kind: c.kind.to_owned(),
        partner: Partner {
            id: c.partner.0.to_owned(),
            name: c.partner.1.to_owned(),
            domain: c.partner.2.to_owned(),
        },
        service: c.service.to_owned(),
        title,
        purpose: purpose.to_owned(),
        attributes: c
            .attributes
            .into_iter()
            .map(|(key, value)| Attribute {
                label: label(language, &key).to_owned(),
                key,
                value,
            })
            .collect(),
        fields: c.fields,
        started: Started {
            flow: c.started.0.to_owned(),
            browser: c.started.1.to_owned(),
            time: c.started.2 as u64,
        },
        warnings,
        level: c.level.to_owned(),
        expires: c.expires as u64,
    }
}

/// What an attribute is called in a language.
pub fn label(language: Language, key: &str) -> &'static str {
    match key {
        "name" => language.pick(["Naam", "Nom complet", "Name", "Name"]),
        "given_name" => language.pick(["Voornaam", "Prénom", "Vorname", "First name"]),
        "family_name" => language.pick(["Achternaam", "Nom de famille", "Nachname", "Last name"]),
        "locale" => language.pick(["Taal", "Langue", "Sprache", "Language"]),
        _ => "?",
    }
}
