//! `ipse operator`: runs the server, and changes SIMs as the staff of an operator would.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use ipse_jose::JwkSet;
use ipse_protocol::{Clock, Random};
use ipse_sim::statement::Readiness;
use ipse_store::{Store, Tx};
use serde_json::{Value, json};

use crate::config::{self, Config, FaultSetting, Profile};
use crate::context::Context;
use crate::error::RuleError;
use crate::ids::PhoneNumber;
use crate::keys::OperatorKeys;
use crate::registry::{self, CardIdentity, RegistryError};
use crate::server;
use crate::store::sim::{self, Sim};
use crate::store::{MIGRATIONS, setting};

/// How long `fault` waits until the running operator has applied it.
const FAULT_WAIT: Duration = Duration::from_secs(10);
/// How often it looks.
const FAULT_POLL: Duration = Duration::from_millis(20);

const EXAMPLES: &str = "\
Examples:
  ipse operator --home DIR                           run the operator in DIR
  ipse operator --home DIR sim list                  show its SIMs
  ipse operator --home DIR sim swap +32470000001     give a number a new SIM
  ipse operator --home DIR sim port +32470000001 --pending
  ipse operator --home DIR jwks                      print its public keys";

/// Runs a mobile operator: SIM registry, SIM statements, events.
#[derive(Debug, Parser)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Folder with operator.toml, database and keys.
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Stop when standard input closes.
    #[arg(long)]
    stdin_watch: bool,
    /// Without a command, the operator runs.
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write operator.toml, make the keys, and print the public ones, which the scheme pins.
    Init(Box<Init>),
    /// Print the public keys that the scheme pins.
    Jwks,
    /// Show and change SIMs. A running operator reports changes to the scheme within a second.
    Sim {
        #[command(subcommand)]
        command: SimCommand,
    },
    /// Misbehave, for tests of the scheme: silent, slow, lying, garbage, error or none (demo only).
    #[command(hide = true)]
    Fault {
        /// Which fault.
        fault: FaultSetting,
    },
}

