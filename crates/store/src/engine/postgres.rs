//! PostgreSQL: threads with one connection each, serializable transactions, retries.

use std::collections::HashMap;
use std::error::Error as _;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use postgres::error::{DbError, Severity, SqlState};
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{NoTls, Statement};

use super::error::{Failure, Kind, StoreError};
use super::notify_postgres::Broadcast;
use super::queue::{Job, Queue};
use super::stats::Counters;
use super::time::Time;
use super::tx::{Connection, Keyring, Tx};
use super::value::{Columns, Param, Row, Value};

/// After this many conflicts a transaction waits for its turn.
const OPTIMISTIC: u32 = 3;
/// After this many conflicts, or this time, the caller is told to try again later.
const ATTEMPTS: u32 = 24;
const PATIENCE: Duration = Duration::from_secs(15);
/// After this many lost connections a transaction fails. One is a server that was restarted, two are a server in trouble.
const LOSSES: u32 = 2;

/// One connection, with its statements.
pub(crate) struct PgConnection {
    client: postgres::Client,
    statements: HashMap<(usize, usize), (Statement, Columns)>,
}

impl PgConnection {
    pub(crate) fn open(config: &postgres::Config) -> Result<Self, Failure> {
        let mut client = config.connect(NoTls).map_err(failure)?;
        // Limits, so that a stuck statement does not hold a thread for ever. A commit is confirmed only when it is on disk;
        // stronger settings (replicas) stay.
        client
            .batch_execute(
                "SET statement_timeout = '30s';
                 SET lock_timeout = '10s';
                 SET idle_in_transaction_session_timeout = '60s';
                 SET client_min_messages = warning;
                 SELECT set_config('synchronous_commit', 'on', false)
                  WHERE current_setting('synchronous_commit') IN ('off', 'local');",
            )
            .map_err(failure)?;
        Ok(Self {
            client,
            statements: HashMap::new(),
        })
    }

    fn statement(&mut self, sql: &'static str) -> Result<(Statement, Columns), Failure> {
        let key = (sql.as_ptr().addr(), sql.len());
        if let Some(known) = self.statements.get(&key) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(sql).map_err(failure)?;
        let columns = statement
            .columns()
            .iter()
            .map(|c| c.name().into())
            .collect();
        let known = (statement, columns);
        self.statements.insert(key, known.clone());
        Ok(known)
    }

