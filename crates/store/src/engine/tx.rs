//! An open transaction: the only place that knows which engine it runs on.

use std::sync::{Arc, OnceLock};

use ipse_protocol::Random;

use super::error::{Failure, Kind, StoreError};
use super::notify::Notice;
use super::postgres::PgConnection;
use super::row_keys::RowKeys;
use super::sqlite::SqliteConnection;
use super::time::Time;
use super::value::{FromValue, Param, Row};

/// The row keys of a store, once it has been given them.
pub(crate) type Keyring = Arc<OnceLock<Arc<RowKeys>>>;

pub(crate) enum Connection {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

/// An open transaction.
///
/// A statement that fails spoils the transaction, on either engine: later statements fail with the same
/// error and nothing is committed, whatever the rule returns. Where a failure is expected, prefer
/// `ON CONFLICT DO NOTHING`, or use [`Tx::savepoint`].
pub struct Tx {
    connection: Connection,
    time: Arc<Time>,
    row_keys: Keyring,
    now: Option<i64>,
    failure: Option<Failure>,
    notices: Vec<Notice>,
}

impl Tx {
    pub(crate) fn new(connection: Connection, time: Arc<Time>, row_keys: Keyring) -> Self {
        Self {
            connection,
            time,
            row_keys,
            now: None,
            failure: None,
            notices: Vec::new(),
        }
    }

    /// Forgets the previous transaction on this connection.
    pub(crate) fn reset(&mut self) {
        self.now = None;
        self.failure = None;
        self.notices.clear();
    }

    pub(crate) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    pub(crate) fn drain_notices(&mut self, into: &mut Vec<Notice>) {
        into.append(&mut self.notices);
    }

    /// What a rule returned, unless a statement of it failed unnoticed.
    pub(crate) fn settle(&self, result: Result<(), StoreError>) -> Result<(), StoreError> {
        match (&self.failure, result) {
            (Some(failure), Ok(())) => Err(failure.error.clone()),
            (_, result) => result,
        }
    }

