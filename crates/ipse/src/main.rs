//! Ipse: one digital identity on your phone. The one binary: every party, every tool.

mod admin_cli;
mod bench;
mod demo_cli;
mod log_cli;
mod serve_cli;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A tenth of a login's time went into the system's allocator (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One digital identity on your phone, instead of every password and card reader on the web.
#[derive(Parser)]
#[command(name = "ipse", version, propagate_version = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  ipse demo                                        everything on this machine, to try it out
  ipse serve --home /var/lib/ipse                  the scheme
  ipse admin partner add --home /var/lib/ipse --name 'My shop' \\
      --redirect-uri https://shop.example/callback --service SHOP_LOGIN:login --json
  ipse phone --home ./phone enrol --help           a phone, for scripts
  ipse log verify --home /var/lib/ipse             check every receipt, offline";

#[derive(Subcommand)]
enum Command {
    /// Run the scheme
    Serve {
        #[command(flatten)]
        home: Home,
        /// End when standard input closes
        #[arg(long)]
        stdin_watch: bool,
    },
    /// Start everything on this machine, with invented people
    Demo {
        /// Folder of the demo
        #[arg(long, global = true, value_name = "DIR")]
        home: Option<PathBuf>,
        #[command(flatten)]
        args: demo_cli::DemoArgs,
    },
    /// A whole phone, for scripts and tests
    Phone(ipse_phone::cli::Args),
    /// Run a mobile operator, or change its SIMs
    Operator(ipse_operator::cli::Args),
    /// Register partners and look after the scheme
    Admin(admin_cli::Args),
    /// Check the log of decisions
    Log(log_cli::Args),
    /// Measure whole logins
    Bench(bench::Args),
    /// A demo bank
    #[command(hide = true)]
    DemoBank {
        #[command(flatten)]
        home: Home,
    },
}

/// Where a party keeps its configuration, keys and data.
#[derive(clap::Args)]
struct Home {
    /// Folder with configuration, keys and data
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    home: PathBuf,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ipse: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(run(cli.command));
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ipse: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve { home, stdin_watch } => {
            serve_cli::logging();
            serve_cli::serve(&home.home, stdin_watch).await?;
        }
        Command::Demo { home, args } => demo_cli::demo(home, args).await?,
        Command::Phone(args) => return Ok(ipse_phone::cli::run(args).await),
        Command::Operator(args) => {
            serve_cli::logging();
            ipse_operator::cli::run(args).await?;
        }
        Command::Admin(args) => admin_cli::run(args).await?,
        Command::Bench(args) => bench::run(args).await?,
        Command::Log(args) => return log_cli::run(args).await,
        Command::DemoBank { home } => {
            serve_cli::logging();
            demo_cli::demo_bank(&home.home).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
