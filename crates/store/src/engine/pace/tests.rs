use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Two clocks that a test moves.
struct Clocks {
    wall: i64,
    monotonic: i64,
}

impl Clocks {
    fn new() -> Self {
        Self {
            wall: 1_800_000_000_000,
            monotonic: 5_000,
        }
    }

    fn pass(&mut self, ms: i64) -> &mut Self {
        self.wall += ms;
        self.monotonic += ms;
        self
    }

    fn reading(&self) -> Reading {
        Reading {
            wall: self.wall,
            before: self.monotonic,
            after: self.monotonic,
        }
    }

    fn read(&self, pace: &mut Pace) -> (Judgement, Option<Change>) {
        pace.read(self.reading())
    }

    fn begun(&self) -> Pace {
        let mut pace = Pace::default();
        assert_eq!(pace.begin(self.reading(), None), None);
        pace
    }
}

#[test]
fn t45_a_jump_is_refused_at_once_and_its_end_is_noticed() {
    for jump in [2_001, DAY, 3 * DAY, -2_001, -DAY, -3 * DAY] {
        let mut clocks = Clocks::new();
        let mut pace = clocks.begun();
        clocks.pass(HOUR);
        assert_eq!(
            clocks.read(&mut pace),
            (Judgement::Agreed(clocks.wall), None)
        );
        let before = clocks.wall;
        clocks.wall += jump;
        let refused = Judgement::Disagreed(jump);
        assert_eq!(clocks.read(&mut pace), (refused, Some(Change::Began(jump))));
        clocks.pass(5_000);
        assert_eq!(clocks.read(&mut pace), (refused, None));
        clocks.wall -= jump;
        let after = Judgement::Agreed(before + 5_000);
        assert_eq!(clocks.read(&mut pace), (after, Some(Change::Returned)));
        assert_eq!(pace.disagreements(), 1);
    }
}

#[test]
fn t45_up_to_two_seconds_are_no_disagreement_and_the_time_does_not_go_back() {
    for step in [2_000, -2_000] {
        let mut clocks = Clocks::new();
        let mut pace = clocks.begun();
        let begun = clocks.wall;
        clocks.wall += step;
        let now = Judgement::Agreed(begun.max(clocks.wall));
        assert_eq!(clocks.read(&mut pace), (now, None));
        // The same step again adds up.
        clocks.wall += step;
        assert_eq!(
            clocks.read(&mut pace),
            (
                Judgement::Disagreed(2 * step),
                Some(Change::Began(2 * step))
            )
        );
    }
}

#[test]
fn t45_time_slept_is_no_disagreement() {
    let mut clocks = Clocks::new();
    let mut pace = clocks.begun();
    clocks.pass(10 * DAY);
    assert_eq!(
        clocks.read(&mut pace),
        (Judgement::Agreed(clocks.wall), None)
    );
}

#[test]
fn t45_a_slow_drift_between_two_machines_is_followed() {
    let mut clocks = Clocks::new();
    let mut pace = clocks.begun();
    for _ in 0..100_000 {
        clocks.pass(1_000).wall -= 1;
        assert!(matches!(clocks.read(&mut pace).0, Judgement::Agreed(_)));
    }
}

#[test]
fn t45_a_new_pace_is_accepted_when_it_was_steady_and_an_earlier_time_waits() {
    for jump in [DAY, -DAY] {
        let mut clocks = Clocks::new();
        let mut pace = clocks.begun();
        clocks.wall += jump;
        clocks.read(&mut pace);
        for _ in 0..(STEADY_MS / 1_000 - 1) {
            let (judgement, _) = clocks.pass(1_000).read(&mut pace);
            assert_eq!(judgement, Judgement::Disagreed(jump));
        }
        let (judgement, change) = clocks.pass(1_000).read(&mut pace);
        assert_eq!(change, Some(Change::Accepted(jump)));
        if jump < 0 {
            assert_eq!(judgement, Judgement::Earlier(clocks.wall));
            clocks.pass(1_000);
            let waits = (Judgement::Earlier(clocks.wall), None);
            assert_eq!(clocks.read(&mut pace), waits);
            pace.ended();
        }
        assert_eq!(
            clocks.read(&mut pace),
            (Judgement::Agreed(clocks.wall), None)
        );
    }
}

#[test]
fn t45_a_clock_without_a_steady_pace_is_never_accepted() {
    let mut clocks = Clocks::new();
    let mut pace = clocks.begun();
    for second in 0..3_600 {
        // Twice as fast.
        clocks.pass(1_000).wall += 1_000;
        let (judgement, _) = clocks.read(&mut pace);
        assert!(second < 2 || matches!(judgement, Judgement::Disagreed(_)));
    }
}

