//! Whether the wall clock keeps pace with the monotonic clock (decision 0015). No I/O: readings go in, judgements come out.
//!
//! The difference between the two clocks stays the same unless somebody sets the wall clock. So a reading agrees while the
//! difference is within [`TOLERANCE_MS`] of the accepted one. A new difference is accepted when it has been steady for
//! [`STEADY_MS`]. Both clocks count the time for which the machine slept.

/// How far the two clocks may differ, in milliseconds.
pub const TOLERANCE_MS: i64 = 2_000;
/// How long a new pace must be steady before it is accepted, in milliseconds. Longer than a client assertion lives.
pub const STEADY_MS: i64 = 6 * 60_000;
/// A start so long after the last recorded time counts as a disagreement, in milliseconds.
pub const MONTH_MS: i64 = 31 * 24 * 3_600_000;
/// The accepted difference follows a slow drift between two machines: one millisecond in so many.
const DRIFT: i64 = 1_000;

/// A reading of the wall clock, between two of the monotonic clock; in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock.
    pub wall: i64,
    /// The monotonic clock, read before.
    pub before: i64,
    /// The monotonic clock, read after.
    pub after: i64,
}

/// What a reading is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// The clocks agree, and it is this time. It never goes back, until an earlier time is accepted.
    Agreed(i64),
    /// The reading took so long that it says nothing.
    Unclear,
    /// The clocks disagree. The wall clock is ahead of the accepted time by so many milliseconds.
    Disagreed(i64),
    /// This earlier time was accepted. What is open must end before the time is used ([`Pace::ended`]).
    Earlier(i64),
}

/// What a reading changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The clocks begin to disagree. The wall clock is ahead of the accepted time by so many milliseconds.
    Began(i64),
    /// The wall clock has the accepted time again.
    Returned,
    /// A new time was accepted. It is ahead of the earlier one by so many milliseconds.
    Accepted(i64),
}

/// A difference that is not accepted yet.
#[derive(Clone, Copy, Debug)]
struct New {
    difference: i64,
    /// Since when it is steady, by the monotonic clock.
    since: i64,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    /// The accepted difference: wall clock minus monotonic clock.
    difference: i64,
    /// The monotonic clock at the last reading.
    at: i64,
    new: Option<New>,
    /// The latest accepted time.
    latest: i64,
    /// An earlier time was accepted, and what was open then has not ended yet.
    ending: bool,
}

/// The judgement about one wall clock.
#[derive(Debug, Default)]
pub struct Pace {
    known: Option<Known>,
    /// Whether somebody ends what is open when an earlier time is accepted.
    ends: bool,
    disagreements: u64,
}

impl Pace {
    /// Begins with the last time that was recorded, if there is one. The start is a disagreement if the time is before it, or
    /// more than a month after it. From now on, an accepted earlier time waits for [`Pace::ended`].
    pub fn begin(&mut self, reading: Reading, recorded: Option<i64>) -> Option<Change> {
        self.ends = true;
        let difference = reading.wall.saturating_sub(reading.after);
        let ahead = recorded.map_or(0, |recorded| reading.wall.saturating_sub(recorded));
        let wrong = !(-TOLERANCE_MS..=MONTH_MS).contains(&ahead);
        let mut known = Known {
            difference,
            at: reading.after,
            new: None,
            latest: recorded.map_or(reading.wall, |recorded| recorded.max(reading.wall)),
            ending: false,
        };
        if let (true, Some(recorded)) = (wrong, recorded) {
            known.difference = recorded.saturating_sub(reading.after);
            known.latest = recorded;
            known.new = Some(New {
                difference,
                since: reading.after,
            });
            self.disagreements += 1;
        }
        self.known = Some(known);
        wrong.then_some(Change::Began(ahead))
    }

    /// Judges a reading.
    pub fn read(&mut self, reading: Reading) -> (Judgement, Option<Change>) {
        let Reading {
            wall,
            before,
            after,
        } = reading;
        if after.saturating_sub(before) > TOLERANCE_MS {
            return (Judgement::Unclear, None);
        }
        let Some(known) = &mut self.known else {
            self.known = Some(Known {
                difference: wall.saturating_sub(after),
                at: after,
                new: None,
                latest: wall,
                ending: false,
            });
            return (Judgement::Agreed(wall), None);
        };
        let follows = after.saturating_sub(known.at).max(0) / DRIFT;
        if follows > 0 || after < known.at {
            known.at = after;
        }
        // Where within the reading the wall clock was read is not known. The nearest difference is the one that counts.
        let (least, most) = (
            wall.saturating_sub(after),
            wall.saturating_sub(before.min(after)),
        );
        let nearest = |difference: i64| difference.clamp(least, most);
        let close = |a: i64, b: i64| a.saturating_sub(b).saturating_abs() <= TOLERANCE_MS;
        let measured = nearest(known.difference);
        let mut change = None;
        if close(measured, known.difference) {
            known.difference += (measured - known.difference).clamp(-follows, follows);
            if known.new.take().is_some() {
                change = Some(Change::Returned);
            }
            return (known.agreed(wall), change);
        }
        let ahead = measured.saturating_sub(known.difference);
        match &mut known.new {
            Some(new) if close(nearest(new.difference), new.difference) => {
                let moved = nearest(new.difference) - new.difference;
                new.difference += moved.clamp(-follows, follows);
                if after.saturating_sub(new.since) < STEADY_MS {
                    return (Judgement::Disagreed(ahead), None);
                }
                known.difference = new.difference;
                known.new = None;
                if ahead < 0 {
                    known.latest = wall;
                    known.ending = self.ends;
                }
                (known.agreed(wall), Some(Change::Accepted(ahead)))
            }
            other => {
                // The first reading of a disagreement, or one that differs from those before.
                if other.is_none() {
                    self.disagreements += 1;
                    change = Some(Change::Began(ahead));
                }
                *other = Some(New {
                    difference: measured,
                    since: after,
                });
                (Judgement::Disagreed(ahead), change)
            }
        }
    }

    /// What was open when an earlier time was accepted has ended.
    pub fn ended(&mut self) {
        if let Some(known) = &mut self.known {
            known.ending = false;
        }
    }

    /// How often the clocks began to disagree.
    #[must_use]
    pub fn disagreements(&self) -> u64 {
        self.disagreements
    }
}

impl Known {
    fn agreed(&mut self, wall: i64) -> Judgement {
        self.latest = self.latest.max(wall);
        if self.ending {
            Judgement::Earlier(self.latest)
        } else {
            Judgement::Agreed(self.latest)
        }
    }
}

#[cfg(test)]
mod tests;
