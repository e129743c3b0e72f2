//! The partners of the demo, registered with the command that staff uses.

use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    State, announce, command,
    layout::{COUNCIL, Layout, Party, SHOP},
    ready::{Partner, Service},
};

/// A partner to register.
struct Wanted {
    name: &'static str,
    /// The address that the person sees.
    domain: &'static str,
    redirect_uri: String,
    services: &'static [(&'static str, &'static str)],
    /// The scopes of the services, if they are not those of every partner.
    scopes: Option<&'static str>,
    /// Where it is told that a person withdrew their consent.
    security_event_endpoint: Option<String>,
    /// Further arguments of `ipse admin partner add`.
    arguments: &'static [&'static str],
}

/// The service with which the shop registers a customer.
pub const CUSTOMER: &str = "HOEK_KLANT";

/// What the shop asks of people, and why.
const SHOP_SERVICES: &str = r#"services=[
  {"code": "HOEK_LOGIN", "type": "login"},
  {"code": "HOEK_KLANT", "type": "share",
   "purpose": {"nl": "Klant worden", "fr": "Devenir client", "de": "Kunde werden", "en": "Become a customer"},
   "attributes": [{"claim": "name", "essential": true}, {"claim": "address", "essential": true}, {"claim": "age_gte_18"},
     {"claim": "birthdate"}],
   "reasons": {
     "name": {"nl": "Voor je klantenkaart", "fr": "Pour votre carte de client", "de": "Für Ihre Kundenkarte", "en": "For your customer card"},
     "address": {"nl": "Om je bestelling te leveren", "fr": "Pour livrer votre commande", "de": "Um Ihre Bestellung zu liefern", "en": "To deliver your order"},
     "age_gte_18": {"nl": "Om wijn te mogen verkopen", "fr": "Pour pouvoir vous vendre du vin", "de": "Um Ihnen Wein verkaufen zu dürfen", "en": "To be allowed to sell you wine"},
     "birthdate": {"nl": "Voor een bon op je verjaardag", "fr": "Pour un bon d’anniversaire", "de": "Für einen Gutschein zum Geburtstag", "en": "For a voucher on your birthday"}}}]"#;

/// What the council asks of people, with evidence, and why.
const COUNCIL_SERVICES: &str = r#"services=[
  {"code": "DUINWIJK_ATTEST", "type": "share",
   "purpose": {"nl": "Een attest van woonst", "fr": "Un certificat de résidence", "de": "Eine Wohnsitzbescheinigung", "en": "A certificate of residence"},
   "attributes": [{"claim": "name", "essential": true}, {"claim": "birthdate", "essential": true}, {"claim": "address", "essential": true},
     {"claim": "https://ipse.example/claims/document_number"}, {"claim": "https://ipse.example/claims/document_type"},
     {"claim": "https://ipse.example/claims/document_valid_until"}, {"claim": "https://ipse.example/claims/trust_framework", "essential": true},
     {"claim": "https://ipse.example/claims/verified_by"}, {"claim": "https://ipse.example/claims/verified_on"},
     {"claim": "https://ipse.example/claims/identification_mode"}],
   "reasons": {
     "name": {"nl": "Staat op het attest", "fr": "Figure sur le certificat", "de": "Steht auf der Bescheinigung", "en": "Is on the certificate"},
     "birthdate": {"nl": "Staat op het attest", "fr": "Figure sur le certificat", "de": "Steht auf der Bescheinigung", "en": "Is on the certificate"},
     "address": {"nl": "Het attest zegt waar je woont", "fr": "Le certificat dit où vous habitez", "de": "Die Bescheinigung sagt, wo Sie wohnen", "en": "The certificate says where you live"},
     "https://ipse.example/claims/document_number": {"nl": "Voor ons dossier", "fr": "Pour notre dossier", "de": "Für unsere Akte", "en": "For our file"},
     "https://ipse.example/claims/document_type": {"nl": "Om te weten wat er nagekeken is", "fr": "Pour savoir ce qui a été vérifié", "de": "Um zu wissen, was geprüft wurde", "en": "To know what was checked"},
     "https://ipse.example/claims/document_valid_until": {"nl": "Om te weten of je document nog geldt", "fr": "Pour savoir si votre document est encore valable", "de": "Um zu wissen, ob Ihr Dokument noch gilt", "en": "To know whether your document is still valid"},
     "https://ipse.example/claims/trust_framework": {"nl": "Een attest mag alleen met nagekeken gegevens", "fr": "Un certificat demande des données vérifiées", "de": "Eine Bescheinigung braucht geprüfte Angaben", "en": "A certificate needs details that were checked"},
     "https://ipse.example/claims/verified_by": {"nl": "Om te weten wie het naging", "fr": "Pour savoir qui l’a vérifié", "de": "Um zu wissen, wer es geprüft hat", "en": "To know who checked it"},
     "https://ipse.example/claims/verified_on": {"nl": "Om te weten hoe oud dat is", "fr": "Pour savoir de quand cela date", "de": "Um zu wissen, wie alt das ist", "en": "To know how old that is"},
     "https://ipse.example/claims/identification_mode": {"nl": "Om te weten hoe dat ging", "fr": "Pour savoir comment cela s’est fait", "de": "Um zu wissen, wie das geschah", "en": "To know how that was done"}}}]"#;

