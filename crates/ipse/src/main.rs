//! Ipse: one digital identity on your phone. This binary contains every party and every tool.

mod admin_cli;
mod bench;
mod demo_cli;
mod keys_cli;
mod log_cli;
mod serve_cli;

use std::ffi::OsString;
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
  ipse keys init --home /var/lib/ipse              make the scheme's keys, once
  ipse serve --home /var/lib/ipse                  the scheme
  ipse admin partner add --home /var/lib/ipse --name 'My shop' \\
      --redirect-uri https://shop.example/callback --service SHOP_LOGIN:login --json
  ipse phone --home ./phone enrol --help           a phone, for scripts
  ipse log verify --home /var/lib/ipse             check every receipt, offline";

#[derive(Subcommand)]
enum Command {
    /// Run the scheme's server
    Serve {
        #[command(flatten)]
        home: Home,
        /// Stop when standard input closes
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
    /// Register partners and sandbox people, and print public keys
    Admin(admin_cli::Args),
    /// Make the keys of a home, and show them
    Keys(keys_cli::Args),
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
    /// The mailbox of a demo
    #[command(hide = true)]
    DemoMailbox {
        #[command(flatten)]
        home: Home,
    },
}

/// The folder of a party.
#[derive(clap::Args)]
struct Home {
    /// Folder with configuration, keys and data
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    home: PathBuf,
}

fn main() -> ExitCode {
    let arguments = home_last(std::env::args_os().collect());
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&arguments, &error),
    };
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

/// Moves `--home DIR` to the end, since people also write it before the subcommand.
fn home_last(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let end = arguments.iter().position(|a| a == "--");
    let end = end.unwrap_or(arguments.len());
    let Some(at) = arguments[..end].iter().position(|a| a == "--home") else {
        return arguments;
    };
    if at + 1 < end {
        let pair: Vec<OsString> = arguments.drain(at..at + 2).collect();
        arguments.splice(end - 2..end - 2, pair);
    }
    arguments
}

/// Prints a usage error: for `ipse phone`, which scripts call, as one JSON line like its other errors, otherwise as clap's text.
fn usage(arguments: &[OsString], error: &clap::Error) -> ExitCode {
    let script = arguments.get(1).is_some_and(|first| first == "phone") && error.use_stderr();
    if script {
        let said = error.render().to_string();
        let detail = said.lines().next().unwrap_or_default();
        let detail = detail.trim_start_matches("error: ");
        eprintln!("{}", serde_json::json!({"code": "usage", "detail": detail}));
        return ExitCode::from(2);
    }
    error.exit()
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
        Command::Keys(args) => keys_cli::run(&args)?,
        Command::Bench(args) => bench::run(args).await?,
        Command::Log(args) => return log_cli::run(args).await,
        Command::DemoBank { home } => {
            serve_cli::logging();
            demo_cli::demo_bank(&home.home).await?;
        }
        Command::DemoMailbox { home } => {
            serve_cli::logging();
            demo_cli::demo_mailbox(&home.home).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(line: &str) -> String {
        let arguments = home_last(line.split(' ').map(OsString::from).collect());
        let words: Vec<_> = arguments.iter().filter_map(|a| a.to_str()).collect();
        words.join(" ")
    }

    #[test]
    fn home_may_be_anywhere_on_the_line() {
        assert_eq!(
            moved("ipse --home d log verify"),
            "ipse log verify --home d"
        );
        assert_eq!(
            moved("ipse log --home d verify --json"),
            "ipse log verify --json --home d"
        );
        assert_eq!(
            moved("ipse log verify --home d"),
            "ipse log verify --home d"
        );
        assert_eq!(
            moved("ipse phone show --home d -- x"),
            "ipse phone show --home d -- x"
        );
        assert_eq!(moved("ipse log verify --home"), "ipse log verify --home");
        for line in [
            "ipse --home d log verify",
            "ipse --home d bench login",
            "ipse bench --home d login",
            "ipse --home d operator sim list",
            "ipse --home d serve",
            "ipse --home d phone actions --json",
            "ipse admin --home d partner list",
            "ipse keys --home d init --json",
        ] {
            assert!(
                Cli::try_parse_from(moved(line).split(' ')).is_ok(),
                "{line}"
            );
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