    fn ready(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<(Statement, Columns), Failure> {
        let (statement, columns) = self.statement(sql)?;
        Param::check(params, statement.params().len())?;
        Ok((statement, columns))
    }

    pub(crate) fn exec(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, Failure> {
        let (statement, _) = self.ready(sql, params)?;
        self.client
            .execute(&statement, &dynamic(params))
            .map_err(failure)
    }

    pub(crate) fn row(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Option<Row>, Failure> {
        let (statement, columns) = self.ready(sql, params)?;
        let rows = self
            .client
            .query(&statement, &dynamic(params))
            .map_err(failure)?;
        rows.first().map(|row| owned(row, &columns)).transpose()
    }

    pub(crate) fn rows(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, Failure> {
        let (statement, columns) = self.ready(sql, params)?;
        let rows = self
            .client
            .query(&statement, &dynamic(params))
            .map_err(failure)?;
        rows.iter().map(|row| owned(row, &columns)).collect()
    }

    pub(crate) fn check(&mut self, sql: &'static str) -> Result<(), Failure> {
        self.client.prepare(sql).map_err(failure)?;
        Ok(())
    }

    pub(crate) fn control(&mut self, sql: &'static str) -> Result<(), Failure> {
        self.client.batch_execute(sql).map_err(failure)
    }

    /// Several statements, not cached: migrations.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), Failure> {
        self.client.batch_execute(sql).map_err(failure)
    }

    /// The server's time in milliseconds since 1970.
    pub(crate) fn now(&mut self) -> Result<i64, Failure> {
        let row = self.row(
            "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT",
            &[],
        )?;
        let mut row = row.ok_or_else(|| StoreError::Corrupt("no time".to_owned()))?;
        Ok(row.only()?)
    }

    pub(crate) fn client(&mut self) -> &mut postgres::Client {
        &mut self.client
    }
}

fn dynamic<'a>(params: &'a [Param<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|p| p as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, ty) {
            (Param::Null, _) => Ok(IsNull::Yes),
            (Param::Int(v), &Type::INT8) => v.to_sql(ty, out),
            (Param::Int(v), &Type::INT4) => i32::try_from(*v)?.to_sql(ty, out),
            (Param::Int(v), &Type::INT2) => i16::try_from(*v)?.to_sql(ty, out),
            (Param::Text(v), &Type::TEXT | &Type::VARCHAR | &Type::BPCHAR | &Type::NAME) => {
                v.to_sql(ty, out)
            }
            (Param::Blob(v), &Type::BYTEA) => v.to_sql(ty, out),
            _ => Err(format!("{self:?} given for {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn owned(row: &postgres::Row, columns: &Columns) -> Result<Row, Failure> {
    let mut values = Vec::with_capacity(row.len());
    for (i, column) in row.columns().iter().enumerate() {
        let value = match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(i).map(|v| v.map(Value::Int)),
            Type::INT4 => row
                .try_get::<_, Option<i32>>(i)
                .map(|v| v.map(|v| Value::Int(v.into()))),
            Type::INT2 => row
                .try_get::<_, Option<i16>>(i)
                .map(|v| v.map(|v| Value::Int(v.into()))),
            Type::BOOL => row
                .try_get::<_, Option<bool>>(i)
                .map(|v| v.map(|v| Value::Int(v.into()))),
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::UNKNOWN => row
                .try_get::<_, Option<String>>(i)
                .map(|v| v.map(Value::Text)),
            Type::BYTEA => row
                .try_get::<_, Option<Vec<u8>>>(i)
                .map(|v| v.map(Value::Blob)),
            Type::VOID => Ok(None),
            ref other => {
                return Err(StoreError::Statement(format!(
                    "column {i} is {other}; cast it to BIGINT, TEXT or BYTEA"
                ))
                .into());
            }
        };
        values.push(value.map_err(failure)?.unwrap_or(Value::Null));
    }
    Ok(Row::new(columns.clone(), values))
}

pub(crate) fn failure(e: postgres::Error) -> Failure {
    if let Some(db) = e.as_db_error() {
        return refused(db);
    }
    let from_network = e.is_closed()
        || e.source()
            .is_some_and(|s| s.downcast_ref::<std::io::Error>().is_some());
    if from_network {
        return Failure {
            error: StoreError::Unavailable("connection lost".to_owned()),
            kind: Kind::Lost,
        };
    }
    // A failed conversion names only types. Any other error without an answer of the server (a failed login, a broken
    // protocol) means that the connection cannot be used.
    let text = e.source().map_or_else(|| e.to_string(), |s| s.to_string());
    if e.to_string().contains("serializing parameter") || e.to_string().contains("deserializing") {
        StoreError::Statement(text).into()
    } else {
        Failure {
            error: StoreError::Unavailable(text),
            kind: Kind::Lost,
        }
    }
}

fn refused(db: &DbError) -> Failure {
    let code = db.code();
    let class = &code.code()[..2];
    let fatal = matches!(
        db.parsed_severity(),
        Some(Severity::Fatal | Severity::Panic)
    );
    // A statement whose plan or name the server no longer has (a migration by another node, a pooler), or serializable mode
    // on a server that was demoted. A new connection may help.
    let stale = matches!(
        *code,
        SqlState::FEATURE_NOT_SUPPORTED | SqlState::INVALID_SQL_STATEMENT_NAME
    );
    if fatal || stale || class == "08" {
        return Failure {
            error: StoreError::Unavailable(format!("SQLSTATE {}", code.code())),
            kind: Kind::Lost,
        };
    }
    let object = |name: Option<&str>| {
        let table = db.table().unwrap_or("?");
        format!("{table}.{}", name.unwrap_or("?"))
    };
    let error = match class {
        "40" => {
            return Failure {
                error: StoreError::Busy,
                kind: Kind::Retry,
            };
        }
        "23" if *code == SqlState::UNIQUE_VIOLATION => StoreError::Unique(unique(db)),
        "23" => StoreError::Constraint(object(db.constraint().or(db.column()))),
        "53" | "57" | "58" => StoreError::Unavailable(format!("SQLSTATE {}", code.code())),
        "55" => StoreError::Busy,
        "XX" => StoreError::Corrupt(format!("SQLSTATE {}", code.code())),
        // Syntax and missing objects: the text quotes the statement, not its values.
        "42" => StoreError::Statement(db.message().to_owned()),
        _ => StoreError::Statement(format!("SQLSTATE {}", code.code())),
    };
    error.into()
}

/// `table.column, table.column`, as SQLite says it, from "Key (column, column)=(…) already exists."; without the values.
/// Otherwise the name of the constraint.
fn unique(db: &DbError) -> String {
    let columns = db
        .detail()
        .and_then(|d| d.split_once('(')?.1.split_once(")=(").map(|(c, _)| c));
    match (db.table(), columns) {
        (Some(table), Some(columns)) => columns
            .split(", ")
            .map(|c| format!("{table}.{c}"))
            .collect::<Vec<_>>()
            .join(", "),
        _ => db.constraint().unwrap_or("?").to_owned(),
    }
}

/// What the worker threads of one store share.
pub(crate) struct Pool {
    pub(crate) config: postgres::Config,
    pub(crate) time: Arc<Time>,
    pub(crate) row_keys: Keyring,
    pub(crate) queue: Arc<Queue>,
    pub(crate) broadcast: Broadcast,
    pub(crate) counters: Arc<Counters>,
    /// Held while a transaction that lost several conflicts runs again.
    pub(crate) turn: Mutex<()>,
}

impl Pool {
    /// A worker thread: one connection, one transaction at a time.
    pub(crate) fn work(&self) {
        let mut slot = None;
        loop {
            let Some(job) = self.queue.take(1, std::time::Duration::ZERO).pop() else {
                return;
            };
            self.settle(&mut slot, job);
        }
    }

    fn connect(&self) -> Result<Tx, Failure> {
        let connection = PgConnection::open(&self.config)?;
        Ok(Tx::new(
            Connection::Postgres(Box::new(connection)),
            Arc::clone(&self.time),
            Arc::clone(&self.row_keys),
        ))
    }

    /// Runs a job until it is decided.
    fn settle(&self, slot: &mut Option<Tx>, mut job: Box<dyn Job>) {
        let start = Instant::now();
        let mut losses = 0;
        let mut attempt = 0;
        let result = loop {
            let turn = (attempt > OPTIMISTIC)
                .then(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner));
            let result = self.attempt(slot, job.as_mut());
            drop(turn);
            match result {
                Ok(()) => break Ok(()),
                Err(Failure { error, kind }) => match kind {
                    Kind::Plain => break Err(error),
                    Kind::Lost => {
                        *slot = None;
                        losses += 1;
                        if losses >= LOSSES {
                            break Err(error);
                        }
                    }
                    Kind::Retry => {
                        attempt += 1;
                        self.counters.retry();
                        if attempt >= ATTEMPTS || start.elapsed() > PATIENCE {
                            break Err(StoreError::Busy);
                        }
                        std::thread::sleep(jitter(attempt));
                    }
                },
            }
        };
        if job.writes() {
            self.counters.transaction();
        }
        job.answer(result);
    }

    /// One try. `Lost` means that nothing was committed; a COMMIT without an answer is `Plain`, because it
    /// must not run again.
    fn attempt(&self, slot: &mut Option<Tx>, job: &mut dyn Job) -> Result<(), Failure> {
        let tx = match slot {
            Some(tx) => tx,
            None => slot.insert(self.connect()?),
        };
        tx.reset();
        tx.connection().control(if job.writes() {
            "BEGIN ISOLATION LEVEL SERIALIZABLE"
        } else {
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        })?;
        let result = catch_unwind(AssertUnwindSafe(|| job.run(tx)));
        let result = tx.settle(result.unwrap_or(Err(StoreError::Panicked)));
        // The error of a statement counts, whatever the rule made of it.
        let kind = tx.failure().map_or(Kind::Plain, |f| f.kind);
        if let Err(error) = result {
            if kind != Kind::Lost && tx.connection().control("ROLLBACK").is_err() {
                *slot = None;
            }
            return Err(Failure { error, kind });
        }
        let mut notices = Vec::new();
        tx.drain_notices(&mut notices);
        match tx.connection().control("COMMIT") {
            Ok(()) => {
                self.counters.commit();
                self.broadcast.send(notices);
                Ok(())
            }
            Err(failure) if failure.kind == Kind::Lost && job.writes() => {
                *slot = None;
                Err(StoreError::Unavailable(
                    "connection lost while committing; the outcome is unknown".to_owned(),
                )
                .into())
            }
            Err(failure) => Err(failure),
        }
    }
}

/// A random wait that grows with the attempts, so that transactions that conflicted do not conflict again.
fn jitter(attempt: u32) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    let limit = 500_u64 << attempt.min(7);
    Duration::from_micros(random % limit)
}
