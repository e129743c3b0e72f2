//! SQLite: one writer thread that commits what has queued up together, readers in place.

use std::collections::{HashMap, VecDeque};
use std::os::unix::fs::OpenOptionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, ErrorCode, ffi};

use super::error::{Failure, Kind, StoreError};
use super::notify::{Local, Notice};
use super::queue::{Job, Queue};
use super::stats::Counters;
use super::tx::{Connection, Time, Tx};
use super::value::{Param, Row, Value};

/// More than all statements of the program, so that none is prepared twice.
const STATEMENTS: usize = 1024;
/// Another process (a backup, `ipse admin`) may hold the write lock for a moment.
const BUSY: Duration = Duration::from_secs(10);
/// Bounds of one commit: how long the first of a batch may wait for the last.
const BATCH: usize = 4096;
const BATCH_TIME: Duration = Duration::from_millis(20);
/// Under load commits come at most this often: a commit costs ten times what a small rule costs, so letting a few more join saves
/// most of it. Longer saves little more and costs throughput, for each login waits for six commits in a row. Whoever writes alone
/// never waits.
const COMMIT_INTERVAL: Duration = Duration::from_millis(1);
/// The writer's page cache; negative is SQLite's way to say KiB. A reader's is small: it lives from one commit to the next.
const WRITER_CACHE_KIB: i64 = -16_384;
/// Reader connections kept open; more are opened when more threads read at once.
const READERS: usize = 16;

/// One connection, with its statements.
pub(crate) struct SqliteConnection {
    conn: rusqlite::Connection,
    /// `$n` rewritten to `?n`, by the address of the constant: SQLite takes `$1` for a name and numbers
    /// names by first appearance.
    texts: HashMap<(usize, usize), Box<str>>,
}

impl SqliteConnection {
    pub(crate) fn open(path: &Path, writes: bool) -> Result<Self, Failure> {
        if writes {
            // SQLite would create it readable for all; -wal and -shm take over its mode.
            std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .mode(0o600)
                .open(path)
                .map_err(|e| StoreError::Unavailable(format!("{}: {e}", path.display())))?;
        }
        let conn = rusqlite::Connection::open(path).map_err(failure)?;
        conn.busy_timeout(BUSY).map_err(failure)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        let mode: String = conn
            .query_row("PRAGMA journal_mode = WAL", [], |r| r.get(0))
            .map_err(failure)?;
        if mode != "wal" {
            return Err(StoreError::Unavailable(format!(
                "{}: no write-ahead log on this file system",
                path.display()
            ))
            .into());
        }
        conn.execute_batch(
            "PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -2048;
             PRAGMA wal_autocheckpoint = 16000;",
        )
        .map_err(failure)?;
        if writes {
            conn.pragma_update(None, "cache_size", WRITER_CACHE_KIB)
                .map_err(failure)?;
        } else {
            conn.pragma_update(None, "query_only", true)
                .map_err(failure)?;
        }
        Ok(Self {
            conn,
            texts: HashMap::new(),
        })
    }

    fn bound(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<CachedStatement<'_>, Failure> {
        let key = (sql.as_ptr().addr(), sql.len());
        let text = self
            .texts
            .entry(key)
            .or_insert_with(|| numbered(sql).into());
        let mut statement = self.conn.prepare_cached(text).map_err(failure)?;
        Param::check(params, statement.parameter_count())?;
        for (i, param) in params.iter().enumerate() {
            statement
                .raw_bind_parameter(i + 1, param)
                .map_err(failure)?;
        }
        Ok(statement)
    }

