//! `ipse admin sandbox`: people whose phone is found by a partner's `login_hint`, in the demo profile. The rule is in
//! [`ipse_scheme::person`].

use clap::Subcommand;
use ipse_keys::KeyStore;
use ipse_scheme::RuleError;
use ipse_scheme::person::{SandboxPerson, add_sandbox};
use ipse_server::config::ServerConfig;
use ipse_store::Store;

use super::actor;

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
    let (profile, person) = (
        config.profile,
        SandboxPerson::new(keys, &name, &phone_number),
    );
    let added = store.write_rule(move |tx| add_sandbox(tx, profile, &actor(), &person));
    added.await.map_err(|error| match error {
        RuleError::Refused(refusal) => refusal.into(),
        RuleError::Store(error) => error.into(),
    })
}