    fn run<T>(
        &mut self,
        step: impl FnOnce(&mut Connection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        if let Some(failure) = &self.failure {
            return Err(failure.error.clone());
        }
        step(&mut self.connection).map_err(|failure| {
            let error = failure.error.clone();
            self.failure = Some(failure);
            error
        })
    }

    /// Fails a step of a rule, and so the transaction.
    pub(crate) fn fail<T>(&mut self, error: StoreError) -> Result<T, StoreError> {
        self.run(|_| Err(error.into()))
    }

    /// The keys that authenticate rows.
    pub(crate) fn row_keys(&mut self) -> Result<Arc<RowKeys>, StoreError> {
        match self.row_keys.get() {
            Some(keys) => Ok(Arc::clone(keys)),
            None => self.fail(StoreError::Statement("the store has no row keys".into())),
        }
    }

    /// The database's time in milliseconds since 1970, the same during the whole transaction.
    ///
    /// # Errors
    /// [`StoreError::Clock`] while the clocks disagree, and when the database failed.
    pub fn now(&mut self) -> Result<i64, StoreError> {
        if let Some(now) = self.now {
            return Ok(now);
        }
        let time = Arc::clone(&self.time);
        let now = self.run(|c| match c {
            Connection::Sqlite(_) => Ok(time.here()?),
            Connection::Postgres(c) => time.of_database(|| c.now()),
        })?;
        self.now = Some(now);
        Ok(now)
    }

    /// Sets the time of this transaction: for the work that must be done while the clocks disagree, and before an earlier
    /// time is used.
    pub fn at(&mut self, now: i64) {
        self.now = Some(now);
    }

    /// Random bytes, for ids that a rule makes.
    pub fn random(&self) -> &Random {
        self.time.random()
    }

    /// Runs a statement and tells how many rows it changed.
    ///
    /// `sql` is a constant with `$1`, `$2`… for parameters; it is prepared once on each connection.
    ///
    /// # Errors
    /// As the database says.
    pub fn exec(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        self.run(|c| match c {
            Connection::Sqlite(c) => c.exec(sql, params),
            Connection::Postgres(c) => c.exec(sql, params),
        })
    }

    /// Runs a statement that must change exactly one row.
    ///
    /// # Errors
    /// [`StoreError::RowCount`] when it changed none or several, which spoils the transaction; and as the database
    /// says.
    pub fn change_one(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<(), StoreError> {
        if self.change_at_most_one(sql, params)? {
            Ok(())
        } else {
            self.fail(StoreError::RowCount(0))
        }
    }

    /// Runs a conditional statement and tells whether it changed its row.
    ///
    /// # Errors
    /// [`StoreError::RowCount`] when it changed several, which spoils the transaction; and as the database says.
    pub fn change_at_most_one(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<bool, StoreError> {
        match self.exec(sql, params)? {
            0 => Ok(false),
            1 => Ok(true),
            several => self.fail(StoreError::RowCount(several)),
        }
    }

    /// The value of a statement that gives one row with one column, such as a count.
    ///
    /// # Errors
    /// [`StoreError::RowCount`] when there is no row; and as the database says.
    pub fn value<T: FromValue>(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<T, StoreError> {
        match self.row(sql, params)? {
            Some(mut row) => row.only(),
            None => self.fail(StoreError::RowCount(0)),
        }
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As the database says.
    pub fn row(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Option<Row>, StoreError> {
        self.run(|c| match c {
            Connection::Sqlite(c) => c.row(sql, params),
            Connection::Postgres(c) => c.row(sql, params),
        })
    }

    /// All rows.
    ///
    /// # Errors
    /// As the database says.
    pub fn rows(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        self.run(|c| match c {
            Connection::Sqlite(c) => c.rows(sql, params),
            Connection::Postgres(c) => c.rows(sql, params),
        })
    }

    /// Prepares a statement without running it, so that a test can check every constant.
    ///
    /// # Errors
    /// The statement does not fit the schema.
    pub fn check(&mut self, sql: &'static str) -> Result<(), StoreError> {
        self.run(|c| match c {
            Connection::Sqlite(c) => c.check(sql),
            Connection::Postgres(c) => c.check(sql),
        })
    }

    /// Runs `f`; if it fails, undoes what it did, and the transaction goes on.
    ///
    /// # Errors
    /// What `f` returned.
    pub fn savepoint<T>(
        &mut self,
        f: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.run(|c| c.control("SAVEPOINT inside"))?;
        let notices = self.notices.len();
        let result = f(self);
        let result = match (&self.failure, result) {
            (Some(failure), Ok(_)) => Err(failure.error.clone()),
            (_, result) => result,
        };
        match result {
            Ok(value) => {
                self.run(|c| c.control("RELEASE SAVEPOINT inside"))?;
                Ok(value)
            }
            Err(error) => {
                if self.failure.as_ref().is_some_and(|f| f.kind != Kind::Plain) {
                    return Err(error);
                }
                self.failure = None;
                self.notices.truncate(notices);
                self.run(|c| c.control("ROLLBACK TO SAVEPOINT inside"))?;
                self.run(|c| c.control("RELEASE SAVEPOINT inside"))?;
                Err(error)
            }
        }
    }

    /// Tells subscribers on every node, once this transaction is committed, that `id` changed.
    ///
    /// A notice can be lost with a connection. It only saves waiting: nothing may depend on it.
    pub fn notify(&mut self, channel: &'static str, id: &str) {
        self.notices.push(Notice {
            channel: channel.into(),
            id: id.to_owned(),
        });
    }
}

impl Connection {
    /// A statement without parameters that controls the transaction.
    pub(crate) fn control(&mut self, sql: &'static str) -> Result<(), Failure> {
        match self {
            Self::Sqlite(c) => c.control(sql),
            Self::Postgres(c) => c.control(sql),
        }
    }

    /// Whether SQLite has left the transaction, as it does by itself when the disk is full.
    pub(crate) fn outside(&self) -> bool {
        match self {
            Self::Sqlite(c) => c.outside(),
            Self::Postgres(_) => false,
        }
    }
}
