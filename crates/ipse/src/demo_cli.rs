//! `ipse demo` and the demo's own parties.

use std::path::{Path, PathBuf};

use clap::Args;
use ipse_demo::{bank, mailbox, supervisor};
use tokio::signal::unix::{SignalKind, signal};

/// Default folder of the demo.
pub const DEFAULT_HOME: &str = ".ipse/demo";

/// Starts everything on this machine: scheme, operators, banks, shop and people, all invented.
#[derive(Args, Debug)]
pub struct DemoArgs {
    /// First of the nine ports to use [default: the ports of the home, otherwise 4000]
    #[arg(long, value_name = "N")]
    port_base: Option<u16>,
    /// The scheme's database, `postgres://…` [default: SQLite in the home]
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Delete what the home contains and start over
    #[arg(long)]
    fresh: bool,
    /// File for scripts, written when everything is ready [default: HOME/demo.json]
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
}

/// `ipse demo --home HOME`: runs until Ctrl-C, SIGTERM, or the end of a party.
pub async fn demo(home: Option<PathBuf>, args: DemoArgs) -> anyhow::Result<()> {
    let options = supervisor::Options {
        programs: supervisor::Programs::here()?,
        home: home.unwrap_or_else(|| DEFAULT_HOME.into()),
        port_base: args.port_base,
        database: args.database,
        fresh: args.fresh,
        ready_file: args.ready_file,
    };
    let mut terminated = signal(SignalKind::terminate())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    let stop = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
            _ = hung_up.recv() => {}
        }
    };
    supervisor::run(options, stop).await
}

/// `ipse demo-bank --home HOME`: runs one demo bank until its standard input closes or a signal stops it.
pub async fn demo_bank(home: &Path) -> anyhow::Result<()> {
    bank::run(home, ended()?).await
}

/// `ipse demo-mailbox --home HOME`: runs the mailbox of a demo, as [`demo_bank`].
pub async fn demo_mailbox(home: &Path) -> anyhow::Result<()> {
    mailbox::run(home, ended()?).await
}

fn ended() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            () = crate::serve_cli::stdin_closed() => {}
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
    })
}
