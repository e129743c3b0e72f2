//! `ipse admin`: partners and sandbox people, in the scheme's database; the scheme's public keys for banks and operators.

mod evidence;
mod partner;
mod sandbox;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use ipse_jose::JwkSet;
use ipse_keys::{FileKeyStore, KeyStore};
use ipse_scheme::actor::Actor;
use ipse_server::config::{
    BANK_CLIENT_KEY, BANK_EVENT_KEY, BANK_USERINFO_KEY, OPERATOR_CLIENT_KEY, ServerConfig,
};
use ipse_store::Clock;

/// Register partners and sandbox people, and print public keys.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  ipse admin partner list --home /var/lib/ipse
  ipse admin partner suspend --home /var/lib/ipse CLIENT_ID
  ipse admin keys --home /var/lib/ipse banks")]
pub struct Args {
    /// Folder of the scheme
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    home: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sites that people log in to
    Partner {
        #[command(subcommand)]
        command: partner::Command,
    },
    /// People whom partners can name (demo profile only)
    Sandbox {
        #[command(subcommand)]
        command: sandbox::Command,
    },
    /// Keys that sign confirmation objects
    Evidence {
        #[command(subcommand)]
        command: evidence::Command,
    },
    /// Print the scheme's public keys (JWK set) that a bank or an operator must know
    Keys {
        /// Who needs them
        #[arg(value_enum)]
        reader: Reader,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Reader {
    /// A bank: to authenticate the scheme and to encrypt userinfo
    Banks,
    /// An operator: to authenticate the scheme
    Operators,
}

/// Runs the command.
pub async fn run(args: Args) -> anyhow::Result<()> {
    if let Command::Partner {
        command: partner::Command::Presets { json },
    } = args.command
    {
        partner::print_presets(json);
        return Ok(());
    }
    let home = ipse_server::config::home(&args.home);
    let config = ServerConfig::load(&home)?;
    let keys = || FileKeyStore::open(&home.join("keys")).context("cannot open the keystore");
    let open = || ipse_server::server::open_home(&home, &config, &Clock::system());
    match args.command {
        Command::Partner { command } => {
            let (store, _persons, _keys) = open()?;
            partner::run(&config, &store, command).await
        }
        Command::Sandbox { command } => {
            let (store, _persons, keys) = open()?;
            sandbox::run(&config, &store, &keys, command).await
        }
        Command::Evidence { command } => {
            let (store, _persons, _keys) = open()?;
            evidence::run(&store, command).await
        }
        Command::Keys { reader } => print_keys(&keys()?, reader),
    }
}

fn print_keys(keys: &dyn KeyStore, reader: Reader) -> anyhow::Result<()> {
    let keys = match reader {
        Reader::Banks => vec![
            keys.signing(BANK_CLIENT_KEY)?.public_jwk(),
            keys.decryption(BANK_USERINFO_KEY)?.public_jwk(),
            keys.signing(BANK_EVENT_KEY)?.public_jwk(),
        ],
        Reader::Operators => vec![keys.signing(OPERATOR_CLIENT_KEY)?.public_jwk()],
    };
    println!("{}", serde_json::to_string(&JwkSet { keys })?);
    Ok(())
}

/// The user of this machine, for the audit table.
fn actor() -> Actor {
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME"));
    Actor::Staff(user.unwrap_or_else(|_| "command line".to_owned()))
}
