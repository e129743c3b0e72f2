//! `ipse phone`: a phone on the command line, for scripts and tests.
//!
//! The result goes to standard output, with `--json` as one JSON object. An error goes to standard error, as one JSON
//! line with its stable code. The exit status is 0 only for success.

mod act;
mod file;
mod print;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use ipse_protocol::terms::RefusalReason;
use ipse_protocol::view::Chosen;

use crate::error::{Error, local};
use crate::{Phone, Proof, Result};

const EXAMPLES: &str = "Examples:
  ipse phone --home ./emma enrol --scheme http://localhost:4001 --phone-number +32470000007 \\
      --bank 'Bank Anker' --customer emma.janssens --code 58204
  ipse phone --home ./emma link 'http://localhost:4001/app/#a.…'
  ipse phone --home ./emma approve act_… --code 58204 --json
  ipse phone --home ./emma approve act_… --code 58204 --choose return=on
  ipse phone --home ./emma approve act_… --code 58204 --without birthdate
  ipse phone --home ./emma watch --approve --code 58204
  ipse phone --home ./emma history --limit 20
  ipse phone --home ./emma receipt act_… --verify
  ipse phone --home ./emma fingerprint add --code 58204
  ipse phone --home ./emma email add emma@mail.example --code 58204
  ipse phone --home ./emma export --out emma.json --code 58204
  ipse phone --home ./new enrol …                  a new phone for a person who has an Ipse
  ipse phone --home ./emma not-me                  …and the old phone objects

