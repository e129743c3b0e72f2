//! `ipse keys`: makes the keystore of a party once, and shows what it has.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use ipse_keys::{FileKeyStore, Inventory};
use ipse_operator::keys::OperatorKeys;
use ipse_protocol::{Clock, Random};
use ipse_server::config::ServerConfig;
use serde_json::json;

/// Make the keys of a home, and show them.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  ipse keys init --home /var/lib/ipse     once, before the first start; again after an update that needs new keys
  ipse keys list --home /var/lib/ipse     what the keystore must have")]
pub struct Args {
    /// Folder of the scheme, of an operator or of a demo bank
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    home: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the keys that the home does not have yet, and connect them with its databases. A key that was lost is not made again
    Init {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the inventory: which keys there are, and to which databases they belong
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let home = ipse_server::config::home(&args.home);
    let (Command::Init { json } | Command::List { json }) = args.command;
    let inventory = match args.command {
        Command::Init { .. } => init(&home)?,
        Command::List { .. } => open(&home)?.inventory().clone(),
    };
    if json {
        println!("{}", shown(&inventory));
        return Ok(());
    }
    if matches!(args.command, Command::List { .. }) {
        for name in inventory.files.keys() {
            println!("{name}");
        }
        for (what, id) in &inventory.databases {
            println!("database {what}: {id}");
        }
    }
    println!(
        "Keystore {}, generation {}: {} keys, all there.",
        inventory.id,
        inventory.generation,
        inventory.files.len()
    );
    Ok(())
}

/// Makes what the party of the home needs.
fn init(home: &Path) -> anyhow::Result<Inventory> {
    let is = |file: &str| home.join(file).is_file();
    let keys = if is("scheme.toml") {
        let config = ServerConfig::load(home)?;
        ipse_server::keystore::init(home, &config, &Clock::system(), &Random::system())?
    } else if is("operator.toml") {
        OperatorKeys::init(home).context("cannot set up the keystore")?
    } else if is("bank.toml") {
        FileKeyStore::init(&home.join("keys"), &ipse_demo::bank::make_keys)
            .context("cannot set up the keystore")?
    } else {
        bail!(
            "{} has no scheme.toml, operator.toml or bank.toml: write the configuration first (docs/running.md)",
            home.display()
        );
    };
    let inventory = keys.inventory().clone();
    Ok(inventory)
}

fn open(home: &Path) -> anyhow::Result<FileKeyStore> {
    FileKeyStore::open(&home.join("keys")).context("cannot open the keystore")
}

fn shown(inventory: &Inventory) -> serde_json::Value {
    json!({
        "keystore": inventory.id,
        "generation": inventory.generation,
        "databases": inventory.databases,
        "keys": inventory.files.keys().collect::<Vec<_>>(),
        "rows": inventory.rows,
    })
}