#[test]
fn t45_a_reading_that_took_long_says_nothing() {
    let mut clocks = Clocks::new();
    let mut pace = clocks.begun();
    clocks.wall += DAY;
    let slow = Reading {
        before: clocks.monotonic - 2_001,
        ..clocks.reading()
    };
    assert_eq!(pace.read(slow), (Judgement::Unclear, None));
    // A reading that took two seconds hides a step of two more.
    clocks.wall += 4_000 - DAY;
    let slow = Reading {
        after: clocks.monotonic + 2_000,
        ..clocks.reading()
    };
    assert_eq!(pace.read(slow).0, Judgement::Agreed(clocks.wall));
    assert!(matches!(clocks.read(&mut pace).0, Judgement::Disagreed(_)));
}

#[test]
fn t45_a_start_disagrees_with_an_earlier_record_and_with_one_of_a_month_ago() {
    for (ahead, wrong) in [
        (-DAY, true),
        (-2_001, true),
        (-2_000, false),
        (0, false),
        (3 * DAY, false),
        (MONTH_MS, false),
        (MONTH_MS + 1, true),
    ] {
        let mut clocks = Clocks::new();
        let mut pace = Pace::default();
        let recorded = clocks.wall - ahead;
        let change = pace.begin(clocks.reading(), Some(recorded));
        assert_eq!(change, wrong.then_some(Change::Began(ahead)), "{ahead}");
        let judgement = clocks.read(&mut pace).0;
        if !wrong {
            assert_eq!(judgement, Judgement::Agreed(recorded.max(clocks.wall)));
            continue;
        }
        assert_eq!(judgement, Judgement::Disagreed(ahead));
        let (judgement, change) = clocks.pass(STEADY_MS).read(&mut pace);
        assert_eq!(change, Some(Change::Accepted(ahead)));
        let expected = if ahead < 0 {
            Judgement::Earlier(clocks.wall)
        } else {
            Judgement::Agreed(clocks.wall)
        };
        assert_eq!(judgement, expected);
    }
}

fn moves() -> impl Strategy<Value = Vec<(i64, i64, i64)>> {
    let step = prop_oneof![
        6 => Just(0),
        3 => -2_500..2_500_i64,
        2 => -3 * DAY..3 * DAY,
        1 => any::<i32>().prop_map(|n| i64::from(n) * 1_000_000),
    ];
    let passed = prop_oneof![0..3_000_i64, 0..700_000_i64, 0..2 * DAY];
    prop::collection::vec((step, passed, 0..2_500_i64), 0..60)
}

proptest! {
    /// Whatever the clocks do: an accepted time is the wall clock's and keeps the accepted pace, it goes back only after what
    /// was open has ended, and a steady pace is accepted within ten minutes.
    #[test]
    fn t45_any_sequence_of_readings(moves in moves(), recorded in prop::option::of(-40 * DAY..40 * DAY)) {
        let mut clocks = Clocks::new();
        let mut pace = Pace::default();
        pace.begin(clocks.reading(), recorded.map(|ago| clocks.wall - ago));
        let mut latest = i64::MIN;
        // The difference between the clocks when a time was last accepted, and when that was.
        let mut accepted: Option<(i64, i64)> = None;
        for (step, passed, took) in moves {
            clocks.pass(passed).wall += step;
            let reading = Reading { before: clocks.monotonic - took, ..clocks.reading() };
            let difference = clocks.wall - clocks.monotonic;
            let (judgement, change) = pace.read(reading);
            match judgement {
                Judgement::Agreed(now) => {
                    prop_assert!(now >= latest);
                    prop_assert!(now >= clocks.wall && now - clocks.wall <= 4 * TOLERANCE_MS);
                    if let (Some((before, at)), None) = (accepted, change) {
                        let drift = (clocks.monotonic - at) / DRIFT + 1;
                        prop_assert!((difference - before).abs() <= 4 * TOLERANCE_MS + drift);
                    }
                    latest = now;
                    accepted = Some((difference, clocks.monotonic));
                }
                Judgement::Earlier(now) => {
                    prop_assert!(now >= clocks.wall && now - clocks.wall <= 4 * TOLERANCE_MS);
                    if let Some(Change::Accepted(ahead)) = change {
                        prop_assert!(ahead < 0);
                    }
                    pace.ended();
                    latest = now;
                    accepted = Some((difference, clocks.monotonic));
                }
                Judgement::Disagreed(ahead) => prop_assert!(ahead.abs() > TOLERANCE_MS),
                Judgement::Unclear => prop_assert!(took > TOLERANCE_MS),
            }
        }
        let mut judgement = clocks.read(&mut pace).0;
        for _ in 0..600 {
            judgement = clocks.pass(1_000).read(&mut pace).0;
        }
        prop_assert!(matches!(judgement, Judgement::Agreed(_) | Judgement::Earlier(_)));
    }
}