Exit status 0 only for success. Errors are one JSON line on standard error:
  {\"code\":\"code_wrong\",\"detail\":\"…\",\"status\":401,\"wrong_codes_left\":2,\"blocked\":false}";

const FINGERPRINT_EXAMPLES: &str = "Examples:
  ipse phone --home ./emma fingerprint add --code 58204
  ipse phone --home ./emma fingerprint remove --code 58204 --json

Afterwards `approve ACTION --fingerprint` works, or works no more. The codes `fingerprint_exists` and
`fingerprint_missing` say that there is nothing to do.";

const HISTORY_EXAMPLES: &str = "Examples:
  ipse phone --home ./emma history --limit 20
  ipse phone --home ./emma history --json | jq '.[] | select(.entry == \"event\" and .kind == \"block\")'

Each line has the time, the kind, what became of it, and the id: of an action, or of a receipt. `receipt ID --verify` checks
either.";

const RECEIPT_EXAMPLES: &str = "Examples:
  ipse phone --home ./emma receipt act_… --verify
  ipse phone --home ./emma receipt rec_… --verify --json

The phone remembers the last head of the log that it verified (log_head.json), and has each later one proven to continue it. A
new phone starts without memory. Exit status 1 if a check fails, with one of these codes:
  receipt_invalid   the receipt, or a signature on it, is not right
  log_forgot        the log is shorter than this phone remembers
  log_forked        the log is another one than this phone remembers
  log_overdue       the log does not have what the scheme promised to log
For the last three, log_fault.json in the folder of the phone keeps what the scheme signed.";

const EMAIL_EXAMPLES: &str = "Examples:
  ipse phone --home ./emma email add emma@mail.example --code 58204
  ipse phone --home ./emma email change emma.janssens@mail.example --code 58204 --json
  ipse phone --home ./emma email remove --code 58204

A site asks for the address of a person who has none:
  ipse phone --home ./emma link 'http://localhost:4001/app/#a.…'
  ipse phone --home ./emma renew act_…              the request waits up to ten minutes
  ipse phone --home ./emma email add emma@mail.example --code 58204
  ipse phone --home ./emma renew act_…              the request shows the address
  ipse phone --home ./emma approve act_… --code 58204";

const EXPORT_EXAMPLES: &str = "Examples:
  ipse phone --home ./emma export --out emma.json --code 58204
  ipse phone --home ./emma export --out emma.json --force --code 58204 --json

The file is JSON; docs/protocol.md §4 (\"Export\") names its members. Its mode is 0600.";

/// A phone on the command line, for scripts and tests.
#[derive(Parser, Debug)]
#[command(name = "phone", after_help = EXAMPLES)]
pub struct Args {
    /// Folder of the phone
    #[arg(long, global = true, value_name = "DIR", default_value = "./phone")]
    home: PathBuf,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Get an Ipse, or move yours to this phone: SIM, bank, code
    Enrol(EnrolArgs),
    /// Claim the action of a link or a QR text, and print its id
    Link {
        /// The whole text
        text: String,
        /// The phone's camera read it from the page, as the app's scanner does. Otherwise the phone opened it as a link
        #[arg(long)]
        scanned: bool,
    },
    /// List open actions, newest first
    Actions {
        /// Also those that are decided
        #[arg(long)]
        all: bool,
    },
    /// Show the view of an action; of one that was decided, the view in its receipt
    Show {
        /// Its id
        action: String,
    },
    /// Approve an action
    Approve {
        /// Its id
        action: String,
        #[command(flatten)]
        proof: ProofArgs,
        /// What the person chooses, such as return=on; otherwise what the view says before they choose
        #[arg(long, value_name = "KEY=VALUE", value_parser = chosen)]
        choose: Vec<Chosen>,
        /// A detail that the person keeps, such as birthdate: the key of its switch in the view
        #[arg(long, value_name = "ATTRIBUTE")]
        without: Vec<String>,
    },
    /// A browser may not come back any more without asking
    StopReturns {
        /// The action of the approval that allowed it; `actions --all` lists them
        action: String,
    },
    /// Refuse an action
    Refuse {
        /// Its id
        action: String,
        /// Why
        #[arg(long, value_enum, default_value = "person")]
        reason: Reason,
    },
    /// "This was not me": report an action and block the identity
    Report {
        /// Its id
        action: String,
    },
    /// "This was not me", on a phone that another one replaced: block the identity
    NotMe,
    /// Print each action that comes; with --approve, approve it
    Watch {
        /// Approve what comes
        #[arg(long, requires = "proof")]
        approve: bool,
        /// Refuse what comes
        #[arg(long, conflicts_with = "approve")]
        refuse: bool,
        /// End when standard input closes
        #[arg(long)]
        stdin_watch: bool,
        #[command(flatten)]
        proof: WatchProof,
        /// What the person chooses where the view has it, such as return=on
        #[arg(long, value_name = "KEY=VALUE", value_parser = chosen, requires = "approve")]
        choose: Vec<Chosen>,
        /// Keep the first detail that has a switch
        #[arg(long, requires = "approve")]
        keep_one: bool,
        /// End after so many actions
        #[arg(long, value_name = "N")]
        count: Option<u64>,
    },
    /// Text messages to this phone (demo only)
    Messages,
    /// Block the identity, at once
    Block,
    /// Lift the person's own block
    Unblock {
        /// The five-digit code
        #[arg(long, value_name = "CODE", env = "IPSE_CODE", hide_env_values = true)]
        code: String,
    },
    /// The person's devices
    Devices,
    /// The partners that got something, what and when
    Partners,
    /// Take back what you consented to towards a partner; `partners` lists their ids
    Withdraw {
        /// Id of the partner
        partner: String,
    },
    /// The person's data and status
    Me,
    /// Download all that the scheme holds on the person, with the SIM and the code
    #[command(after_help = EXPORT_EXAMPLES)]
    Export {
        /// The file that is written; only you can read it
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Replace the file if it exists
        #[arg(long)]
        force: bool,
        /// The five-digit code
        #[arg(long, value_name = "CODE", env = "IPSE_CODE", hide_env_values = true)]
        code: String,
    },
    /// List everything that happened to the identity, newest first: actions, blocks, moves, recoveries, withdrawals
    #[command(after_help = HISTORY_EXAMPLES)]
    History {
        /// Only the latest N entries
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// Fetch a receipt, check it on this phone, and check that the log continues the one that this phone remembers
    #[command(after_help = RECEIPT_EXAMPLES)]
    Receipt {
        /// Id of the receipt, or of its action
        id: String,
        /// Print a line for each check
        #[arg(long)]
        verify: bool,
    },
    /// Choose a new code through the bank, for one that is used up or forgotten
    #[command(alias = "recover")]
    ForgotCode {
        /// Name of the bank
        #[arg(long)]
        bank: String,
        /// What the demo bank knows the customer by
        #[arg(long)]
        customer: String,
        /// The new five-digit code
        #[arg(long, value_name = "CODE", env = "IPSE_CODE", hide_env_values = true)]
        code: String,
    },
    /// Choose a new code, with the old one and the SIM
    ChangeCode {
        /// The five-digit code until now
        #[arg(long, value_name = "CODE", env = "IPSE_CODE", hide_env_values = true)]
        code: String,
        /// The new five-digit code
        #[arg(long, value_name = "CODE")]
        new_code: String,
    },
    /// Add or remove the fingerprint of this phone, with the code
    #[command(after_help = FINGERPRINT_EXAMPLES)]
    Fingerprint {
        /// What to do
        #[arg(value_enum)]
        change: Change,
        /// The five-digit code
        #[arg(long, value_name = "CODE", env = "IPSE_CODE", hide_env_values = true)]
        code: String,
    },
    /// Add, change or remove the e-mail address, with the code; the demo's mailbox has the mail
    #[command(after_help = EMAIL_EXAMPLES)]
    Email {
        /// What to do
        #[arg(value_enum)]
        change: EmailChange,
        /// The address, to add it or to change to it
        #[arg(required_if_eq_any([("change", "add"), ("change", "change")]))]
        address: Option<String>,
        /// The five-digit code
        #[arg(long, value_name = "CODE", env = "IPSE_CODE", hide_env_values = true)]
        code: String,
    },
    /// Have an action offered again, after adding what it asks and you did not have
    Renew {
        /// Its id
        action: String,
    },
    /// Connect the SIM that is in the handset now
    Sim {
        /// Its number, if it is another than before
        #[arg(long, value_name = "NUMBER")]
        phone_number: Option<String>,
        /// The five-digit code
        #[arg(long, value_name = "CODE", env = "IPSE_CODE", hide_env_values = true)]
        code: String,
    },
}

// The code must not appear where arguments are printed.
impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Command")
    }
}

#[derive(clap::Args)]
struct EnrolArgs {
    /// Address of the scheme's app
    #[arg(long, value_name = "URL")]
    scheme: String,
    /// The person's number, +32…
    #[arg(long, value_name = "NUMBER")]
    phone_number: String,
    /// Name of the bank
    #[arg(long)]
    bank: String,
    /// What the demo bank knows the customer by
    #[arg(long)]
    customer: String,
    /// The five-digit code
    #[arg(long, value_name = "CODE", env = "IPSE_CODE", hide_env_values = true)]
    code: String,
    /// Also register a fingerprint
    #[arg(long)]
    fingerprint: bool,
    /// What the person calls the phone
    #[arg(long, default_value = "Ipse CLI")]
    device_name: String,
    /// Language of what is shown
    #[arg(long, value_parser = ["nl", "fr", "de", "en"], default_value = "en")]
    language: String,
}

fn chosen(text: &str) -> Result<Chosen, String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok(Chosen {
        key: key.to_owned(),
        value: value.to_owned(),
    })
}

