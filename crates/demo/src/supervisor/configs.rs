//! Writes the configuration of every party: its name and address, and the public keys of the parties that it trusts.
//!
//! The keys of a party are made in its own home, once, and only their public parts go into the configuration of the others.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ipse_keys::{FileKeyStore, KeyStore};
use serde_json::{Value, json};

use super::{
    layout::{Layout, Party},
    ready::{self, Partner},
};
use crate::{
    bank::{self, TRUST_FRAMEWORK},
    mailbox,
    people::{BANKS, OPERATORS, PEOPLE, Person, everyone},
    portrait,
};

/// The scheme's client id at banks and operators.
const SCHEME_CLIENT_ID: &str = "ipse";

// Keystore purposes of other parties, whose crates this one does not depend on.
const SCHEME_BANK_CLIENT_KEY: &str = "registrars/client";
const SCHEME_EVENT_KEY: &str = "registrars/events";
const SCHEME_USERINFO_KEY: &str = "registrars/userinfo";
const SCHEME_OPERATOR_CLIENT_KEY: &str = "operators/client";
const OPERATOR_KEY: &str = "operator/signing";

/// The scheme's database, if it is not a file in the scheme's home.
pub struct Database {
    /// For everything but person keys.
    pub url: String,
    /// For person keys, if not derived from `url`.
    pub person_keys: Option<String>,
}

/// Makes the keys that configurations name. `ipse keys init` makes the others when the configurations are there.
pub fn make_keys(layout: &Layout) -> anyhow::Result<()> {
    let init = |party: Party, make: &dyn Fn(&dyn KeyStore) -> Result<(), ipse_keys::Error>| {
        let home = layout.home_of(party);
        std::fs::create_dir_all(&home)
            .with_context(|| format!("cannot make {}", home.display()))?;
        FileKeyStore::init(&home.join("keys"), make)
            .map(drop)
            .with_context(|| format!("cannot make the keys in {}", home.display()))
    };
    init(Party::Scheme, &|keys| {
        keys.signing(SCHEME_OPERATOR_CLIENT_KEY)?;
        keys.signing(SCHEME_BANK_CLIENT_KEY)?;
        keys.signing(SCHEME_EVENT_KEY)?;
        keys.decryption(SCHEME_USERINFO_KEY).map(drop)
    })?;
    for n in 0..OPERATORS.len() {
        init(Party::Operator(n), &|keys| {
            keys.signing(OPERATOR_KEY).map(drop)
        })?;
    }
    for n in 0..BANKS.len() {
        init(Party::Bank(n), &bank::make_keys)?;
    }
    Ok(())
}

/// Whether the rows of the scheme's database have their MACs, as those of a new one do.
pub fn rows_have_macs(layout: &Layout) -> anyhow::Result<bool> {
    Ok(keys_of(&layout.home_of(Party::Scheme))?.rows_sealed())
}