    pub(crate) fn exec(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, Failure> {
        let changed = self.bound(sql, params)?.raw_execute().map_err(failure)?;
        Ok(changed as u64)
    }

    pub(crate) fn row(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Option<Row>, Failure> {
        let mut statement = self.bound(sql, params)?;
        let mut rows = statement.raw_query();
        let first = match rows.next().map_err(failure)? {
            Some(row) => Some(owned(row)?),
            None => None,
        };
        // INSERT … RETURNING must run to its end, not only to its first row.
        while rows.next().map_err(failure)?.is_some() {}
        Ok(first)
    }

    pub(crate) fn rows(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, Failure> {
        let mut statement = self.bound(sql, params)?;
        let mut rows = statement.raw_query();
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(failure)? {
            all.push(owned(row)?);
        }
        Ok(all)
    }

    pub(crate) fn check(&mut self, sql: &'static str) -> Result<(), Failure> {
        self.conn.prepare(&numbered(sql)).map_err(failure)?;
        Ok(())
    }

    pub(crate) fn control(&mut self, sql: &'static str) -> Result<(), Failure> {
        self.conn
            .prepare_cached(sql)
            .and_then(|mut s| s.raw_execute())
            .map_err(failure)?;
        Ok(())
    }

    /// Several statements, not cached: migrations.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), Failure> {
        self.conn.execute_batch(sql).map_err(failure)
    }

    /// Whether SQLite has left the transaction, as it does by itself when the disk is full.
    fn outside(&self) -> bool {
        self.conn.is_autocommit()
    }
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Param::Null => ValueRef::Null,
            Param::Int(v) => ValueRef::Integer(*v),
            Param::Text(v) => ValueRef::Text(v.as_bytes()),
            Param::Blob(v) => ValueRef::Blob(v),
        }))
    }
}

fn owned(row: &rusqlite::Row<'_>) -> Result<Row, Failure> {
    let n = row.as_ref().column_count();
    let mut values = Vec::with_capacity(n);
    for i in 0..n {
        values.push(match row.get_ref(i).map_err(failure)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(v) => Value::Int(v),
            ValueRef::Text(v) => Value::Text(
                std::str::from_utf8(v)
                    .map_err(|_| StoreError::Corrupt(format!("column {i} is not UTF-8")))?
                    .to_owned(),
            ),
            ValueRef::Blob(v) => Value::Blob(v.to_vec()),
            ValueRef::Real(_) => {
                return Err(StoreError::Statement(format!(
                    "column {i} is a floating-point number; cast it to BIGINT"
                ))
                .into());
            }
        });
    }
    Ok(Row(values.into()))
}

/// `$1` → `?1`, except in strings, quoted names and comments.
fn numbered(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut chars = sql.chars().peekable();
    let mut quote = None;
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        match (quote, c) {
            (Some(end), c) => {
                if c == end {
                    quote = None;
                }
                out.push(c);
            }
            (None, '\'' | '"') => {
                quote = Some(c);
                out.push(c);
            }
            (None, '-') if next == Some('-') => {
                quote = Some('\n');
                out.push(c);
            }
            (None, '$') if next.is_some_and(|n| n.is_ascii_digit()) => out.push('?'),
            (None, c) => out.push(c),
        }
    }
    out
}

fn failure(e: rusqlite::Error) -> Failure {
    let error = match &e {
        rusqlite::Error::SqliteFailure(code, text) => classify(*code, text.as_deref()),
        rusqlite::Error::SqlInputError { error, msg, .. } => classify(*error, Some(msg)),
        other => StoreError::Statement(other.to_string()),
    };
    error.into()
}

fn classify(code: ffi::Error, text: Option<&str>) -> StoreError {
    let text = text.unwrap_or("no detail");
    // "UNIQUE constraint failed: person.phone"
    let object = || {
        text.split_once(": ")
            .map_or(text, |(_, what)| what)
            .to_owned()
    };
    match (code.code, code.extended_code) {
        (
            ErrorCode::ConstraintViolation,
            ffi::SQLITE_CONSTRAINT_UNIQUE
            | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | ffi::SQLITE_CONSTRAINT_ROWID,
        ) => StoreError::Unique(object()),
        (ErrorCode::ConstraintViolation, _) => StoreError::Constraint(object()),
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => StoreError::Busy,
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => {
            StoreError::Corrupt(text.to_owned())
        }
        (
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::OutOfMemory
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OperationInterrupted,
            _,
        ) => StoreError::Unavailable(text.to_owned()),
        (ErrorCode::ReadOnly, _) => StoreError::Statement(text.to_owned()),
        _ => StoreError::Statement(text.to_owned()),
    }
}