#[derive(clap::Args)]
#[group(required = true, multiple = true)]
struct ProofArgs {
    /// The five-digit code
    #[arg(long, value_name = "CODE", env = "IPSE_CODE", hide_env_values = true)]
    code: Option<String>,
    /// Use the fingerprint instead
    #[arg(long)]
    fingerprint: bool,
}

#[derive(clap::Args)]
#[group(id = "proof", multiple = true)]
struct WatchProof {
    /// The five-digit code
    #[arg(long, value_name = "CODE", env = "IPSE_CODE", hide_env_values = true)]
    code: Option<String>,
    /// Use the fingerprint instead
    #[arg(long)]
    fingerprint: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Change {
    Add,
    Remove,
}

#[derive(Clone, Copy, ValueEnum)]
enum EmailChange {
    Add,
    Change,
    Remove,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Reason {
    Person,
    NotMe,
    WrongDetails,
}

impl From<Reason> for RefusalReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Person => RefusalReason::Person,
            Reason::NotMe => RefusalReason::NotMe,
            Reason::WrongDetails => RefusalReason::WrongDetails,
        }
    }
}

/// The fingerprint if both are given, since it spends no try of the code.
fn proof(code: Option<&str>, fingerprint: bool) -> Result<Proof<'_>> {
    match code {
        _ if fingerprint => Ok(Proof::Biometric),
        Some(code) => Ok(Proof::Code(code)),
        None => Err(Error::of(local::CODE).with("reason", "length")),
    }
}

/// Runs the command.
pub async fn run(args: Args) -> ExitCode {
    let done = match Phone::open(&args.home) {
        Ok(mut phone) => act::act(&mut phone, args.command, args.json).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", error.to_json());
            ExitCode::FAILURE
        }
    }
}
