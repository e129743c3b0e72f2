//! Throw-away databases, so that one test runs on both engines. Only with the feature `testing`.
//!
//! PostgreSQL is a private server of the Debian package, started once per test process on a Unix socket in
//! a temporary directory, and stopped when the process ends, however it ends. `IPSE_TEST_POSTGRES` names a
//! server to use instead (the role must be allowed to create schemas); each test has a schema of its own.

#![allow(clippy::expect_used, reason = "a test ends at a panic")]

use std::fmt::Write as _;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::rows::{self, Pass};
use crate::tables::TABLES;
use crate::{Clock, Migrations, RowKeys, Store, StoreError, Tx};

/// A database for one test.
pub struct TestDb {
    url: String,
    clock: Clock,
    _dir: Option<tempfile::TempDir>,
}

impl TestDb {
    /// SQLite, in a temporary directory that goes away with this value.
    ///
    /// # Panics
    /// There is no temporary directory.
    #[must_use]
    pub fn sqlite() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        Self {
            url: format!("sqlite:{}", dir.path().join("test.db").display()),
            clock: Clock::system(),
            _dir: Some(dir),
        }
    }

    /// PostgreSQL, in a new schema.
    ///
    /// # Panics
    /// There is no PostgreSQL: install Debian's `postgresql`, or set `IPSE_TEST_POSTGRES`.
    #[must_use]
    pub fn postgres() -> Self {
        let server = match std::env::var("IPSE_TEST_POSTGRES") {
            Ok(url) => url,
            Err(_) => TestServer::shared().url().to_owned(),
        };
        let join = if server.contains('?') { '&' } else { '?' };
        let name = random();
        Self {
            url: format!("{server}{join}schema=t_{name:016x}&pool=4"),
            clock: Clock::system(),
            _dir: None,
        }
    }

    /// One of each, for a test that must hold on both.
    #[must_use]
    pub fn both() -> [Self; 2] {
        [Self::sqlite(), Self::postgres()]
    }

    /// The URL to open.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        !self.url.starts_with("sqlite:")
    }

    /// The clock of the stores opened by [`TestDb::open`].
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Opens a store on it.
    ///
    /// # Panics
    /// It does not open.
    #[must_use]
    pub fn open(&self, migrations: &'static Migrations) -> Store {
        self.try_open(migrations).expect("the test database opens")
    }

    /// Opens a store on it.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn try_open(&self, migrations: &'static Migrations) -> Result<Store, StoreError> {
        let store = Store::open(&self.url, migrations, self.clock.clone())?;
        store.authenticate(row_keys());
        Ok(store)
    }
}

/// The keys that authenticate rows in the stores of [`TestDb`].
#[must_use]
pub fn row_keys() -> RowKeys {
    RowKeys::new((1, &[1; 32]), [])
}

/// Gives each row of a table a MAC, whatever it has: for a test that writes rows of its own.
///
/// # Errors
/// As the database says.
pub fn authenticate_rows(tx: &mut Tx, table: &str) -> Result<(), StoreError> {
    for known in TABLES.iter().filter(|known| known.name() == table) {
        let pass = Pass::Adopt {
            sound: &|_, _, _| Ok(true),
        };
        let mut after = None;
        while {
            after = rows::step(tx, known, after.as_ref(), &pass)?.next;
            after.is_some()
        } {}
    }
    Ok(())
}

/// The statements that tables with a MAC are read and written by.
#[must_use]
pub fn table_statements() -> Vec<&'static str> {
    TABLES.iter().flat_map(|table| table.statements()).collect()
}

/// The statement that finds rows of a table by a condition.
#[must_use]
pub fn selected(table: &str, tail: &str) -> Option<String> {
    let table = TABLES.iter().find(|known| known.name() == table)?;
    Some(table.selected(tail))
}

/// Rounds of a race: three, or `IPSE_RACE_ROUNDS` (10,000 in `./test long`). A race with expensive rounds runs one in
/// `costly` of them.
#[must_use]
pub fn rounds(costly: usize) -> usize {
    let set = std::env::var("IPSE_RACE_ROUNDS").ok();
    let set = set.and_then(|n| n.parse::<usize>().ok());
    set.map_or(3, |n| n.div_ceil(costly.max(1)))
}

