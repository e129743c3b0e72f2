//! The bank's words in four languages, each written in its own.

use axum::http::{HeaderMap, header};

/// A language that the bank speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Nl,
    Fr,
    De,
    En,
}

impl Language {
    pub const ALL: [Language; 4] = [Language::Nl, Language::Fr, Language::De, Language::En];

    pub fn code(self) -> &'static str {
        match self {
            Language::Nl => "nl",
            Language::Fr => "fr",
            Language::De => "de",
            Language::En => "en",
        }
    }

    fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', ';']).next()?.trim();
        Self::ALL
            .into_iter()
            .find(|language| primary.eq_ignore_ascii_case(language.code()))
    }

    /// The page's own choice (`?lang=`), else what the client asked for (`ui_locales`), else what the browser prefers.
    pub fn choose(headers: &HeaderMap, query: Option<&str>, ui_locales: &[String]) -> Self {
        let asked = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
            .find(|(name, _)| name == "lang")
            .and_then(|(_, value)| Self::from_tag(&value));
        let locale = || ui_locales.iter().find_map(|tag| Self::from_tag(tag));
        let browser = || {
            let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
            accepted.split(',').find_map(Self::from_tag)
        };
        asked
            .or_else(locale)
            .or_else(browser)
            .unwrap_or(Language::Nl)
    }

    pub fn words(self) -> &'static Words {
        match self {
            Language::Nl => &NL,
            Language::Fr => &FR,
            Language::De => &DE,
            Language::En => &EN,
        }
    }

    /// `1971-03-14` as the language writes it.
    pub fn date(self, date: &str) -> String {
        let mut parts = date.splitn(3, '-').map(|part| {
            part.get(..part.len().min(4))
                .and_then(|p| p.parse::<usize>().ok())
        });
        let (Some(Some(year)), Some(Some(month)), Some(Some(day))) =
            (parts.next(), parts.next(), parts.next())
        else {
            return date.to_owned();
        };
        let Some(month) = self.words().months.get(month.wrapping_sub(1)) else {
            return date.to_owned();
        };
        match self {
            Language::De => format!("{day}. {month} {year}"),
            Language::Fr if day == 1 => format!("1er {month} {year}"),
            _ => format!("{day} {month} {year}"),
        }
    }
}

