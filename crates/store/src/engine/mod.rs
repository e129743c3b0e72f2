//! The transaction engine: one set of SQL texts over SQLite and PostgreSQL.
//!
//! A rule is a synchronous function over an open [`Tx`]. The store runs it on its own threads, so nothing
//! slow (signatures, OPAQUE, HTTP) belongs inside. `write` answers only after COMMIT has returned:
//!
//! - *SQLite*: one writer thread runs all queued rules one after the other and commits them together (group commit; WAL with
//!   a synced log). Reads run on the calling thread, on separate connections.
//! - *PostgreSQL*: a pool of threads with one connection each. Writes are SERIALIZABLE and run again when
//!   the server finds a conflict, so a rule may run more than once and must have no effect besides its
//!   transaction. Reads are READ ONLY, REPEATABLE READ.

#![allow(
    clippy::disallowed_methods,
    reason = "the engine waits for threads, disks and connections in real time"
)]

mod authentic;
mod checkpoint;
mod error;
mod group_commit;
mod migrate;
mod notify;
mod notify_postgres;
mod pace;
mod postgres;
mod queue;
mod row_keys;
mod sqlite;
mod stats;
mod table;
mod time;
mod tx;
mod url;
mod value;

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::JoinHandle;

use ipse_protocol::Random;
use tokio::sync::{broadcast, oneshot};

use self::checkpoint::Checkpoints;
use self::notify::Local;
use self::postgres::{PgConnection, Pool};
use self::queue::{Queue, Task};
use self::sqlite::{Readers, SqliteConnection};
use self::stats::Counters;
use self::time::Time;
use self::tx::{Connection, Keyring};
use self::url::Target;

pub(crate) use self::authentic::Draft;
pub use self::error::{ClockFault, StoreError, TxError};
pub use self::migrate::{Migration, Migrations};
pub use self::notify::Notice;
pub use self::row_keys::RowKeys;
pub use self::stats::Stats;
pub(crate) use self::table::Select;
pub use self::table::Table;
pub use self::time::ClockState;
pub use self::tx::Tx;
pub use self::value::{FromValue, Param, Row, Value};
pub use ipse_protocol::Clock;

/// A database. Clones share it. When the last one is dropped, the queue is worked off and the threads end.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    queue: Arc<Queue>,
    /// Only on SQLite, where reads run on the calling thread.
    readers: Option<Readers>,
    time: Arc<Time>,
    row_keys: Keyring,
    local: Arc<Local>,
    counters: Arc<Counters>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0.readers {
            Some(_) => "Store(SQLite)",
            None => "Store(PostgreSQL)",
        })
    }
}

impl Store {
    /// Opens `sqlite:PATH` (created when missing) or `postgres://…`, and brings its schema up to date.
    ///
    /// Our own options in the URL: `queue=N` (transactions that may wait), and for PostgreSQL `schema=NAME`
    /// and `pool=N` (threads).
    ///
    /// # Errors
    /// The database cannot be reached, or [`StoreError::Migration`]: it has other migrations than this program.
    pub fn open(
        url: &str,
        migrations: &'static Migrations,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        Self::open_with(url, migrations, clock, Random::system())
    }

    /// As [`Store::open`], with a source of random bytes for [`Tx::random`].
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with(
        url: &str,
        migrations: &'static Migrations,
        clock: Clock,
        random: Random,
    ) -> Result<Self, StoreError> {
        let target = Target::parse(url)?;
        // On a separate thread, since the PostgreSQL client must not block inside an async runtime.
        let opening = std::thread::spawn(move || Self::start(target, migrations, clock, random));
        opening.join().unwrap_or(Err(StoreError::Panicked))
    }

    fn start(
        target: Target,
        migrations: &Migrations,
        clock: Clock,
        random: Random,
    ) -> Result<Self, StoreError> {
        let on_server = matches!(target, Target::Postgres { .. });
        let time = Time::new(clock, random, on_server);
        let watched = Arc::clone(&time);
        let row_keys = Keyring::default();
        let local = Arc::new(Local::new());
        let counters = Arc::new(Counters::default());
        let mut threads = Vec::new();
        let (queue, readers) = match target {
            Target::Sqlite { path, queue } => {
                let connection = SqliteConnection::open(&path, true).map_err(|f| f.error)?;
                Checkpoints::take_over(&connection);
                let mut tx = Tx::new(
                    Connection::Sqlite(Box::new(connection)),
                    Arc::clone(&time),
                    Arc::clone(&row_keys),
                );
                migrate::migrate(&mut tx, migrations, None)?;
                let queue = Arc::new(Queue::new(queue));
                let (q, l, c) = (
                    Arc::clone(&queue),
                    Arc::clone(&local),
                    Arc::clone(&counters),
                );
                let (mut checkpoints, mover) = checkpoint::start(path.clone(), checkpoint::LONG);
                threads.push(spawn("store-writer", move || {
                    group_commit::writer(&mut tx, &mut checkpoints, &q, &l, &c);
                })?);
                threads.push(spawn("store-mover", move || mover.run())?);
                let readers = Readers::new(path, time, Arc::clone(&row_keys));
                (queue, Some(readers))
            }
            Target::Postgres {
                config,
                schema,
                pool: size,
                queue,
            } => {
                let connection = PgConnection::open(&config).map_err(|f| f.error)?;
                let mut tx = Tx::new(
                    Connection::Postgres(Box::new(connection)),
                    Arc::clone(&time),
                    Arc::clone(&row_keys),
                );
                migrate::migrate(&mut tx, migrations, schema.as_deref())?;
                drop(tx);
                let queue = Arc::new(Queue::new(queue));
                let (broadcast, mut notifiers) =
                    notify_postgres::start(&config, schema.as_deref().unwrap_or("public"), &local);
                let pool = Arc::new(Pool {
                    config: *config,
                    time,
                    row_keys: Arc::clone(&row_keys),
                    queue: Arc::clone(&queue),
                    broadcast,
                    counters: Arc::clone(&counters),
                    turn: Mutex::default(),
                });
                for _ in 0..size {
                    let pool = Arc::clone(&pool);
                    threads.push(spawn("store-worker", move || pool.work())?);
                }
                // Last: they end after the workers have dropped the pool.
                threads.append(&mut notifiers);
                (queue, None)
            }
        };
        Ok(Self(Arc::new(Inner {
            queue,
            readers,
            time: watched,
            row_keys,
            local,
            counters,
            threads: Mutex::new(threads),
        })))
    }

