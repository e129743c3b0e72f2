//! `ipse log verify`: checks the whole log offline against its signed heads.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use ipse_jose::{Alg, Jwk, VerifyingKey};
use ipse_keys::{FileKeyStore, KeyStore};
use ipse_server::config::ServerConfig;
use ipse_server::row_keys;
use ipse_store::{Clock, SCHEME, Store};

/// Check the log of decisions.
#[derive(clap::Args)]
pub struct Args {
    /// Folder of the scheme
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    home: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Recompute the tree from its leaves, check every signed head, and name the first wrong entry
    Verify {
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// File with the log's public key (JWK), which phones get in `log_key` of /phone/v1/config [default: from the keystore]
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
}

/// Runs the command. The exit status is 0 only when the log is correct.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Command::Verify { json, key } = args.command;
    let home = ipse_server::config::home(&args.home);
    let config = ServerConfig::load(&home)?;
    let store = Store::open(&config.database, &SCHEME, Clock::system())
        .context("cannot open the database")?;
    // An auditor has the public key only, and checks what it proves.
    let (key, rows) = match key {
        Some(file) => (public_key(&file)?, false),
        None => {
            let keys = FileKeyStore::open(&home.join("keys"))?;
            store.authenticate(row_keys(&keys)?);
            (keys.signing("log/1")?.verifying_key(), true)
        }
    };
    let report = ipse_scheme::log::verify(&store, &key, &config.issuer, rows).await?;
    if json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        match &report.wrong {
            None => {
                println!(
                    "The log holds: {} entries, {} signed heads.",
                    report.entries, report.heads
                );
                match report.rows {
                    Some(rows) => println!("Each of {rows} rows is as this scheme wrote it."),
                    None => println!(
                        "The rows of the database were not checked: that needs the keystore."
                    ),
                }
            }
            Some(wrong) => println!("The log does not hold: {wrong}"),
        }
    }
    Ok(if report.wrong.is_none() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn public_key(file: &Path) -> anyhow::Result<VerifyingKey> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let key: Jwk = ipse_jose::strict_json(&bytes)
        .map_err(|_| anyhow::anyhow!("{} holds no JWK", file.display()))?;
    VerifyingKey::from_jwk(&key, Alg::Es256).context("not a P-256 key for ES256")
}
