//! `ipse admin partner`: registers and changes partners. The rules are in [`ipse_scheme::partner`] and [`ipse_openid::metadata`];
//! here are the arguments and the output.

mod add;
mod edit;
mod options;
mod presets;
mod rotate;
mod show;

use anyhow::{Context, bail};
use clap::Subcommand;
use ipse_openid::client::{Registration, RegistrationProblem, SecretHash, secret_text};
use ipse_openid::metadata::MemberProblem;
use ipse_protocol::ids::PartnerId;
use ipse_protocol::{Clock, Random};
use ipse_scheme::config::Profile;
use ipse_scheme::error::RuleError;
use ipse_scheme::partner as partners;
use ipse_server::config::ServerConfig;
use ipse_server::fetch::Documents;
use ipse_store::Store;
use ipse_store::partner::{self, Partner, PartnerStatus};
use serde_json::{Map, Value, json};

use super::actor;

/// The subcommands.
#[derive(Subcommand)]
pub enum Command {
    /// Register a partner and print its credentials, once
    Add(Box<add::Add>),
    /// List partners
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show all of a partner's registration, and who changed it
    Show {
        /// The client_id
        partner: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Change a partner's registration
    Edit(Box<edit::Edit>),
    /// Give a partner other keys; the old ones end after a day
    RotateKey(rotate::Key),
    /// Give a partner another secret, which is printed once; the old one ends after a day
    RotateSecret(rotate::Secret),
    /// List what `add --preset` knows
    Presets {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Refuse a partner's requests from now on
    Suspend {
        /// The client_id
        partner: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Accept a suspended partner's requests again
    Resume {
        /// The client_id
        partner: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub use presets::print as print_presets;

/// Runs a subcommand.
pub async fn run(config: &ServerConfig, store: &Store, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add(add) => add::run(config, store, *add).await,
        Command::List { json } => show::list(store, json).await,
        Command::Show { partner, json } => show::one(store, &partner, json).await,
        Command::Edit(edit) => edit::run(config, store, *edit).await,
        Command::RotateKey(rotate) => rotate::key(config, store, rotate).await,
        Command::RotateSecret(rotate) => rotate::secret(config, store, rotate).await,
        Command::Presets { json } => {
            print_presets(json);
            Ok(())
        }
        Command::Suspend { partner, json } => {
            set_status(store, &partner, PartnerStatus::Suspended, json).await
        }
        Command::Resume { partner, json } => {
            set_status(store, &partner, PartnerStatus::Active, json).await
        }
    }
}

/// What is printed once and never stored.
#[derive(Default)]
struct Secrets {
    private_jwks: Option<Value>,
    client_secret: Option<String>,
}

impl Secrets {
    fn new_client_secret(&mut self, random: &Random) -> SecretHash {
        let secret = secret_text(&random.bytes::<32>());
        let hash = SecretHash::of(&secret);
        self.client_secret = Some((*secret).clone());
        hash
    }

    /// A new key of the partner: the public part.
    fn new_key(&mut self) -> anyhow::Result<ipse_jose::JwkSet> {
        let key = ipse_jose::SigningKey::generate_es256();
        self.private_jwks = Some(json!({"keys": [key.to_private_jwk()?]}));
        Ok(ipse_jose::JwkSet {
            keys: vec![key.public_jwk()],
        })
    }

    fn put_into(self, out: &mut Map<String, Value>) {
        if let Some(jwks) = self.private_jwks {
            out.insert("private_jwks".to_owned(), jwks);
        }
        if let Some(secret) = self.client_secret {
            out.insert("client_secret".to_owned(), json!(secret));
        }
    }

    fn print_text(&self) {
        if let Some(secret) = &self.client_secret {
            println!("client_secret: {secret}");
        }
        if let Some(jwks) = &self.private_jwks {
            println!("private_jwks: {jwks}");
        }
        if self.client_secret.is_some() || self.private_jwks.is_some() {
            println!("Keep these safe: they are shown only now.");
        }
    }
}

/// A registered partner, and its registration as it is stored.
struct Found {
    id: PartnerId,
    row: Partner,
    registration: Registration,
}

async fn find(store: &Store, client_id: &str) -> anyhow::Result<Found> {
    let unknown =
        || anyhow::anyhow!("there is no partner {client_id}: see `ipse admin partner list`");
    let id = PartnerId::parse(client_id).ok_or_else(unknown)?;
    let wanted = id.clone();
    let row = store.read(move |tx| partner::find(tx, &wanted)).await?;
    let row = row.ok_or_else(unknown)?;
    Ok(Found {
        id,
        registration: serde_json::from_str(&row.registration)?,
        row,
    })
}

/// Checks that there is a key for each answer that is encrypted, where the client publishes its keys.
async fn check_published_keys(
    config: &ServerConfig,
    registration: &Registration,
) -> anyhow::Result<()> {
    let encrypted = registration
        .id_token_encryption
        .or(registration.userinfo_encryption);
    let (Some(uri), Some(_)) = (&registration.jwks_uri, encrypted) else {
        return Ok(());
    };
    let fetched = Documents::new(config.profile)?.key_set(uri).await;
    let fetched = fetched.with_context(|| format!("jwks_uri {uri}"))?;
    match registration.without_key(&fetched.keys) {
        Some(member) => Err(RegistrationProblem::NoEncryptionKey(member).into()),
        None => Ok(()),
    }
}

/// Validates a changed registration and stores it, with an audit entry for each event.
async fn change(
    config: &ServerConfig,
    store: &Store,
    found: &Found,
    registration: &Registration,
    events: Vec<String>,
) -> anyhow::Result<()> {
    let production = config.profile == Profile::Production;
    registration.validate(production, Clock::system().unix_seconds())?;
    let keys_of = |one: &Registration| {
        let encryption = (one.id_token_encryption, one.userinfo_encryption);
        (one.jwks_uri.clone(), encryption)
    };
    if keys_of(registration) != keys_of(&found.registration) {
        check_published_keys(config, registration).await?;
    }
    let (id, before) = (found.id.clone(), found.row.registration.clone());
    let after = serde_json::to_string(registration)?;
    let reserved = config.scheme().reserved_names;
    let changed = store
        .write_rule(move |tx| {
            let texts = (&*before, &*after);
            partners::change(tx, &actor(), &id, texts, &events, &reserved)
        })
        .await;
    match changed {
        Ok(()) => Ok(()),
        Err(RuleError::Refused(problem)) => Err(problem.into()),
        Err(RuleError::Store(error)) => Err(error.into()),
    }
}

/// Checks that the document of the client's sector lists its redirect URIs.
async fn check_sector(config: &ServerConfig, registration: &Registration) -> anyhow::Result<()> {
    let Some(uri) = &registration.sector_identifier_uri else {
        return Ok(());
    };
    Documents::new(config.profile)?
        .check_sector(uri, &registration.redirect_uris)
        .await
        .with_context(|| format!("sector_identifier_uri {uri}"))
}

/// One error that names each member.
fn refused(problems: &[MemberProblem]) -> anyhow::Error {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    anyhow::anyhow!("nothing was changed:\n  {}", lines.join("\n  "))
}

/// A file with client metadata.
fn read_file(path: &std::path::Path) -> anyhow::Result<Map<String, Value>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    match ipse_jose::strict_json(&bytes) {
        Ok(Value::Object(members)) => Ok(members),
        _ => bail!(
            "{} is not one JSON object in which each member occurs once",
            path.display()
        ),
    }
}

async fn set_status(
    store: &Store,
    client_id: &str,
    status: PartnerStatus,
    as_json: bool,
) -> anyhow::Result<()> {
    let found = find(store, client_id).await?;
    let id = found.id.clone();
    store
        .write(move |tx| partners::set_status(tx, &actor(), &id, status))
        .await?;
    if as_json {
        println!(
            "{}",
            json!({"client_id": found.id, "status": status.as_str()})
        );
    }
    Ok(())
}