/// Whether tests may take minutes (`IPSE_TEST_LONG`, set by `./test long`).
#[must_use]
pub fn long() -> bool {
    std::env::var_os("IPSE_TEST_LONG").is_some()
}

/// The number by which rows of an id are found (decision 0013).
#[must_use]
pub fn row_key(id: &str) -> i64 {
    crate::row_key::of(id)
}

fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A private PostgreSQL server.
pub struct TestServer {
    url: String,
    /// When this process ends, the pipe to its standard input closes, and the server stops.
    keeper: Child,
}

/// Runs as the server's user: makes a cluster, starts it, and stops it at end of input. Signals of a
/// terminal are left to the holder of the pipe.
const KEEPER: &str = r#"
trap '' INT HUP TERM
umask 077
dir=$(mktemp -d /tmp/ipse-pg.XXXXXX) || exit 1
cd "$dir" || exit 1
"$1/initdb" -D data -A trust -U ipse -E UTF8 --locale=C --no-sync >log 2>&1 || { cat log >&2; rm -rf "$dir"; exit 1; }
"$1/postgres" -D data -k "$dir" -c listen_addresses= -c fsync="$2" -c max_connections=400 \
  -c shared_buffers=64MB -c log_min_messages=fatal >>log 2>&1 &
pid=$!
n=0
until "$1/pg_isready" -q -h "$dir" -U ipse -d postgres; do
  n=$((n + 1))
  if [ $n -gt 300 ] || ! kill -0 $pid; then cat log >&2; kill $pid; rm -rf "$dir"; exit 1; fi
  sleep 0.05
done
echo "$dir"
read -r _
kill -QUIT $pid
wait $pid
rm -rf "$dir"
"#;

impl TestServer {
    /// The one of this process, started when first asked for.
    fn shared() -> &'static Self {
        static SERVER: OnceLock<TestServer> = OnceLock::new();
        SERVER.get_or_init(|| Self::start(false))
    }

    /// Starts a server; with `fsync` it syncs to disk as a real one does.
    ///
    /// # Panics
    /// There is no PostgreSQL to start.
    #[must_use]
    pub fn start(fsync: bool) -> Self {
        let bin = binaries().expect(
            "PostgreSQL's initdb was not found: install Debian's `postgresql`, or set IPSE_TEST_POSTGRES",
        );
        let mut command = unprivileged();
        let fsync = if fsync { "on" } else { "off" };
        let mut keeper = command
            .args(["sh", "-c", KEEPER, "keeper"])
            .arg(bin)
            .arg(fsync)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut dir = String::new();
        let stdout = keeper.stdout.take().expect("piped");
        BufReader::new(stdout)
            .read_line(&mut dir)
            .expect("readable");
        let dir = dir.trim_end();
        assert!(!dir.is_empty(), "PostgreSQL did not start; see above");
        let host = dir.bytes().fold(String::new(), |mut s, b| {
            let _ = write!(s, "%{b:02x}");
            s
        });
        Self {
            url: format!("postgres://ipse@{host}/postgres"),
            keeper,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut dirs: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    dirs.sort();
    dirs.reverse();
    dirs.extend(std::env::split_paths(&path));
    dirs.into_iter().find(|dir| {
        ["initdb", "postgres", "pg_isready"]
            .iter()
            .all(|f| dir.join(f).exists())
    })
}

/// PostgreSQL refuses to run as root; then it runs as the package's user, or as nobody.
fn unprivileged() -> Command {
    let root = std::fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0);
    if !root {
        return Command::new("env");
    }
    let known = |user: &str| {
        Command::new("id")
            .args(["-u", user])
            .output()
            .is_ok_and(|o| o.status.success())
    };
    let user = if known("postgres") {
        "postgres"
    } else {
        "nobody"
    };
    let mut command = Command::new("runuser");
    command.args(["-u", user, "--"]);
    command
}
