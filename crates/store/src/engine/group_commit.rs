//! The one writer of SQLite: a thread that commits all queued transactions together.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::checkpoint::Checkpoints;
use super::error::StoreError;
use super::notify::{Local, Notice};
use super::queue::{Job, Queue};
use super::stats::Counters;
use super::tx::{Connection, Tx};

/// Limits of one commit: how many transactions, and how long the first may wait for the last.
const BATCH: usize = 4096;
const BATCH_TIME: Duration = Duration::from_millis(20);
/// The shortest time between two commits under load. A commit costs ten times as much as a small rule, so a few more rules in
/// one commit save most of that cost, and a page that they all change is written once. A longer time saves little more, and
/// costs throughput: a login waits for six commits in a row. A transaction that is alone never waits.
const COMMIT_INTERVAL: Duration = Duration::from_millis(3);

/// The writer thread. It ends when the queue is closed and empty.
pub(crate) fn writer(
    tx: &mut Tx,
    checkpoints: &mut Checkpoints,
    queue: &Queue,
    local: &Local,
    counters: &Counters,
) {
    let (mut together, mut committed) = (0, Instant::now());
    loop {
        let delay = match together {
            0 | 1 => Duration::ZERO,
            _ => COMMIT_INTERVAL.saturating_sub(committed.elapsed()),
        };
        let jobs = queue.take(BATCH, delay);
        if jobs.is_empty() {
            return;
        }
        together = jobs.len();
        let mut jobs = VecDeque::from(jobs);
        while !jobs.is_empty() {
            batch(tx, &mut jobs, local, counters);
            if let Connection::Sqlite(connection) = tx.connection() {
                checkpoints.after_commit(connection);
            }
        }
        committed = Instant::now();
    }
}

type Done = Vec<(Box<dyn Job>, Result<(), StoreError>)>;

/// Runs as many of `jobs` as fit in one commit, and answers them.
///
/// A savepoint makes SQLite copy every page that a job changes, and jobs seldom fail. So the jobs first run without
/// savepoints. If one fails, all of them run again, each in its own savepoint.
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
            // A deferred constraint fails only at COMMIT. Each job runs alone, to find the one that violates it.
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

/// What protects the other jobs of a batch from a failing one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guard {
    /// Nothing: the first failure ends the run, and the transaction must not be committed.
    Together,
    /// Its own savepoint.
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
        if tx.connection().outside() {
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
    if tx.connection().outside() {
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

fn rollback(tx: &mut Tx) {
    if !tx.connection().outside()
        && let Err(failure) = tx.connection().control("ROLLBACK")
    {
        tracing::error!(
            code = failure.error.code(),
            "rollback failed: {}",
            failure.error
        );
    }
}