/// All texts of the pages.
pub struct Words {
    pub language: &'static str,
    pub demo: &'static str,
    pub home: &'static str,
    pub home_lead: &'static str,
    pub sign_in: &'static str,
    pub sign_in_lead: &'static str,
    pub customer: &'static str,
    pub customer_unknown: &'static str,
    pub sign_in_button: &'static str,
    pub choices: &'static str,
    pub choices_lead: &'static str,
    pub agree: &'static str,
    pub agree_lead: &'static str,
    pub agree_nothing: &'static str,
    pub checked: &'static str,
    pub agree_after: &'static str,
    pub agree_button: &'static str,
    pub refuse_button: &'static str,
    pub given_name: &'static str,
    pub family_name: &'static str,
    pub birthdate: &'static str,
    pub nationality: &'static str,
    pub national_number: &'static str,
    pub document: &'static str,
    pub document_expiry: &'static str,
    pub stale: &'static str,
    pub stale_lead: &'static str,
    pub invalid: &'static str,
    pub invalid_lead: &'static str,
    pub missing: &'static str,
    pub missing_lead: &'static str,
    pub code: &'static str,
    months: [&'static str; 12],
}

static NL: Words = Words {
    language: "Nederlands",
    demo: "Demo: deze bank en haar klanten zijn verzonnen.",
    home: "Welkom",
    home_lead: "Deze bank kan voor haar klanten instaan. Begin in de Ipse-app en kies daar je bank.",
    sign_in: "Aanmelden",
    sign_in_lead: "Ipse vraagt ons wie je bent. Meld je aan; daarna zie je wat we doorgeven.",
    customer: "Klantnaam",
    customer_unknown: "Die klant kennen we niet. Kijk de naam na, of kies hieronder.",
    sign_in_button: "Aanmelden",
    choices: "Of kies een demoklant",
    choices_lead: "Een echte bank vraagt hier je kaartlezer of haar app.",
    agree: "Dit doorgeven aan Ipse?",
    agree_lead: "Ipse krijgt precies dit, en niets anders van je bank:",
    agree_nothing: "Ipse vraagt meer dan deze bank kan bevestigen. Er wordt niets doorgegeven.",
    checked: "We lazen je identiteitskaart in ons kantoor op",
    agree_after: "Daarna ga je terug naar Ipse. Je rekeningen blijven hier.",
    agree_button: "Doorgeven",
    refuse_button: "Niet doorgeven",
    given_name: "Voornaam",
    family_name: "Naam",
    birthdate: "Geboortedatum",
    nationality: "Nationaliteit",
    national_number: "Rijksregisternummer",
    document: "Identiteitskaart",
    document_expiry: "geldig tot",
    stale: "Deze vraag is niet meer geldig",
    stale_lead: "Ze is al gebruikt, te oud, of in een andere browser begonnen. Ga terug naar Ipse en begin opnieuw.",
    invalid: "Deze vraag klopt niet",
    invalid_lead: "Er is niets doorgegeven. Ga terug naar Ipse en begin opnieuw.",
    missing: "Deze pagina bestaat niet",
    missing_lead: "Misschien is het adres verkeerd overgenomen.",
    code: "Code",
    months: [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
};

static FR: Words = Words {
    language: "Français",
    demo: "Démo : cette banque et ses clients sont inventés.",
    home: "Bienvenue",
    home_lead: "Cette banque peut se porter garante de ses clients. Commencez dans l’app Ipse et choisissez-y votre banque.",
    sign_in: "Se connecter",
    sign_in_lead: "Ipse nous demande qui vous êtes. Connectez-vous ; vous verrez ensuite ce que nous transmettons.",
    customer: "Nom de client",
    customer_unknown: "Nous ne connaissons pas ce client. Vérifiez le nom, ou choisissez ci-dessous.",
    sign_in_button: "Se connecter",
    choices: "Ou choisissez un client de démo",
    choices_lead: "Une vraie banque demanderait ici votre lecteur de carte ou son app.",
    agree: "Transmettre ceci à Ipse ?",
    agree_lead: "Ipse reçoit exactement ceci, et rien d’autre de votre banque :",
    agree_nothing: "Ipse demande plus que cette banque ne peut confirmer. Rien ne sera transmis.",
    checked: "Nous avons lu votre carte d’identité dans notre agence le",
    agree_after: "Vous retournerez ensuite chez Ipse. Vos comptes restent ici.",
    agree_button: "Transmettre",
    refuse_button: "Ne pas transmettre",
    given_name: "Prénom",
    family_name: "Nom",
    birthdate: "Date de naissance",
    nationality: "Nationalité",
    national_number: "Numéro de registre national",
    document: "Carte d’identité",
    document_expiry: "valable jusqu’au",
    stale: "Cette demande n’est plus valable",
    stale_lead: "Elle a déjà servi, elle est trop ancienne, ou elle a commencé dans un autre navigateur. Retournez chez Ipse et recommencez.",
    invalid: "Cette demande n’est pas en ordre",
    invalid_lead: "Rien n’a été transmis. Retournez chez Ipse et recommencez.",
    missing: "Cette page n’existe pas",
    missing_lead: "L’adresse a peut-être été mal recopiée.",
    code: "Code",
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
};

static DE: Words = Words {
    language: "Deutsch",
    demo: "Demo: Diese Bank und ihre Kunden sind erfunden.",
    home: "Willkommen",
    home_lead: "Diese Bank kann für ihre Kunden bürgen. Beginnen Sie in der Ipse-App und wählen Sie dort Ihre Bank.",
    sign_in: "Anmelden",
    sign_in_lead: "Ipse fragt uns, wer Sie sind. Melden Sie sich an; danach sehen Sie, was wir weitergeben.",
    customer: "Kundenname",
    customer_unknown: "Diesen Kunden kennen wir nicht. Prüfen Sie den Namen, oder wählen Sie unten.",
    sign_in_button: "Anmelden",
    choices: "Oder wählen Sie einen Demokunden",
    choices_lead: "Eine echte Bank würde hier Ihren Kartenleser oder ihre App verlangen.",
    agree: "Dies an Ipse weitergeben?",
    agree_lead: "Ipse erhält genau dies und sonst nichts von Ihrer Bank:",
    agree_nothing: "Ipse verlangt mehr, als diese Bank bestätigen kann. Es wird nichts weitergegeben.",
    checked: "Ihren Personalausweis haben wir in unserer Filiale gelesen am",
    agree_after: "Danach kehren Sie zu Ipse zurück. Ihre Konten bleiben hier.",
    agree_button: "Weitergeben",
    refuse_button: "Nicht weitergeben",
    given_name: "Vorname",
    family_name: "Name",
    birthdate: "Geburtsdatum",
    nationality: "Staatsangehörigkeit",
    national_number: "Nationalregisternummer",
    document: "Personalausweis",
    document_expiry: "gültig bis",
    stale: "Diese Anfrage gilt nicht mehr",
    stale_lead: "Sie wurde schon benutzt, ist zu alt oder begann in einem anderen Browser. Gehen Sie zurück zu Ipse und beginnen Sie neu.",
    invalid: "Diese Anfrage stimmt nicht",
    invalid_lead: "Es wurde nichts weitergegeben. Gehen Sie zurück zu Ipse und beginnen Sie neu.",
    missing: "Diese Seite gibt es nicht",
    missing_lead: "Vielleicht wurde die Adresse falsch übernommen.",
    code: "Code",
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
};

static EN: Words = Words {
    language: "English",
    demo: "Demo: this bank and its customers are invented.",
    home: "Welcome",
    home_lead: "This bank can vouch for its customers. Start in the Ipse app and choose your bank there.",
    sign_in: "Sign in",
    sign_in_lead: "Ipse asks us who you are. Sign in; you will then see what we hand over.",
    customer: "Customer name",
    customer_unknown: "We do not know that customer. Check the name, or choose below.",
    sign_in_button: "Sign in",
    choices: "Or choose a demo customer",
    choices_lead: "A real bank would ask for your card reader or its app here.",
    agree: "Hand this over to Ipse?",
    agree_lead: "Ipse gets exactly this, and nothing else from your bank:",
    agree_nothing: "Ipse asks for more than this bank can confirm. Nothing will be handed over.",
    checked: "We read your identity card in our branch on",
    agree_after: "You will then return to Ipse. Your accounts stay here.",
    agree_button: "Hand over",
    refuse_button: "Do not hand over",
    given_name: "First name",
    family_name: "Last name",
    birthdate: "Date of birth",
    nationality: "Nationality",
    national_number: "National number",
    document: "Identity card",
    document_expiry: "valid until",
    stale: "This request is no longer valid",
    stale_lead: "It was used already, is too old, or began in another browser. Go back to Ipse and start again.",
    invalid: "This request is not in order",
    invalid_lead: "Nothing was handed over. Go back to Ipse and start again.",
    missing: "This page does not exist",
    missing_lead: "Perhaps the address was copied wrongly.",
    code: "Code",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
};
