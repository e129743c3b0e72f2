//! The time of transactions, and whether it can be trusted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipse_protocol::{Clock, Random};

use super::error::{ClockFault, Failure, StoreError};
use super::pace::{Change, Judgement, Pace, Reading};

/// Further from the database's clock, in milliseconds, the clock of this machine is wrong: it decides whether the assertion of
/// a partner is still valid, and the database's clock decides how long its `jti` is remembered.
const APART_MS: i64 = 60_000;
/// So often a reading is tried when this thread was interrupted for long.
const READINGS: u32 = 3;

/// The clocks of a store, and the source of random bytes.
pub(crate) struct Time {
    clock: Clock,
    random: Random,
    /// The clock of this machine: on SQLite, the time of transactions.
    here: Mutex<Watched>,
    /// The clock of the database's machine; only on PostgreSQL.
    database: Option<Mutex<Watched>>,
}

#[derive(Default)]
struct Watched {
    pace: Pace,
    /// Of the last reading.
    judgement: Option<Judgement>,
    /// The recorded time with which the next reading begins.
    begins: Option<Option<i64>>,
    /// Milliseconds by which the database's clock is ahead of this machine's, if that is too far.
    apart: Option<i64>,
}

/// What the clocks of a store say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockState {
    /// Why the time cannot be used; `None` if it can.
    pub fault: Option<ClockFault>,
    /// The earlier time that was accepted, in milliseconds since 1970, while what was open must end.
    pub earlier: Option<i64>,
    /// How often the clocks began to disagree since the store was opened.
    pub disagreements: u64,
}

impl Time {
    pub(crate) fn new(clock: Clock, random: Random, database: bool) -> Arc<Self> {
        Arc::new(Self {
            clock,
            random,
            here: Mutex::default(),
            database: database.then(Mutex::default),
        })
    }

    pub(crate) fn random(&self) -> &Random {
        &self.random
    }

    /// The time of this machine.
    pub(crate) fn here(&self) -> Result<i64, StoreError> {
        let mut here = locked(&self.here);
        for _ in 0..READINGS {
            let before = self.clock.monotonic_ms();
            let wall = self.clock.unix_ms();
            let after = self.clock.monotonic_ms();
            let reading = Reading {
                wall,
                before,
                after,
            };
            match here.read(reading, "this machine") {
                Judgement::Unclear => {}
                judgement => return time(judgement),
            }
        }
        Err(StoreError::Busy)
    }

    /// The time that `read` gets from the database.
    pub(crate) fn of_database(
        &self,
        read: impl FnOnce() -> Result<i64, Failure>,
    ) -> Result<i64, Failure> {
        let before = self.clock.monotonic_ms();
        let wall = read()?.saturating_add(self.clock.offset_ms());
        let mine = self.here();
        let after = self.clock.monotonic_ms();
        let Some(database) = &self.database else {
            return Ok(wall);
        };
        let reading = Reading {
            wall,
            before,
            after,
        };
        let mut database = locked(database);
        // Both are judged, also while one of them disagrees.
        let now = time(database.read(reading, "the database"))?;
        let apart = wall.saturating_sub(mine?);
        database.apart = (apart.saturating_abs() > APART_MS).then_some(apart);
        match database.apart {
            Some(apart) => Err(StoreError::Clock(ClockFault::Apart(apart)).into()),
            None => Ok(now),
        }
    }

    /// Begins with the time that was recorded last.
    pub(crate) fn watch(&self, recorded: Option<i64>) {
        locked(self.main()).begins = Some(recorded);
    }

    pub(crate) fn ended(&self) {
        locked(self.main()).ended();
    }

    pub(crate) fn state(&self) -> ClockState {
        let mut fault = match self.here() {
            Err(StoreError::Clock(fault)) => Some(fault),
            Err(_) | Ok(_) => None,
        };
        let mut disagreements = locked(&self.here).pace.disagreements();
        if let Some(database) = &self.database {
            let database = locked(database);
            disagreements += database.pace.disagreements();
            fault = fault.or(database.fault());
        }
        let main = locked(self.main()).judgement;
        ClockState {
            fault,
            earlier: match main {
                Some(Judgement::Earlier(now)) => Some(now),
                Some(Judgement::Agreed(_) | Judgement::Unclear | Judgement::Disagreed(_))
                | None => None,
            },
            disagreements,
        }
    }

    /// The clock that gives transactions their time.
    fn main(&self) -> &Mutex<Watched> {
        self.database.as_ref().unwrap_or(&self.here)
    }
}

impl Watched {
    fn read(&mut self, reading: Reading, whose: &'static str) -> Judgement {
        if let Some(recorded) = self.begins.take()
            && let Some(change) = self.pace.begin(reading, recorded)
        {
            tell(change, whose);
        }
        let (judgement, change) = self.pace.read(reading);
        if let Some(change) = change {
            tell(change, whose);
        }
        if judgement != Judgement::Unclear {
            self.judgement = Some(judgement);
        }
        judgement
    }

    fn ended(&mut self) {
        self.pace.ended();
        if let Some(Judgement::Earlier(now)) = self.judgement {
            self.judgement = Some(Judgement::Agreed(now));
        }
    }

    /// Why the time cannot be used, by the last reading.
    fn fault(&self) -> Option<ClockFault> {
        match self.judgement? {
            Judgement::Agreed(_) | Judgement::Unclear => self.apart.map(ClockFault::Apart),
            Judgement::Disagreed(ahead) => Some(ClockFault::Disagree(ahead)),
            Judgement::Earlier(_) => Some(ClockFault::Earlier),
        }
    }
}

fn locked(watched: &Mutex<Watched>) -> MutexGuard<'_, Watched> {
    watched.lock().unwrap_or_else(PoisonError::into_inner)
}

fn time(judgement: Judgement) -> Result<i64, StoreError> {
    match judgement {
        Judgement::Agreed(now) => Ok(now),
        Judgement::Unclear => Err(StoreError::Busy),
        Judgement::Disagreed(ahead) => Err(StoreError::Clock(ClockFault::Disagree(ahead))),
        Judgement::Earlier(_) => Err(StoreError::Clock(ClockFault::Earlier)),
    }
}

fn tell(change: Change, whose: &'static str) {
    match change {
        Change::Began(ahead_ms) => tracing::error!(
            whose,
            ahead_ms,
            "the wall clock and the monotonic clock disagree: requests are refused"
        ),
        Change::Returned => tracing::warn!(whose, "the clocks agree again"),
        Change::Accepted(ahead_ms) => {
            tracing::warn!(whose, ahead_ms, "the new time was steady and is accepted");
        }
    }
}