#[derive(Debug, clap::Args)]
struct Init {
    /// Name that people see.
    #[arg(long)]
    name: String,
    /// Origin of this operator.
    #[arg(long)]
    issuer: String,
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:4002")]
    listen: String,
    /// Origin of the phone app.
    #[arg(long)]
    app_origin: String,
    /// Issuer of the scheme.
    #[arg(long)]
    scheme_issuer: String,
    /// The scheme's name as a client.
    #[arg(long, default_value = "ipse")]
    client_id: String,
    /// File with the scheme's public keys (JWK set).
    #[arg(long, value_name = "FILE")]
    scheme_jwks: PathBuf,
    /// Where events go [default: SCHEME-ISSUER/operators/events]
    #[arg(long)]
    events_url: Option<String>,
    /// `sqlite:PATH` or `postgres://…`.
    #[arg(long, default_value = "sqlite:operator.db")]
    database: String,
    /// A SIM to start with, NUMBER or NUMBER:READINESS. May be repeated.
    #[arg(long = "sim", value_name = "NUMBER[:READINESS]")]
    sims: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum SimCommand {
    /// Show all SIMs, or the history of one number.
    List {
        /// Phone number.
        number: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Give the number a new SIM. The old one stops working.
    Swap(Change),
    /// Bar the line, because the phone or SIM is lost.
    Lose(Change),
    /// Move the number to another operator.
    Port {
        #[command(flatten)]
        change: Change,
        /// Only announce the move. `restore` cancels it.
        #[arg(long)]
        pending: bool,
    },
    /// End a loss, or cancel a move.
    Restore(Change),
    /// Give a number that is not in use a SIM.
    Add {
        #[command(flatten)]
        change: Change,
        /// ready, upgradable or incompatible.
        #[arg(long, default_value = "ready")]
        readiness: Readiness,
    },
}

#[derive(Debug, clap::Args)]
struct Change {
    /// Phone number.
    number: String,
    /// Print the SIM as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// The text says what failed and what to do.
pub async fn run(args: Args) -> anyhow::Result<()> {
    let home = args
        .home
        .context("--home is missing: ipse operator --home DIR …")?;
    match args.command {
        None => {
            server::serve(&home, server::shutdown_signal(args.stdin_watch)).await?;
            Ok(())
        }
        Some(Command::Init(init)) => initialise(&home, *init),
        Some(Command::Jwks) => print_json(&serde_json::to_value(public_jwks(&home)?)?),
        Some(Command::Sim { command }) => run_sim(&home, command).await,
        Some(Command::Fault { fault }) => set_fault(&home, fault).await,
    }
}

/// The public keys of the operator in `home`.
///
/// # Errors
/// The keystore's.
pub fn public_jwks(home: &Path) -> Result<JwkSet, ipse_keys::Error> {
    let keys = OperatorKeys::open(home)?;
    Ok(JwkSet {
        keys: vec![keys.signing.public_jwk()],
    })
}

fn initialise(home: &Path, init: Init) -> anyhow::Result<()> {
    let path = home.join(config::FILE);
    if path.exists() {
        bail!("{} exists already; edit it", path.display());
    }
    let jwks = std::fs::read(&init.scheme_jwks)
        .with_context(|| format!("{}", init.scheme_jwks.display()))?;
    let sims = init
        .sims
        .iter()
        .map(|text| {
            let (number, readiness) = text.split_once(':').unwrap_or((text, "ready"));
            let number = normalise(number)?.to_string();
            let readiness = readiness.parse()?;
            Ok(config::Sim { number, readiness })
        })
        .collect::<anyhow::Result<_>>()?;
    let config = Config {
        profile: Profile::Demo,
        name: init.name,
        issuer: init.issuer,
        listen: init.listen,
        database: init.database,
        app_origin: init.app_origin,
        heartbeat_seconds: None,
        fault: None,
        scheme: config::Scheme {
            events_url: init
                .events_url
                .unwrap_or_else(|| format!("{}/operators/events", init.scheme_issuer)),
            issuer: init.scheme_issuer,
            client_id: init.client_id,
            jwks: JwkSet::parse(&jwks).context("the scheme's keys are not a JWK set")?,
        },
        sims,
        ranges: Vec::new(),
    };
    config.write(home)?;
    drop(OperatorKeys::init(home)?);
    print_json(&serde_json::to_value(public_jwks(home)?)?)
}

async fn run_sim(home: &Path, command: SimCommand) -> anyhow::Result<()> {
    let config = Config::read(home)?;
    let store = Store::open(&config.database_url(home), &MIGRATIONS, Clock::system())?;
    let random = Random::system();
    let registry = Registry {
        home,
        config: &config,
        store: &store,
        random: &random,
    };
    match command {
        SimCommand::List { number, json } => registry.list(number.as_deref(), json).await,
        SimCommand::Swap(change) => {
            let context = registry.context()?;
            let card = CardIdentity::new(&random);
            let rule = move |tx: &mut Tx, number: &_| registry::swap(tx, &context, number, &card);
            registry.change(change, rule).await
        }
        SimCommand::Add { change, readiness } => {
            let context = registry.context()?;
            let card = CardIdentity::new(&random);
            let rule = move |tx: &mut Tx, number: &_| {
                registry::activate(tx, &context, number, &card, readiness)
            };
            registry.change(change, rule).await
        }
        SimCommand::Lose(change) => registry.change_line(change, registry::lose).await,
        SimCommand::Restore(change) => registry.change_line(change, registry::restore).await,
        SimCommand::Port {
            change,
            pending: true,
        } => registry.change_line(change, registry::port_pending).await,
        SimCommand::Port { change, .. } => registry.change_line(change, registry::port).await,
    }
}

struct Registry<'a> {
    home: &'a Path,
    config: &'a Config,
    store: &'a Store,
    random: &'a Random,
}

impl Registry<'_> {
    async fn list(&self, number: Option<&str>, json: bool) -> anyhow::Result<()> {
        let number = number.map(normalise).transpose()?;
        let sims = self
            .store
            .read(move |tx| match &number {
                Some(number) => sim::history(tx, number),
                None => sim::all(tx, 100_000),
            })
            .await?;
        if json {
            return print_json(&json!({ "sims": sims.iter().map(view).collect::<Vec<_>>() }));
        }
        for sim in &sims {
            println!(
                "{:<14} {:<13} {:<13} {}",
                sim.number.as_str(),
                sim.readiness().as_str(),
                sim.line.as_str(),
                sim.iccid
            );
        }
        Ok(())
    }

    /// What a rule needs that makes a card.
    fn context(&self) -> anyhow::Result<Context> {
        let keys = Arc::new(OperatorKeys::open(self.home)?);
        Ok(Context::new(self.config, keys, self.random.clone()))
    }

    /// Changes the state of a line, which needs no key.
    async fn change_line(
        &self,
        change: Change,
        rule: fn(&mut Tx, &Random, &PhoneNumber) -> Result<Sim, RegistryError>,
    ) -> anyhow::Result<()> {
        let random = self.random.clone();
        self.change(change, move |tx, number| rule(tx, &random, number))
            .await
    }

    async fn change(
        &self,
        change: Change,
        mut rule: impl FnMut(&mut Tx, &PhoneNumber) -> Result<Sim, RegistryError> + Send + 'static,
    ) -> anyhow::Result<()> {
        let number = normalise(&change.number)?;
        let changed = self.store.write_rule(move |tx| rule(tx, &number)).await;
        match changed {
            Ok(sim) if change.json => print_json(&view(&sim)),
            Ok(sim) => {
                println!("{}: {}, line {}", sim.number, sim.readiness(), sim.line);
                Ok(())
            }
            Err(RuleError::Refused(refusal)) => bail!("{}: {refusal}", refusal.code()),
            Err(RuleError::Store(error)) => Err(error.into()),
        }
    }
}

fn normalise(text: &str) -> anyhow::Result<PhoneNumber> {
    PhoneNumber::normalise(text).map_err(|problem| anyhow::anyhow!("{}: {problem}", problem.code()))
}

/// A SIM as the operator's staff sees it.
fn view(sim: &Sim) -> Value {
    json!({
        "number": sim.number,
        "handle": sim.handle,
        "iccid": sim.iccid,
        "readiness": sim.readiness(),
        "line": sim.line,
        "changed_at": sim.changed_at / 1000,
        "retired_at": sim.retired_at.map(|ms| ms / 1000),
    })
}

async fn set_fault(home: &Path, fault: FaultSetting) -> anyhow::Result<()> {
    let config = Config::read(home)?;
    if config.profile != Profile::Demo {
        bail!("faults are for the demo profile only");
    }
    let store = Store::open(&config.database_url(home), &MIGRATIONS, Clock::system())?;
    store
        .write(move |tx| setting::request_fault(tx, fault))
        .await?;
    let applied = async {
        while store.read(setting::fault_in_force).await? != Some(fault) {
            tokio::time::sleep(FAULT_POLL).await;
        }
        anyhow::Ok(())
    };
    match tokio::time::timeout(FAULT_WAIT, applied).await {
        Ok(applied) => applied,
        Err(_) => {
            bail!(
                "no running operator applied the fault; the next one that starts on this home will"
            )
        }
    }
}

fn print_json(value: &Value) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(value)?);
    Ok(())
}
