//! `ipse admin sandbox`: people whose phone is found by a partner's `login_hint`, in the demo profile.

use anyhow::bail;
use clap::Subcommand;
use ipse_keys::KeyStore;
use ipse_scheme::config::Profile;
use ipse_scheme::person::lookup_hash;
use ipse_server::config::ServerConfig;
use ipse_store::Store;
use ipse_store::person::{self, LookupField};

/// The subcommands.
#[derive(Subcommand)]
pub enum Command {
    /// Let a partner's `login_hint=NAME` reach an enrolled person
    Add {
        /// What partners put in `login_hint`
        name: String,
        /// The person's phone number
        phone_number: String,
    },
}

/// Runs a subcommand.
pub async fn run(
    config: &ServerConfig,
    store: &Store,
    keys: &dyn KeyStore,
    command: Command,
) -> anyhow::Result<()> {
    let Command::Add { name, phone_number } = command;
    if config.profile == Profile::Production {
        bail!("there are no sandbox people in production");
    }
    let number = lookup_hash(keys, LookupField::PhoneNumber, &phone_number);
    let hint = lookup_hash(keys, LookupField::Sandbox, &name);
    let found = store
        .write(move |tx| {
            let field = LookupField::PhoneNumber;
            let Some(identity) = person::by_lookup(tx, field, &number)? else {
                return Ok(false);
            };
            person::replace_lookup(tx, LookupField::Sandbox, &hint, 1, &identity)?;
            Ok(true)
        })
        .await?;
    if !found {
        bail!("nobody is enrolled with that number");
    }
    Ok(())
}