/// Writes the configuration of every party but shop and council.
pub fn write(layout: &Layout, app_dir: &Path, database: Option<&Database>) -> anyhow::Result<()> {
    let scheme_home = layout.home_of(Party::Scheme);
    let scheme = keys_of(&scheme_home)?;
    let mut operators = Vec::new();
    for (n, name) in OPERATORS.iter().enumerate() {
        let party = Party::Operator(n);
        let home = layout.home_of(party);
        let jwks = json!({"keys": [keys_of(&home)?.signing(OPERATOR_KEY)?.public_jwk()]});
        let origin = layout.origin(party);
        operators.push(json!({
            "name": name, "issuer": origin, "url": origin, "client_id": SCHEME_CLIENT_ID, "jwks": jwks, "handset_url": origin,
        }));
        let client = json!({"keys": [scheme.signing(SCHEME_OPERATOR_CLIENT_KEY)?.public_jwk()]});
        write_toml(&home.join("operator.toml"), &operator(layout, n, &client))?;
    }
    let mut banks = Vec::new();
    for (n, name) in BANKS.iter().enumerate() {
        let party = Party::Bank(n);
        let home = layout.home_of(party);
        let jwks = json!({"keys": [keys_of(&home)?.signing(bank::SIGNING_KEY)?.public_jwk()]});
        banks.push(json!({
            "name": name, "issuer": layout.origin(party), "client_id": SCHEME_CLIENT_ID, "jwks": jwks,
            "trust_frameworks": [TRUST_FRAMEWORK], "levels": ["substantial", "high"], "acr_values": [bank::ACR],
            "events": format!("{}/events", layout.origin(party)),
        }));
        let client = json!({"keys": [
            scheme.signing(SCHEME_BANK_CLIENT_KEY)?.public_jwk(),
            scheme.decryption(SCHEME_USERINFO_KEY)?.public_jwk(),
            scheme.signing(SCHEME_EVENT_KEY)?.public_jwk(),
        ]});
        write_toml(&home.join("bank.toml"), &bank(layout, n, &client)?)?;
    }
    let file = format!("sqlite:{}", scheme_home.join("ipse.db").display());
    let smtp = SocketAddr::from(([127, 0, 0, 1], layout.smtp_port()));
    let mailbox = mailbox::Config {
        listen: SocketAddr::from(([127, 0, 0, 1], layout.port(Party::Mailbox))),
        listen_smtp: smtp,
        app_origin: layout.app_origin(),
    };
    write_toml(
        &layout.home_of(Party::Mailbox).join("mailbox.toml"),
        &json!(mailbox),
    )?;
    let mut settings = json!({
        "profile": "demo",
        "issuer": layout.origin(Party::Scheme),
        "app": layout.app_origin(),
        "listen_issuer": layout.listen(Party::Scheme),
        "listen_app": format!("127.0.0.1:{}", layout.app_port()),
        "app_dir": app_dir,
        // A new phone is limited to `basic` for a minute, so that a visitor can see both.
        "lifetimes": {"new_phone_seconds": 60},
        "database": database.map_or(&file, |database| &database.url),
        "mail": {
            "host": smtp.ip().to_string(), "port": smtp.port(), "tls": "none", "sender": "no-reply@ipse.example",
            "mailbox_url": layout.origin(Party::Mailbox),
        },
        "operator": operators,
        "bank": banks,
    });
    if let Some(person_keys) = database.and_then(|database| database.person_keys.as_ref()) {
        settings["person_keys"] = json!(person_keys);
    }
    write_toml(&scheme_home.join("scheme.toml"), &settings)
}

fn operator(layout: &Layout, n: usize, client_jwks: &Value) -> Value {
    let party = Party::Operator(n);
    let issuer = layout.origin(Party::Scheme);
    let sims: Vec<_> = everyone()
        .filter(|person| person.operator == OPERATORS[n])
        .map(|person| json!({"number": person.phone_number, "readiness": person.sim.as_str()}))
        .collect();
    json!({
        "profile": "demo",
        "name": OPERATORS[n],
        "issuer": layout.origin(party),
        "listen": layout.listen(party),
        "app_origin": layout.app_origin(),
        "scheme": {
            "issuer": issuer, "client_id": SCHEME_CLIENT_ID, "jwks": client_jwks, "events_url": format!("{issuer}/operators/events"),
        },
        "sim": sims,
    })
}

fn bank(layout: &Layout, n: usize, client_jwks: &Value) -> anyhow::Result<Value> {
    let party = Party::Bank(n);
    let customers: Vec<_> = everyone()
        .filter(|person| person.bank == BANKS[n])
        .map(customer)
        .collect::<anyhow::Result<_>>()?;
    Ok(json!({
        "name": BANKS[n],
        "issuer": layout.origin(party),
        "listen": layout.listen(party),
        "look": if n == 0 { "anker" } else { "linde" },
        "trust_framework": TRUST_FRAMEWORK,
        "assurance_level": "high",
        "client": {
            "client_id": SCHEME_CLIENT_ID,
            "issuer": layout.origin(Party::Scheme),
            "name": "Ipse",
            "redirect_uris": [format!("{}/registrars/callback", layout.app_origin())],
            "jwks": client_jwks,
        },
        "customer": customers,
    }))
}