/// The writer thread: takes what has queued up until the queue is closed and empty.
pub(crate) fn writer(tx: &mut Tx, queue: &Queue, local: &Local, counters: &Counters) {
    let (mut together, mut committed) = (0, Instant::now());
    loop {
        let gather = match together {
            0 | 1 => Duration::ZERO,
            _ => COMMIT_INTERVAL.saturating_sub(committed.elapsed()),
        };
        let jobs = queue.take(BATCH, gather);
        if jobs.is_empty() {
            return;
        }
        together = jobs.len();
        let mut jobs = VecDeque::from(jobs);
        while !jobs.is_empty() {
            batch(tx, &mut jobs, local, counters);
        }
        committed = Instant::now();
    }
}

type Done = Vec<(Box<dyn Job>, Result<(), StoreError>)>;

/// Runs as many of `jobs` as fit in one commit, and answers them.
///
/// A savepoint makes SQLite copy every page that a job changes, and jobs seldom fail: so they run without first, and all of them
/// again, each in a savepoint of its own, only if one fails.
fn batch(tx: &mut Tx, jobs: &mut VecDeque<Box<dyn Job>>, local: &Local, counters: &Counters) {
    let mut ran = run_all(tx, jobs, Guard::Together);
    if let Ok(Ran { done, .. }) = &mut ran
        && done.last().is_some_and(|(_, result)| result.is_err())
    {
        rollback(tx);
        for (job, _) in done.drain(..).rev() {
            jobs.push_front(job);
        }
        ran = run_all(tx, jobs, Guard::Each);
    }
    let Ran {
        done,
        notices,
        broken,
    } = match ran {
        Ok(ran) => ran,
        Err(error) => {
            for job in jobs.drain(..) {
                job.answer(Err(error.clone()));
            }
            return;
        }
    };
    let committed = match broken {
        Some(error) => Err(error),
        None => tx
            .connection()
            .control("COMMIT")
            .map_err(|failure| failure.error),
    };
    counters.commit();
    match committed {
        Ok(()) => {
            for notice in notices {
                local.send(notice);
            }
            for (job, result) in done {
                counters.transaction();
                job.answer(result);
            }
        }
        Err(error) => {
            rollback(tx);
            // A deferred constraint shows at COMMIT only: find out whose it is by running each alone.
            if matches!(error, StoreError::Constraint(_)) && done.len() > 1 {
                for (job, _) in done {
                    batch(tx, &mut VecDeque::from([job]), local, counters);
                }
                return;
            }
            for (job, _) in done {
                job.answer(Err(error.clone()));
            }
        }
    }
}

/// What keeps a failing job from the others of its batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guard {
    /// Nothing: the first failure ends the run, and the transaction must not be committed.
    Together,
    /// A savepoint of its own.
    Each,
}

/// Jobs that ran in one open transaction.
struct Ran {
    done: Done,
    notices: Vec<Notice>,
    broken: Option<StoreError>,
}

