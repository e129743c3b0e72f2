//! Starts every party of the demo as its own process, writes their configurations, and stops all of them together.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use ipse_protocol::Random;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

mod announce;
mod child;
mod configs;
mod enrol;
mod layout;
mod partners;
mod ready;

use crate::people::SANDBOX;
use child::Running;
use layout::{Layout, PORTS, Party};
use ready::Ready;

/// The file that marks the home of a demo. It contains what the first start did.
const STATE_FILE: &str = "demo-state.json";

/// The programs that a demo runs.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The `ipse` command: scheme, operators, banks, phones.
    pub ipse: PathBuf,
    /// The folder of the shop's `server.js`.
    pub shop: PathBuf,
    /// The folder of the built phone app.
    pub app: PathBuf,
}

impl Programs {
    /// This program, and the rest of the checkout that it was built from.
    ///
    /// # Errors
    /// The path of this program cannot be found.
    pub fn here() -> anyhow::Result<Self> {
        Ok(Self {
            ipse: std::env::current_exe().context("cannot find the path of this program")?,
            shop: layout::shop_dir(),
            app: layout::app_dir(),
        })
    }
}

/// The options of `ipse demo`.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to run.
    pub programs: Programs,
    /// The folder for everything.
    pub home: PathBuf,
    /// First of the ports. The default is the one of an earlier start with this home, or 4000.
    pub port_base: Option<u16>,
    /// The scheme's database. The default is SQLite in its home.
    pub database: Option<String>,
    /// Delete the contents of the home first.
    pub fresh: bool,
    /// Where to write the ready file. The default is `demo.json` in the home.
    pub ready_file: Option<PathBuf>,
}

/// What the first start chose and did. Later starts must agree with it.
#[derive(Debug, Deserialize, Serialize)]
struct State {
    port_base: u16,
    database: Option<String>,
    /// PostgreSQL schema of this home. A fresh start uses another one, so that this program never drops data.
    schema: String,
    /// Whether the keys are made. A start after that makes none.
    #[serde(default)]
    keys: bool,
    /// The registered partners, with what their software needs.
    partners: Vec<ready::Partner>,
    /// The people who are enrolled, by customer name.
    enrolled: Vec<String>,
}