/// A customer of a bank. The bank has an address and a photo of those who have a home.
fn customer(person: &Person) -> anyhow::Result<Value> {
    let mut customer = json!({
                "id": person.customer,
                "given_name": person.given_name,
                "family_name": person.family_name,
                "birthdate": person.birthdate,
                "nationalities": [person.nationality],
                "national_number": person.national_number(),
                "document_number": person.document_number(),
                "document_expiry": "2033-05-01",
                "verified_at": "2025-05-02T09:12:00Z",
                "listed": PEOPLE.iter().any(|listed| listed.customer == person.customer),
        "gender": person.gender,
        "place_of_birth": {"locality": person.born.0, "country": person.born.1},
    });
    if let Some((street, postal_code, town)) = person.home {
        customer["address"] = json!({"street_address": street, "postal_code": postal_code, "locality": town, "country": "BE"});
        let photo = STANDARD.encode(portrait::png(person.serial)?);
        customer["picture"] = json!(format!("data:image/png;base64,{photo}"));
    }
    Ok(customer)
}

/// Writes the configurations of shop and council, which need what the registration returned. The scheme has only the public part
/// of their keys.
pub fn write_sites(layout: &Layout, partners: &[Partner]) -> anyhow::Result<()> {
    for (party, site) in [(Party::Shop, "shop"), (Party::Council, "council")] {
        let home = layout.home_of(party);
        let name = party.name();
        let partner = partners.iter().find(|partner| partner.name == name);
        let partner = partner.with_context(|| format!("{name} is not registered"))?;
        let redirect_uri = partner.redirect_uris.first();
        let redirect_uri = redirect_uri.with_context(|| format!("{name} has no redirect URI"))?;
        let of_type = |kind: &str| {
            let service = partner.services.iter().find(|service| service.kind == kind);
            service.map(|service| &service.code)
        };
        ready::write_private(&home.join("private_jwks.json"), &partner.private_jwks)?;
        let settings = json!({
            "site": site,
            "listen": layout.listen(party),
            "issuer": layout.origin(Party::Scheme),
            "client_id": partner.client_id,
            "service": of_type("login"),
            "customer_service": of_type("share"),
            "redirect_uri": redirect_uri,
            "private_jwks": "private_jwks.json",
        });
        ready::write_private(&home.join("shop.json"), &settings)?;
    }
    Ok(())
}

fn keys_of(home: &Path) -> anyhow::Result<FileKeyStore> {
    FileKeyStore::open(&home.join("keys"))
        .with_context(|| format!("cannot open the keys in {}", home.display()))
}

fn write_toml(path: &Path, settings: &Value) -> anyhow::Result<()> {
    const HEAD: &str = "# Written by `ipse demo` at each start.\n";
    let text = toml::to_string(settings)
        .with_context(|| format!("cannot write {} as TOML", path.display()))?;
    // Only for this user: the address of a database may contain a password.
    ready::write_text(path, &format!("{HEAD}{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_configuration_contains_a_private_key() {
        let home = tempfile::tempdir().unwrap();
        let layout = Layout {
            home: home.path().to_owned(),
            port_base: 4000,
        };
        make_keys(&layout).unwrap();
        write(&layout, Path::new("/app"), None).unwrap();
        for party in [Party::Bank(0), Party::Bank(1)] {
            let config = bank::Config::read(&layout.home_of(party)).unwrap();
            assert_eq!(config.issuer, layout.origin(party));
            assert_eq!(config.client.jwks.keys.len(), 3);
            let people = everyone().filter(|person| person.bank == config.name);
            assert_eq!(config.customers.len(), people.count());
        }
        let scheme =
            std::fs::read_to_string(layout.home_of(Party::Scheme).join("scheme.toml")).unwrap();
        let scheme: toml::Table = scheme.parse().unwrap();
        assert_eq!(scheme["bank"].as_array().unwrap().len(), 2);
        assert_eq!(scheme["operator"].as_array().unwrap().len(), 2);
        for file in [
            "scheme/scheme.toml",
            "bank-anker/bank.toml",
            "operator-leie/operator.toml",
        ] {
            let text = std::fs::read_to_string(home.path().join(file)).unwrap();
            assert!(
                !text.contains("\nd = ") && !text.contains(" d = "),
                "{file}"
            );
        }
        // A second start writes the same keys.
        let before = std::fs::read(home.path().join("bank-anker/bank.toml")).unwrap();
        write(&layout, Path::new("/app"), None).unwrap();
        assert_eq!(
            std::fs::read(home.path().join("bank-anker/bank.toml")).unwrap(),
            before
        );
    }
}