/// Opens a transaction and runs `jobs` in it, as long as there is time. An error when no transaction could be opened.
fn run_all(
    tx: &mut Tx,
    jobs: &mut VecDeque<Box<dyn Job>>,
    guard: Guard,
) -> Result<Ran, StoreError> {
    tx.connection()
        .control("BEGIN IMMEDIATE")
        .map_err(|failure| failure.error)?;
    let start = Instant::now();
    let mut ran = Ran {
        done: Vec::with_capacity(jobs.len()),
        notices: Vec::new(),
        broken: None,
    };
    while let Some(mut job) = jobs.pop_front() {
        let result = one(tx, job.as_mut(), guard);
        let failed = result.is_err();
        if !failed {
            tx.drain_notices(&mut ran.notices);
        }
        ran.done.push((job, result));
        if outside(tx) {
            ran.broken = Some(StoreError::Unavailable(
                "the transaction was rolled back by SQLite".to_owned(),
            ));
            break;
        }
        if failed && guard == Guard::Together || start.elapsed() > BATCH_TIME {
            break;
        }
    }
    Ok(ran)
}

fn one(tx: &mut Tx, job: &mut dyn Job, guard: Guard) -> Result<(), StoreError> {
    tx.reset();
    if guard == Guard::Together {
        return run(tx, job);
    }
    tx.connection()
        .control("SAVEPOINT job")
        .map_err(|f| f.error)?;
    let result = run(tx, job);
    if outside(tx) {
        return result;
    }
    let connection = tx.connection();
    if result.is_err() {
        connection
            .control("ROLLBACK TO SAVEPOINT job")
            .map_err(|f| f.error)?;
    }
    connection
        .control("RELEASE SAVEPOINT job")
        .map_err(|f| f.error)?;
    result
}

fn run(tx: &mut Tx, job: &mut dyn Job) -> Result<(), StoreError> {
    let result = catch_unwind(AssertUnwindSafe(|| job.run(tx)));
    tx.settle(result.unwrap_or(Err(StoreError::Panicked)))
}

fn outside(tx: &mut Tx) -> bool {
    match tx.connection() {
        Connection::Sqlite(c) => c.outside(),
        Connection::Postgres(_) => false,
    }
}

fn rollback(tx: &mut Tx) {
    if !outside(tx)
        && let Err(failure) = tx.connection().control("ROLLBACK")
    {
        tracing::error!(
            code = failure.error.code(),
            "rollback failed: {}",
            failure.error
        );
    }
}

/// Reader connections. A read takes microseconds, less than handing it to another thread would.
pub(crate) struct Readers {
    path: PathBuf,
    time: Arc<Time>,
    idle: Mutex<Vec<Tx>>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, time: Arc<Time>) -> Self {
        Self {
            path,
            time,
            idle: Mutex::default(),
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Tx>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `f` on one snapshot of the database.
    pub(crate) fn read<T>(
        &self,
        mut f: impl FnMut(&mut Tx) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self.idle().pop();
        let mut tx = match idle {
            Some(tx) => tx,
            None => {
                let connection = SqliteConnection::open(&self.path, false).map_err(|f| f.error)?;
                Tx::new(Connection::Sqlite(connection), Arc::clone(&self.time))
            }
        };
        tx.reset();
        tx.connection()
            .control("BEGIN DEFERRED")
            .map_err(|f| f.error)?;
        // A panic unwinds through here and drops the connection, and with it the transaction.
        let result = f(&mut tx);
        let result = match (tx.failure().map(|f| (f.kind, f.error.clone())), result) {
            (Some((_, error)), Ok(_)) => Err(error),
            (Some((Kind::Lost, _)), Err(error)) => return Err(error),
            (_, result) => result,
        };
        if outside(&mut tx) || tx.connection().control("COMMIT").is_ok() {
            let mut idle = self.idle();
            if idle.len() < READERS {
                idle.push(tx);
            }
        }
        result
    }

    pub(crate) fn close(&self) {
        self.idle().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn placeholders_outside_of_quotes() {
        assert_eq!(
            numbered("SELECT '$1', \"$2\", $2, $1 -- $3\n, $10 FROM t WHERE a->>'$.b' = $3"),
            "SELECT '$1', \"$2\", ?2, ?1 -- $3\n, ?10 FROM t WHERE a->>'$.b' = ?3"
        );
    }
}
