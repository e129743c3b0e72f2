//! Starts every party of the demo as its own process, introduces them to each other, and ends them all together.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
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

/// The file by which a demo's home is known, and what was done there once.
const STATE_FILE: &str = "demo-state.json";

/// Where the programs are that a demo runs.
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
    /// This very program, and the rest of the checkout that it was built from.
    pub fn here() -> anyhow::Result<Self> {
        Ok(Self {
            ipse: std::env::current_exe().context("cannot tell where this program is")?,
            shop: layout::shop_dir(),
            app: layout::app_dir(),
        })
    }
}

/// What `ipse demo` was asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to run.
    pub programs: Programs,
    /// Where everything is kept.
    pub home: PathBuf,
    /// First of the ports; the home's own if not given, else 4000.
    pub port_base: Option<u16>,
    /// The scheme's database; SQLite in its home if not given.
    pub database: Option<String>,
    /// Forget what the home holds.
    pub fresh: bool,
    /// Where to write the ready file; `demo.json` in the home if not given.
    pub ready_file: Option<PathBuf>,
}

/// What was done once and must fit again at the next start.
#[derive(Debug, Deserialize, Serialize)]
struct State {
    port_base: u16,
    database: Option<String>,
    /// PostgreSQL schema of this home: starting over takes another one, and nothing that is not ours is ever dropped.
    schema: String,
    /// Partners that are registered, with what their software needs.
    partners: Vec<ready::Partner>,
    /// People who have their Ipse.
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

    /// The scheme's database, if it is not the usual file in its home.
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

/// Runs the demo until `stop` completes or a party dies. Whatever happens, nothing is left running.
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
        // Stopping comes first, also before anything has been started.
        biased;
        () = stop => {
            announce::step("Stopping");
            Ok(())
        }
        outcome = open(&options.programs, &layout, &mut state, &ready_file, &mut parties) => outcome,
    };
    let outcome = blame(outcome, &mut parties).await;
    let _ = std::fs::remove_file(&ready_file);
    // All at once: a party that misses another one in its last second says so in its log, and nobody waits for it.
    let mut ends = tokio::task::JoinSet::new();
    for party in parties {
        ends.spawn(party.end());
    }
    ends.join_all().await;
    outcome
}

/// Opens everything; completes only when something goes wrong.
async fn open(
    programs: &Programs,
    layout: &Layout,
    state: &mut State,
    ready_file: &Path,
    parties: &mut Vec<Running>,
) -> anyhow::Result<()> {
    let first = state.enrolled.is_empty();
    announce::step("Making keys and settings");
    configs::write(layout, &programs.app, state.database().as_ref())?;
    for party in [
        Party::Operator(0),
        Party::Operator(1),
        Party::Bank(0),
        Party::Bank(1),
        Party::Scheme,
    ] {
        announce::step(&format!("Starting {}", party.name()));
        parties.push(start(programs, layout, party).await?);
    }
    for running in &mut *parties {
        running.answers().await?;
    }

    partners::register(&programs.ipse, layout, state).await?;
    configs::write_shop(layout, &state.partners)?;
    announce::step(&format!("Starting {}", Party::Shop.name()));
    let mut shop = start(programs, layout, Party::Shop).await?;
    let answered = shop.answers().await;
    parties.push(shop);
    answered?;

    if first {
        announce::step(
            "Enrolling the demo people who have an Ipse already (once, this takes a moment)",
        );
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

    // From here on the demo lives as long as all of its parties do.
    let deaths = parties.iter_mut().map(|running| Box::pin(running.died()));
    bail!(first_of(deaths.collect()).await)
}

async fn start(programs: &Programs, layout: &Layout, party: Party) -> anyhow::Result<Running> {
    let home = layout.home_of(party);
    let mut command = match party {
        Party::Shop => {
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

/// Finds the home, or makes it, and checks that what is asked fits what it holds.
fn prepare(options: &Options) -> anyhow::Result<(Layout, State)> {
    let home = std::path::absolute(&options.home).context("--home is not a path")?;
    let known = home.join(STATE_FILE).is_file();
    if options.fresh && home.exists() {
        let empty = home
            .read_dir()
            .is_ok_and(|mut entries| entries.next().is_none());
        if !known && !empty {
            // Whatever it is, it is not ours to delete.
            bail!(
                "{} holds other things than a demo; choose another --home",
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
            schema: format!("ipse_demo_{:08x}", fresh_number()?),
            partners: Vec::new(),
            enrolled: Vec::new(),
        },
        Some(state) => state,
    };
    // Addresses are part of keys, receipts and registrations; a demo cannot move.
    if let Some(asked) = options.port_base
        && asked != state.port_base
    {
        bail!(
            "{} was made for ports from {} on: leave --port-base out, choose another --home, or start over with --fresh",
            home.display(),
            state.port_base
        );
    }
    if options.database.is_some() && options.database != state.database {
        bail!(
            "{} was made with another database: choose another --home, or start over with --fresh",
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

fn fresh_number() -> anyhow::Result<u32> {
    let mut bytes = [0; 4];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| anyhow::anyhow!("the system gives no randomness"))?;
    Ok(u32::from_be_bytes(bytes))
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

/// When something failed because a party had died, it is the death that one wants to read about.
async fn blame(outcome: anyhow::Result<()>, parties: &mut [Running]) -> anyhow::Result<()> {
    let Err(error) = outcome else { return Ok(()) };
    for party in parties {
        if let Some(story) = party.has_died().await {
            let known = error.to_string().contains(&story);
            return Err(if known { error } else { error.context(story) });
        }
    }
    Err(error)
}

/// The first of several futures to complete.
async fn first_of<F: Future<Output = String> + Unpin>(mut futures: Vec<F>) -> String {
    std::future::poll_fn(|context| {
        for future in &mut futures {
            if let std::task::Poll::Ready(story) = std::pin::Pin::new(future).poll(context) {
                return std::task::Poll::Ready(story);
            }
        }
        std::task::Poll::Pending
    })
    .await
}

/// Runs one of this program's other commands to its end; answers what it printed.
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
        .with_context(|| format!("`ipse {what} …` does not end"))?
        .with_context(|| format!("cannot run `ipse {what} …`"))?;
    if !output.status.success() {
        let told = [output.stderr, output.stdout].concat();
        bail!(
            "`ipse {what} …` failed: {}",
            String::from_utf8_lossy(&told).trim()
        );
    }
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_home_has_a_schema_of_its_own_in_a_database() {
        let state = |database: Option<&str>| State {
            port_base: 4000,
            database: database.map(str::to_owned),
            schema: "ipse_demo_1".to_owned(),
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
