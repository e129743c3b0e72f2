//! `ipse bench`: whole logins and requests for details against separate processes, every check on, durable writes.

mod answers;
mod client;
mod floor;
mod http;
mod login;
mod parties;
mod partners;
mod report;
mod running;
mod seed;

use std::path::PathBuf;

use clap::Subcommand;

/// Measure whole logins and requests for details.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start scheme and operator as separate processes and log people in
    ///
    /// Two phases: as many logins as possible, then a fixed rate. Prints one JSON object.
    Login(LoginArgs),
    /// The same for logins, then for requests for details with signed and with encrypted userinfo
    ///
    /// Prints one JSON object with the figures of each.
    Share(LoginArgs),
    /// Time answers that must not reveal who is enrolled, and refusals that must be cheap. Prints one JSON object.
    Answers(AnswersArgs),
    /// Make a home with many identities, for `--home` of the other commands
    Seed(SeedArgs),
}

/// `ipse bench login` and `ipse bench share`.
#[derive(clap::Args, Clone)]
pub struct LoginArgs {
    /// Length of each phase
    #[arg(long, default_value_t = 20, value_name = "N")]
    seconds: u64,
    /// Logins at the same time in the first phase
    #[arg(long, default_value_t = 48)]
    concurrency: usize,
    /// Logins a second in the second phase
    #[arg(long, default_value_t = 200)]
    rate: u64,
    /// Database of the scheme, `postgres://…` [default: SQLite in the home]
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Home made by `ipse bench seed` [default: a new one with 500 identities, removed afterwards]
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
}

/// `ipse bench answers`.
#[derive(clap::Args, Clone)]
pub struct AnswersArgs {
    /// How often each request is sent, in turn
    #[arg(long, default_value_t = 400)]
    rounds: usize,
}

/// `ipse bench seed`.
#[derive(clap::Args, Clone)]
pub struct SeedArgs {
    /// Folder to make
    #[arg(long, value_name = "DIR")]
    home: PathBuf,
    /// How many identities the database holds
    #[arg(long, default_value_t = 1_000_000)]
    identities: usize,
    /// How many of them log in: these have a code and a SIM at the operator
    #[arg(long, default_value_t = 10_000)]
    active: usize,
    /// Database of the scheme
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// Runs the command.
pub async fn run(args: Args) -> anyhow::Result<()> {
    match args.command {
        Command::Login(args) => report::login(args).await,
        Command::Share(args) => report::share(args).await,
        Command::Answers(args) => answers::answers(args).await,
        Command::Seed(args) => seed::seed(&args).await,
    }
}
