//! `ipse keys`: makes the keystore of a party once, and shows what it has.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use ipse_keys::{FileKeyStore, Inventory};
use ipse_operator::keys::OperatorKeys;
use ipse_protocol::{Clock, Random};
use ipse_server::config::ServerConfig;
use ipse_server::keystore;
use serde_json::json;

/// Make the keys of a home, and show them.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  ipse keys init --home /var/lib/ipse     once, before the first start; again after an update that needs new keys
  ipse keys list --home /var/lib/ipse     what the keystore must have
  ipse keys upgrade --home /var/lib/ipse  once, with a database of before rows had MACs
  ipse keys roll --home /var/lib/ipse     a new key for the MACs of rows; stop the scheme first
  ipse keys rotate --home /var/lib/ipse   new keys for ID tokens and evidence; stop the scheme first")]
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
    /// Give each row of an older database its MAC. It trusts what the database holds, so make sure that nobody wrote to it
    Upgrade {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Replace the key under which rows have their MACs: each row gets a new one, and the old key is destroyed
    Roll {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make new keys for ID tokens. Partners find them at the scheme's JWK set, beside the ones before
    Rotate {
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
    let (Command::Init { json }
    | Command::Upgrade { json }
    | Command::Roll { json }
    | Command::Rotate { json }
    | Command::List { json }) = args.command;
    let inventory = match args.command {
        Command::Init { .. } => init(&home)?,
        Command::Upgrade { .. } => return on_rows(&home, json, keystore::upgrade),
        Command::Roll { .. } => return on_rows(&home, json, keystore::roll),
        Command::Rotate { .. } => rotate(&home)?,
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
    if home.join("scheme.toml").is_file() && !inventory.rows.sealed {
        println!(
            "The rows of the database have no MAC yet. Next: ipse keys upgrade --home {}",
            home.display()
        );
    }
    Ok(())
}

/// A change of all rows of the scheme's database.
type RowsCommand = fn(&Path, &ServerConfig, &Clock, &Random) -> anyhow::Result<u64>;

fn on_rows(home: &Path, json: bool, command: RowsCommand) -> anyhow::Result<()> {
    let config = ServerConfig::load(home)?;
    let rows = command(home, &config, &Clock::system(), &Random::system())?;
    let inventory = open(home)?.inventory().clone();
    if json {
        println!("{}", shown(&inventory));
    } else {
        println!(
            "Each of {rows} rows has its MAC, under version {} of the key.",
            inventory.rows.current
        );
    }
    Ok(())
}

/// Makes what the party of the home needs.
fn init(home: &Path) -> anyhow::Result<Inventory> {
    let is = |file: &str| home.join(file).is_file();
    let keys = if is("scheme.toml") {
        let config = ServerConfig::load(home)?;
        keystore::init(home, &config, &Clock::system(), &Random::system())?
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

/// Makes new keys for ID tokens and evidence, for a scheme.
fn rotate(home: &Path) -> anyhow::Result<Inventory> {
    let config = ServerConfig::load(home)?;
    let keys = keystore::rotate(home, &config, &Clock::system(), &Random::system())?;
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