impl State {
    fn read(home: &Path) -> anyhow::Result<Option<Self>> {
        let path = home.join(STATE_FILE);
        match std::fs::read(&path) {
            Ok(bytes) => {
                let state = serde_json::from_slice(&bytes);
                Ok(Some(state.with_context(|| {
                    format!("{} is damaged; start with --fresh", path.display())
                })?))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// The scheme's database, if it is not the default file in its home.
    fn database(&self) -> Option<configs::Database> {
        let url = self.database.as_ref()?;
        if !url.starts_with("postgres") || url.contains("schema=") {
            return Some(configs::Database {
                url: url.clone(),
                person_keys: None,
            });
        }
        let joint = if url.contains('?') { '&' } else { '?' };
        let in_schema = |suffix: &str| format!("{url}{joint}schema={}{suffix}", self.schema);
        Some(configs::Database {
            url: in_schema(""),
            person_keys: Some(in_schema("_persons")),
        })
    }

    fn write(&self, home: &Path) -> anyhow::Result<()> {
        ready::write_private(&home.join(STATE_FILE), self)
    }
}

/// Runs the demo until `stop` completes or a party stops. Afterwards no party is running.
///
/// # Errors
/// Says what to do: a port in use, a home with other data, a party that does not start or that stopped.
pub async fn run(options: Options, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
    let (layout, mut state) = prepare(&options)?;
    let ready_file = options
        .ready_file
        .clone()
        .unwrap_or_else(|| layout.home.join("demo.json"));
    let ready_file = std::path::absolute(ready_file)?;
    // A script that waits for the file must not find an old one.
    let _ = std::fs::remove_file(&ready_file);
    free_ports(&layout)?;

    let mut parties = Vec::new();
    let outcome = tokio::select! {
        // `stop` is polled first: when it is complete already, no party starts.
        biased;
        () = stop => {
            announce::step("Stopping");
            Ok(())
        }
        outcome = start_all(&options.programs, &layout, &mut state, &ready_file, &mut parties) => outcome,
    };
    let outcome = with_stopped_party(outcome, &mut parties).await;
    let _ = std::fs::remove_file(&ready_file);
    // All at the same time. A party may log that another one no longer answers.
    let mut stops = tokio::task::JoinSet::new();
    for party in parties {
        stops.spawn(party.stop());
    }
    stops.join_all().await;
    outcome
}

/// Starts everything. Completes only with an error.
async fn start_all(
    programs: &Programs,
    layout: &Layout,
    state: &mut State,
    ready_file: &Path,
    parties: &mut Vec<Running>,
) -> anyhow::Result<()> {
    let first = state.enrolled.is_empty();
    announce::step("Making keys and settings");
    if !state.keys {
        configs::make_keys(layout)?;
    }
    configs::write(layout, &programs.app, state.database().as_ref())?;
    if !state.keys {
        for party in Party::ALL
            .into_iter()
            .filter(|party| !matches!(party, Party::Shop | Party::Council | Party::Mailbox))
        {
            let home = layout.home_of(party);
            let home = home.to_str().context("the path of the home is not UTF-8")?;
            command(&programs.ipse, &["keys", "init", "--home", home]).await?;
            // The home of an earlier version: its people are invented, so nobody has to vouch for its database.
            if party == Party::Scheme && !configs::rows_have_macs(layout)? {
                command(&programs.ipse, &["keys", "upgrade", "--home", home]).await?;
            }
        }
        state.keys = true;
        state.write(&layout.home)?;
    }
    for party in [
        Party::Operator(0),
        Party::Operator(1),
        Party::Bank(0),
        Party::Bank(1),
        Party::Mailbox,
        Party::Scheme,
    ] {
        announce::step(&format!("Starting {}", party.name()));
        parties.push(start(programs, layout, party).await?);
    }
    for running in &mut *parties {
        running.wait_until_healthy().await?;
    }

    partners::register(&programs.ipse, layout, state).await?;
    configs::write_sites(layout, &state.partners)?;
    for party in [Party::Shop, Party::Council] {
        announce::step(&format!("Starting {}", party.name()));
        let mut site = start(programs, layout, party).await?;
        let healthy = site.wait_until_healthy().await;
        parties.push(site);
        healthy?;
    }

    if first {
        announce::step("Enrolling the people who have an Ipse already (only at the first start)");
    }
    enrol::people(&programs.ipse, layout, state).await?;
    for sandbox in &SANDBOX {
        parties.extend(enrol::watch(&programs.ipse, layout, sandbox).await?);
    }

    ready::write_private(ready_file, &Ready::new(layout, state.partners.clone()))?;
    if !programs.app.join("index.html").is_file() {
        announce::step(
            "The phone app is not built, so its page is empty: run ./demo, or `npm ci && npm run build` in app/",
        );
    }
    announce::ready(layout, ready_file, &programs.ipse.to_string_lossy());

    // The demo runs as long as each of its parties.
    let stopped = parties.iter_mut().map(|party| Box::pin(party.stopped()));
    let (report, ..) = futures_util::future::select_all(stopped).await;
    bail!(report)
}

async fn start(programs: &Programs, layout: &Layout, party: Party) -> anyhow::Result<Running> {
    let home = layout.home_of(party);
    let mut command = match party {
        Party::Shop | Party::Council => {
            let shop = &programs.shop;
            if !shop.join("node_modules/openid-client").is_dir() {
                bail!(
                    "the shop's packages are missing: run ./demo, or `npm ci` in {}",
                    shop.display()
                );
            }
            let mut command = Command::new("node");
            command.arg(shop.join("server.js"));
            command
        }
        Party::Scheme => {
            let mut command = Command::new(&programs.ipse);
            command.args(["serve", "--stdin-watch"]);
            command
        }
        Party::Operator(_) => {
            let mut command = Command::new(&programs.ipse);
            command.args(["operator", "--stdin-watch"]);
            command
        }
        Party::Mailbox => {
            let mut command = Command::new(&programs.ipse);
            command.arg("demo-mailbox");
            command
        }
        Party::Bank(_) => {
            let mut command = Command::new(&programs.ipse);
            command.arg("demo-bank");
            command
        }
    };
    command.arg("--home").arg(&home);
    let mut ports = vec![layout.port(party)];
    if party == Party::Scheme {
        ports.push(layout.app_port());
    }
    Running::start(party.name(), ports, command, &home).await
}

/// Opens the home, or makes it, and checks that the options agree with it.
fn prepare(options: &Options) -> anyhow::Result<(Layout, State)> {
    let home = std::path::absolute(&options.home).context("--home is not a path")?;
    let known = home.join(STATE_FILE).is_file();
    if options.fresh && home.exists() {
        let empty = home
            .read_dir()
            .is_ok_and(|mut entries| entries.next().is_none());
        if !known && !empty {
            // This program deletes only what it made.
            bail!(
                "{} contains other things than a demo; choose another --home",
                home.display()
            );
        }
        std::fs::remove_dir_all(&home)
            .with_context(|| format!("cannot empty {}", home.display()))?;
    }
    std::fs::create_dir_all(&home).with_context(|| format!("cannot make {}", home.display()))?;
    let state = match State::read(&home)? {
        None => State {
            port_base: options.port_base.unwrap_or(4000),
            database: options.database.clone(),
            schema: format!(
                "ipse_demo_{:08x}",
                u32::from_be_bytes(Random::system().bytes())
            ),
            keys: false,
            partners: Vec::new(),
            enrolled: Vec::new(),
        },
        Some(state) => state,
    };
    // Receipts and registrations contain the addresses, so the ports of a demo cannot change.
    if let Some(wanted) = options.port_base
        && wanted != state.port_base
    {
        bail!(
            "{} uses the ports from {}: omit --port-base, choose another --home, or delete it with --fresh",
            home.display(),
            state.port_base
        );
    }
    if options.database.is_some() && options.database != state.database {
        bail!(
            "{} uses another database: choose another --home, or delete it with --fresh",
            home.display()
        );
    }
    if state.port_base.checked_add(PORTS).is_none() || state.port_base < 1024 {
        bail!("--port-base must be between 1024 and {}", u16::MAX - PORTS);
    }
    state.write(&home)?;
    let port_base = state.port_base;
    Ok((Layout { home, port_base }, state))
}

fn free_ports(layout: &Layout) -> anyhow::Result<()> {
    for (port, owner) in layout.ports() {
        if let Err(error) = std::net::TcpListener::bind(("127.0.0.1", port)) {
            bail!(
                "port {port}, meant for {owner}, cannot be used ({error}): stop the program that has it, or give --port-base another \
                 number and --home another folder"
            );
        }
    }
    Ok(())
}

/// Adds the report of a party that stopped, which is the likely cause of an error.
async fn with_stopped_party(
    outcome: anyhow::Result<()>,
    parties: &mut [Running],
) -> anyhow::Result<()> {
    let Err(error) = outcome else { return Ok(()) };
    for party in parties {
        if let Some(report) = party.has_stopped().await {
            let known = error.to_string().contains(&report);
            return Err(if known { error } else { error.context(report) });
        }
    }
    Err(error)
}

/// Runs another command of this program to its end and returns what it printed.
async fn command(program: &Path, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    const LIMIT: Duration = Duration::from_secs(120);
    let what = arguments
        .iter()
        .take(3)
        .copied()
        .collect::<Vec<_>>()
        .join(" ");
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .process_group(0);
    let output = tokio::time::timeout(LIMIT, command.output())
        .await
        .with_context(|| format!("`ipse {what} …` does not finish"))?
        .with_context(|| format!("cannot run `ipse {what} …`"))?;
    if !output.status.success() {
        let printed = [output.stderr, output.stdout].concat();
        bail!(
            "`ipse {what} …` failed: {}",
            String::from_utf8_lossy(&printed).trim()
        );
    }
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_home_has_its_own_schema_in_a_postgres_database() {
        let state = |database: Option<&str>| State {
            port_base: 4000,
            database: database.map(str::to_owned),
            schema: "ipse_demo_1".to_owned(),
            keys: false,
            partners: Vec::new(),
            enrolled: Vec::new(),
        };
        let url = |database| state(database).database().map(|found| found.url);
        assert_eq!(url(None), None);
        assert_eq!(url(Some("sqlite:/x.db")).unwrap(), "sqlite:/x.db");
        assert_eq!(
            url(Some("postgres://h/d")).unwrap(),
            "postgres://h/d?schema=ipse_demo_1"
        );
        assert_eq!(
            url(Some("postgres://h/d?pool=3")).unwrap(),
            "postgres://h/d?pool=3&schema=ipse_demo_1"
        );
        assert_eq!(
            url(Some("postgres://h/d?schema=mine")).unwrap(),
            "postgres://h/d?schema=mine"
        );
    }
}
