//! The ready file, which tells scripts how to use the demo.

use std::{io::Write, path::Path};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::layout::{Layout, Party};
use crate::people::{BANKS, OPERATORS, PEOPLE};

#[derive(Serialize)]
pub struct Ready {
    issuer: String,
    app: String,
    operators: Vec<Operator>,
    shop: String,
    council: String,
    mailbox: Mailbox,
    banks: Vec<Bank>,
    partners: Vec<Partner>,
    people: Vec<Person>,
}

#[derive(Serialize)]
struct Operator {
    name: &'static str,
    url: String,
    home: String,
}

/// Where every mail of the scheme arrives.
#[derive(Serialize)]
struct Mailbox {
    /// Its page; `/messages` is JSON.
    url: String,
    /// Its SMTP receiver.
    smtp: String,
}

#[derive(Serialize)]
struct Bank {
    name: &'static str,
    issuer: String,
}

/// A registered partner, with what its software needs.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Partner {
    pub name: String,
    pub client_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_jwks: Option<Value>,
    pub redirect_uris: Vec<String>,
    pub services: Vec<Service>,
    /// The rest of the registration, under the names of Dynamic Client Registration.
    #[serde(flatten)]
    pub registered: serde_json::Map<String, Value>,
}

/// One of a partner's services.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Service {
    pub code: String,
    #[serde(rename = "type")]
    pub kind: String,
}

#[derive(Serialize)]
struct Person {
    name: String,
    phone_number: &'static str,
    bank: &'static str,
    customer: &'static str,
    sim: &'static str,
    home: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

impl Ready {
    pub fn new(layout: &Layout, partners: Vec<Partner>) -> Self {
        let home = |path: std::path::PathBuf| path.to_string_lossy().into_owned();
        Self {
            issuer: layout.origin(Party::Scheme),
            app: layout.app_origin(),
            operators: (0..OPERATORS.len())
                .map(|n| Operator {
                    name: OPERATORS[n],
                    url: layout.origin(Party::Operator(n)),
                    home: home(layout.home_of(Party::Operator(n))),
                })
                .collect(),
            shop: layout.origin(Party::Shop),
            council: layout.origin(Party::Council),
            mailbox: Mailbox {
                url: layout.origin(Party::Mailbox),
                smtp: format!("127.0.0.1:{}", layout.smtp_port()),
            },
            banks: (0..BANKS.len())
                .map(|n| Bank {
                    name: BANKS[n],
                    issuer: layout.origin(Party::Bank(n)),
                })
                .collect(),
            partners,
            people: PEOPLE
                .iter()
                .map(|person| Person {
                    name: person.name(),
                    phone_number: person.phone_number,
                    bank: person.bank,
                    customer: person.customer,
                    sim: person.sim.as_str(),
                    home: home(layout.phone_of(person.customer)),
                    code: person.code,
                })
                .collect(),
        }
    }
}

/// Writes JSON, as [`write_text`] does.
pub fn write_private(path: &Path, value: &impl Serialize) -> anyhow::Result<()> {
    write_text(path, &format!("{}\n", serde_json::to_string_pretty(value)?))
}

/// Writes a file that only this user can read, since it may contain secrets. A reader finds the old file or the whole new
/// one.
pub fn write_text(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().context("the file has no folder")?;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