fn wanted(layout: &Layout) -> [Wanted; 5] {
    // Nothing listens at the addresses of the test partners. They are for people who try their own client.
    let client = |n: u16| {
        format!(
            "http://localhost:{}/callback",
            layout.port_base + super::PORTS + n
        )
    };
    [
        Wanted {
            name: SHOP,
            domain: "winkelhoek.example",
            redirect_uri: format!("{}/callback", layout.origin(Party::Shop)),
            services: &[("HOEK_LOGIN", "login"), (CUSTOMER, "share")],
            scopes: None,
            security_event_endpoint: Some(format!("{}/events", layout.origin(Party::Shop))),
            arguments: &["--auth", "private_key_jwt", "--set", SHOP_SERVICES],
        },
        Wanted {
            name: COUNCIL,
            domain: "duinwijk.example",
            redirect_uri: format!("{}/callback", layout.origin(Party::Council)),
            services: &[("DUINWIJK_ATTEST", "share")],
            scopes: None,
            security_event_endpoint: None,
            arguments: &["--auth", "private_key_jwt", "--set", COUNCIL_SERVICES],
        },
        // Old software, without PAR and with a shared secret.
        Wanted {
            name: "Oude Krant",
            domain: "oudekrant.example",
            redirect_uri: client(1),
            services: &[("KRANT_LOGIN", "login")],
            scopes: None,
            security_event_endpoint: None,
            arguments: &[
                "--auth",
                "client_secret_post",
                "--plain-requests",
                "--id-token-alg",
                "RS256",
            ],
        },
        // Software whose assertions have the endpoint as `aud`.
        Wanted {
            name: "Boekhuis Vlier",
            domain: "boekhuisvlier.example",
            redirect_uri: client(2),
            services: &[("VLIER_LOGIN", "login")],
            scopes: None,
            security_event_endpoint: None,
            arguments: &[
                "--auth",
                "private_key_jwt",
                "--assertion-audience",
                "endpoint",
                "--reason",
                "Its software sends the address of the endpoint.",
            ],
        },
        // Tests of a partner, with the sandbox people. It may ask for the e-mail address.
        Wanted {
            name: "Proefpartner",
            domain: "proefpartner.example",
            redirect_uri: client(3),
            services: &[("PROEF_LOGIN", "login")],
            scopes: Some("profile,email"),
            security_event_endpoint: None,
            arguments: &[
                "--auth",
                "client_secret_basic",
                "--pushed-requests",
                "--id-token-alg",
                "ES256",
                "--return-minutes",
                "45",
                "--sandbox-people",
            ],
        },
    ]
}

/// The output of `ipse admin partner add --json`.
#[derive(Deserialize)]
struct Added {
    client_id: String,
    client_secret: Option<String>,
    private_jwks: Option<Value>,
    #[serde(flatten)]
    registered: Map<String, Value>,
}

/// The members that are only of interest to staff, or that the ready file has elsewhere.
const LEFT_OUT: [&str; 7] = [
    "name",
    "issuer",
    "redirect_uris",
    "services",
    "jwks",
    "replaced",
    "sandbox_people",
];

/// Registers the partners that are not registered yet.
pub async fn register(program: &Path, layout: &Layout, state: &mut State) -> anyhow::Result<()> {
    for partner in wanted(layout) {
        if state
            .partners
            .iter()
            .any(|known| known.name == partner.name)
        {
            continue;
        }
        announce::step(&format!("Registering {}", partner.name));
        let home = layout.home_of(Party::Scheme).to_string_lossy().into_owned();
        #[rustfmt::skip]
        let mut arguments = vec![
            "admin", "partner", "add", "--home", &home, "--name", partner.name, "--domain", partner.domain,
            "--redirect-uri", &partner.redirect_uri, "--json",
        ];
        let services: Vec<_> = partner
            .services
            .iter()
            .map(|(code, kind)| match partner.scopes {
                Some(scopes) => format!("{code}:{kind}:{scopes}"),
                None => format!("{code}:{kind}"),
            })
            .collect();
        // A service of type `share` says more than one word can: its partner gives all of them as JSON.
        let in_words = partner.services.iter().all(|(_, kind)| *kind != "share");
        for service in services.iter().filter(|_| in_words) {
            arguments.extend(["--service", service]);
        }
        let endpoint = partner.security_event_endpoint;
        let endpoint = endpoint.map(|url| format!("security_event_endpoint={url}"));
        if let Some(endpoint) = &endpoint {
            arguments.extend(["--set", endpoint]);
        }
        arguments.extend(partner.arguments);
        let output = command(program, &arguments).await?;
        let mut added: Added = serde_json::from_slice(&output)
            .context("`ipse admin partner add` did not answer with JSON")?;
        for member in LEFT_OUT {
            added.registered.remove(member);
        }
        state.partners.push(Partner {
            name: partner.name.to_owned(),
            client_id: added.client_id,
            client_secret: added.client_secret,
            private_jwks: added.private_jwks,
            redirect_uris: vec![partner.redirect_uri.clone()],
            services: partner
                .services
                .iter()
                .map(|(code, kind)| Service {
                    code: (*code).to_owned(),
                    kind: (*kind).to_owned(),
                })
                .collect(),
            registered: added.registered,
        });
        state.write(&layout.home)?;
    }
    Ok(())
}
