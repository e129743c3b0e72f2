//! SQLite: connections, and the readers.

use std::collections::HashMap;
use std::ffi::c_int;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::hooks::Wal;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, ErrorCode, ffi};

use super::error::{Failure, Kind, StoreError, TxError};
use super::time::Time;
use super::tx::{Connection, Keyring, Tx};
use super::value::{Columns, Param, Row, Value};

/// More than all statements of the program, so that none is prepared twice.
const STATEMENTS: usize = 1024;
/// Another process (a backup, `ipse admin`) may hold the write lock for a moment.
const BUSY: Duration = Duration::from_secs(10);
/// The pause between two tries of what SQLite does not wait for by itself.
const AGAIN: Duration = Duration::from_millis(2);
/// The page cache of the writer, in KiB, which SQLite writes as a negative number. The one of a reader is small: its pages
/// are valid only until the next commit.
const WRITER_CACHE_KIB: i64 = -4_096;
/// How many reader connections are kept open. More are opened when more threads read at the same time.
const READERS: usize = 16;

/// One connection, with its statements.
pub(crate) struct SqliteConnection {
    conn: rusqlite::Connection,
    /// Statements with `?n` in place of `$n`, by the address of the constant: SQLite takes `$1` for a name, and numbers names
    /// by their first appearance.
    texts: HashMap<(usize, usize), Box<str>>,
    /// Names of the columns that a statement gives, by the address of the constant.
    columns: HashMap<(usize, usize), Columns>,
}

impl SqliteConnection {
    pub(crate) fn open(path: &Path, writes: bool) -> Result<Self, Failure> {
        if writes {
            // SQLite would create a file that everybody can read; -wal and -shm get the same mode. An existing file is not opened
            // here: closing it would release the locks of every connection of this process.
            let created = std::fs::OpenOptions::new()
                .create_new(true)
                .write(true)
                .mode(0o600)
                .open(path);
            if let Err(e) = created
                && e.kind() != std::io::ErrorKind::AlreadyExists
            {
                let text = format!("{}: {e}", path.display());
                return Err(StoreError::Unavailable(text).into());
            }
        }
        let conn = rusqlite::Connection::open(path).map_err(failure)?;
        conn.busy_timeout(BUSY).map_err(failure)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        let mode = write_ahead(&conn)?;
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
             PRAGMA cache_size = -512;
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
            columns: HashMap::new(),
        })
    }

    fn bound(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<(CachedStatement<'_>, &Columns), Failure> {
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
        let columns = self.columns.entry(key).or_insert_with(|| {
            statement
                .column_names()
                .into_iter()
                .map(Box::from)
                .collect()
        });
        Ok((statement, columns))
    }

    pub(crate) fn exec(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, Failure> {
        let changed = self.bound(sql, params)?.0.raw_execute().map_err(failure)?;
        Ok(changed as u64)
    }

    pub(crate) fn row(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Option<Row>, Failure> {
        let (mut statement, columns) = self.bound(sql, params)?;
        let mut rows = statement.raw_query();
        let first = match rows.next().map_err(failure)? {
            Some(row) => Some(owned(row, columns)?),
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
        let (mut statement, columns) = self.bound(sql, params)?;
        let mut rows = statement.raw_query();
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(failure)? {
            all.push(owned(row, columns)?);
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

    /// Calls `f` after each commit, with the pages in the write-ahead log, instead of moving a long log within the commit.
    pub(crate) fn on_commit(&self, f: fn(&Wal, c_int) -> rusqlite::Result<()>) {
        self.conn.wal_hook(Some(f));
    }

    /// Moves as much of the write-ahead log into the database as is possible without waiting.
    pub(crate) fn checkpoint(&mut self) -> Result<(), Failure> {
        self.conn
            .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")
            .and_then(|mut s| s.query_row([], |_| Ok(())))
            .map_err(failure)
    }

    /// Several statements, not cached: migrations.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), Failure> {
        self.conn.execute_batch(sql).map_err(failure)
    }

    pub(crate) fn outside(&self) -> bool {
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

fn owned(row: &rusqlite::Row<'_>, columns: &Columns) -> Result<Row, Failure> {
    let n = columns.len();
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
    Ok(Row::new(columns.clone(), values))
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

/// Reader connections. A read takes microseconds, less than passing it to another thread.
pub(crate) struct Readers {
    path: PathBuf,
    time: Arc<Time>,
    row_keys: Keyring,
    idle: Mutex<Vec<Tx>>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, time: Arc<Time>, row_keys: Keyring) -> Self {
        Self {
            path,
            time,
            row_keys,
            idle: Mutex::default(),
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Tx>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `f` on one snapshot of the database.
    pub(crate) fn read<T, E: TxError>(
        &self,
        mut f: impl FnMut(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = self.idle().pop();
        let mut tx = match idle {
            Some(tx) => tx,
            None => {
                let connection = SqliteConnection::open(&self.path, false).map_err(|f| f.error)?;
                Tx::new(
                    Connection::Sqlite(Box::new(connection)),
                    Arc::clone(&self.time),
                    Arc::clone(&self.row_keys),
                )
            }
        };
        tx.reset();
        tx.connection()
            .control("BEGIN DEFERRED")
            .map_err(|f| f.error)?;
        // A panic unwinds through here and drops the connection, and with it the transaction.
        let result = f(&mut tx);
        let result = match (tx.failure().map(|f| (f.kind, f.error.clone())), result) {
            (Some((_, error)), Ok(_)) => Err(error.into()),
            (Some((Kind::Lost, _)), Err(error)) => return Err(error),
            (_, result) => result,
        };
        if tx.connection().outside() || tx.connection().control("COMMIT").is_ok() {
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

/// Turns the write-ahead log on, and returns the mode of the file. SQLite does not wait here for another connection that
/// creates or removes the log, whatever `busy_timeout` says.
fn write_ahead(conn: &rusqlite::Connection) -> Result<String, Failure> {
    let until = Instant::now() + BUSY;
    loop {
        match conn.query_row("PRAGMA journal_mode = WAL", [], |r| r.get(0)) {
            Err(e)
                if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < until =>
            {
                std::thread::sleep(AGAIN);
            }
            done => return done.map_err(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SqliteConnection, numbered};

    #[test]
    fn placeholders_outside_of_quotes() {
        assert_eq!(
            numbered("SELECT '$1', \"$2\", $2, $1 -- $3\n, $10 FROM t WHERE a->>'$.b' = $3"),
            "SELECT '$1', \"$2\", ?2, ?1 -- $3\n, ?10 FROM t WHERE a->>'$.b' = ?3"
        );
    }

    /// The first connection creates the log and the last one removes it. A connection that opens at that moment waits.
    #[test]
    fn a_connection_waits_while_others_open_and_close() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..50 {
            let path = folder.path().join(format!("{round}.db"));
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        drop(
                            SqliteConnection::open(&path, true)
                                .map_err(|f| f.error)
                                .unwrap(),
                        )
                    });
                }
            });
        }
    }
}