    /// Gives the store the keys that authenticate rows. Tables with a MAC cannot be used before, and the keys do not change
    /// afterwards.
    pub fn authenticate(&self, keys: RowKeys) {
        // Who comes second has the same keys: they are those of the keystore that belongs to this database.
        let _ = self.0.row_keys.set(Arc::new(keys));
    }

    /// Runs a function that changes state, and answers after its commit.
    ///
    /// When `f` fails, what it did is undone. On PostgreSQL it may run several times. A caller that stops waiting does
    /// not stop the transaction.
    ///
    /// # Errors
    /// What `f` returned, or the store's own: [`StoreError::Busy`] when too much is queued.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write_rule(f).await
    }

    /// As [`Store::write`], for a rule that may refuse: a refusal is committed ([`TxError`]).
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write_rule<T: Send + 'static, E: TxError>(
        &self,
        f: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let answer = self.submit(true, f)?;
        answer.await.unwrap_or(Err(StoreError::Closed.into()))
    }

    /// Runs a function that only reads, on one consistent snapshot.
    ///
    /// # Errors
    /// What `f` returned, or the store's own.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.read_rule(f).await
    }

    /// As [`Store::read`], for a rule that may refuse.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn read_rule<T: Send + 'static, E: TxError>(
        &self,
        f: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        match &self.0.readers {
            Some(readers) => self.read_here(readers, f),
            None => {
                let answer = self.submit(false, f)?;
                answer.await.unwrap_or(Err(StoreError::Closed.into()))
            }
        }
    }

    /// [`Store::write`] for code that is not async; it blocks the thread.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_blocking<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        block_on(self.write(f))
    }

    /// [`Store::read`] for code that is not async; it blocks the thread.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_blocking<T: Send + 'static>(
        &self,
        f: impl FnMut(&mut Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        block_on(self.read(f))
    }

    /// The notices of transactions ([`Tx::notify`]) on this and other nodes. A notice may be lost, so poll once a second as
    /// well.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Notice> {
        self.0.local.subscribe()
    }

    /// Begins to watch the clocks, with the last time that was recorded. From now on, an accepted earlier time is not used
    /// before [`Store::ended`].
    ///
    /// # Errors
    /// The database cannot be reached.
    pub fn watch_clock(&self, recorded: Option<i64>) -> Result<(), StoreError> {
        self.0.time.watch(recorded);
        match self.read_blocking(Tx::now) {
            Ok(_) | Err(StoreError::Clock(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What the clocks say now. On PostgreSQL, what the last transaction said of the database's clock counts too.
    #[must_use]
    pub fn clock(&self) -> ClockState {
        self.0.time.state()
    }

    /// What was open when an earlier time was accepted has ended, so that the time can be used.
    pub fn ended(&self) {
        self.0.time.ended();
    }

    /// Whether the database has a schema of this name; never on SQLite.
    ///
    /// # Errors
    /// As the database says.
    pub fn has_schema(&self, name: &str) -> Result<bool, StoreError> {
        const FIND: &str = "SELECT COUNT(*) FROM pg_namespace WHERE nspname = $1";
        if self.0.readers.is_some() {
            return Ok(false);
        }
        let name = name.to_owned();
        let found: i64 = self.read_blocking(move |tx| tx.value(FIND, &[Param::from(&name)]))?;
        Ok(found > 0)
    }

    /// Counts of what the store has done.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.counters.stats(self.0.queue.len())
    }

    /// Works off the queue and accepts no more: later calls return [`StoreError::Closed`].
    pub fn close(&self) {
        self.0.close();
    }

    fn submit<T: Send + 'static, E: TxError>(
        &self,
        writes: bool,
        rule: impl FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, E>>, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.0.queue.push(Box::new(Task {
            writes,
            rule,
            result: None,
            reply,
        }))?;
        Ok(answer)
    }

    fn read_here<T, E: TxError>(
        &self,
        readers: &Readers,
        f: impl FnMut(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.0.queue.is_closed() {
            return Err(StoreError::Closed.into());
        }
        readers.read(f)
    }
}

impl Inner {
    fn close(&self) {
        self.queue.close();
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let me = std::thread::current().id();
        for thread in threads {
            // A rule may own the last clone; its thread cannot wait for itself.
            if thread.thread().id() != me && thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
        if let Some(readers) = &self.readers {
            readers.close();
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

fn spawn(name: &str, f: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(f)
        .map_err(|e| StoreError::Unavailable(format!("no thread: {e}")))
}

/// Waits for a future on the calling thread. Unlike Tokio's `block_on`, it also works inside a runtime, where tests and
/// start-up code call it.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    // A runtime that calls this cannot take its turn, so a share of its time would never come back.
    let mut future = pin!(tokio::task::unconstrained(future));
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}
