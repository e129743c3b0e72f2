//! `ipse admin evidence`: the published keys of confirmation objects.

use anyhow::bail;
use clap::Subcommand;
use ipse_store::Store;
use ipse_store::evidence_key::{self, Revoked};

/// The subcommands.
#[derive(Subcommand)]
pub enum Command {
    /// Declare that a key that was replaced counts no more: it may have been copied. What a head of the log from before covers stays
    /// good. Replace the key first: ipse keys rotate
    Revoke {
        /// Its `kid` at /evidence/keys
        kid: String,
        /// From when on, in seconds since 1970 UTC [default: now]
        #[arg(long, value_name = "SECONDS")]
        since: Option<i64>,
    },
}

/// Runs a subcommand.
pub async fn run(store: &Store, command: Command) -> anyhow::Result<()> {
    let Command::Revoke { kid, since } = command;
    let named = kid.clone();
    let revoked = store
        .write(move |tx| {
            let now = tx.now()?;
            let time = since.map_or(now, |seconds| seconds.saturating_mul(1000));
            evidence_key::revoke(tx, &named, time.min(now))
        })
        .await?;
    match revoked {
        Revoked::Done => Ok(()),
        Revoked::Unknown => bail!("no key of evidence has the kid {kid}: see ISSUER/evidence/keys"),
        Revoked::Signs => bail!(
            "{kid} still signs: stop the scheme, run `ipse keys rotate`, start it, and revoke the key then"
        ),
    }
}
