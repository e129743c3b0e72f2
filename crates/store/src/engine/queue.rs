//! The bounded queue between callers and the store's threads.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::error::{StoreError, TxError};
use super::tx::Tx;

/// A transaction that waits for its turn.
pub(crate) trait Job: Send {
    /// Whether it changes something.
    fn writes(&self) -> bool;
    /// Runs the rule and keeps its value; may be called again after a rollback.
    fn run(&mut self, tx: &mut Tx) -> Result<(), StoreError>;
    /// Answers the caller.
    fn answer(self: Box<Self>, result: Result<(), StoreError>);
}

pub(crate) struct Task<T, E, F> {
    pub(crate) writes: bool,
    pub(crate) rule: F,
    pub(crate) result: Option<Result<T, E>>,
    pub(crate) reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Task<T, E, F>
where
    T: Send,
    E: TxError,
    F: FnMut(&mut Tx) -> Result<T, E> + Send,
{
    fn writes(&self) -> bool {
        self.writes
    }

    fn run(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        self.result = None;
        let result = self.result.insert((self.rule)(tx));
        match result.as_ref().err().and_then(E::store_error) {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    fn answer(self: Box<Self>, result: Result<(), StoreError>) {
        let task = *self;
        let answer = match (result, task.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Panicked.into()),
            (Err(error), _) => Err(error.into()),
        };
        // The caller may have stopped waiting; what was committed stays.
        let _ = task.reply.send(answer);
    }
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Box<dyn Job>>,
    idle: usize,
    closed: bool,
}

pub(crate) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    capacity: usize,
}

impl Queue {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::default(),
            wake: Condvar::new(),
            capacity,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code of a job runs under this lock, so the state is never half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let idle = {
            let mut state = self.lock();
            if state.closed {
                return Err(StoreError::Closed);
            }
            if state.jobs.len() >= self.capacity {
                return Err(StoreError::Busy);
            }
            state.jobs.push_back(job);
            state.idle > 0
        };
        if idle {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Waits for a job, then for the time of `delay` for more, and removes at most `max` jobs, the oldest first. Returns none
    /// when the queue is closed and empty.
    pub(crate) fn take(&self, max: usize, mut delay: Duration) -> Vec<Box<dyn Job>> {
        let mut state = self.lock();
        loop {
            if !state.jobs.is_empty() && !delay.is_zero() && !state.closed {
                drop(state);
                std::thread::sleep(std::mem::take(&mut delay));
                state = self.lock();
            }
            if !state.jobs.is_empty() {
                let n = state.jobs.len().min(max);
                return state.jobs.drain(..n).collect();
            }
            if state.closed {
                return Vec::new();
            }
            state.idle += 1;
            state = self
                .wake
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    /// Accepts no more jobs. Those in the queue still run.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().jobs.len()
    }
}
