use ipse_protocol::ids::IdentityId;
use ipse_sim::event::{Event, Kind, Subject};
use ipse_store::testing::TestDb;
use ipse_store::{SCHEME, Store, identity, sim};
use ipse_texts::Language;
use proptest::prelude::*;

use super::*;

const OPERATOR: &str = "Operator";

fn person() -> IdentityId {
    IdentityId::of(&[1; 16])
}

fn event(sequence: u64, kind: Kind, handle: &str) -> Event {
    Event {
        id: sequence.to_string(),
        source: "https://operator.example".into(),
        kind,
        time: "2026-11-23T00:00:00Z".into(),
        sequence,
        iat: 0,
        subject: (kind != Kind::Heartbeat).then(|| Subject {
            handle: handle.into(),
            changed_at: 1,
        }),
    }
}

fn store(db: &TestDb) -> Store {
    let store = db.open(&SCHEME);
    store
        .write_blocking(|tx| {
            let now = tx.now()?;
            identity::insert(tx, &person(), Language::En, now)?;
            sim::bind(
                tx,
                &sim::Binding {
                    identity: person(),
                    operator: OPERATOR.into(),
                    handle: "bound".into(),
                    status: sim::BindingStatus::Bound,
                    changed_at: 1,
                    bound: now,
                    stated: Some(now),
                },
            )
        })
        .unwrap_or_else(|e| panic!("{e}"));
    store
}

fn run(store: &Store, event: Event) -> Applied {
    store
        .write_blocking(move |tx| apply(tx, OPERATOR, &event))
        .unwrap_or_else(|e| panic!("{e}"))
}

fn epoch(store: &Store) -> i64 {
    let found = store.read_blocking(|tx| identity::by_id(tx, &person()));
    found.ok().flatten().map_or(0, |i| i.epoch)
}

#[test]
fn each_kind_has_its_effect_on_both_engines() {
    for db in TestDb::both() {
        for (kind, reasons, epochs, statement) in [
            (Kind::Heartbeat, &[][..], 0, true),
            (Kind::Restored, &[][..], 0, true),
            (Kind::PortPending, &[][..], 1, false),
            (Kind::Swapped, &["sim_changed"][..], 1, false),
            (Kind::Ported, &["sim_changed"][..], 1, false),
            (Kind::CloneSuspected, &["sim_changed"][..], 1, false),
            (Kind::Lost, &["sim_lost"][..], 1, false),
        ] {
            let fresh = if db.is_postgres() {
                TestDb::postgres()
            } else {
                TestDb::sqlite()
            };
            let store = store(&fresh);
            let before = epoch(&store);
            // The SIM of another person does not concern this identity.
            run(&store, event(1, kind, "other"));
            assert_eq!(epoch(&store), before, "{kind:?}");
            let applied = run(&store, event(2, kind, "bound"));
            assert!(applied.new && !applied.gap);
            // Sent again, it does nothing.
            let again = run(&store, event(2, kind, "bound"));
            assert!(!again.new);
            assert_eq!(epoch(&store) - before, epochs, "{kind:?}");
            let (found, kept) = store
                .read_blocking(|tx| {
                    Ok((
                        identity::reasons(tx, &person())?,
                        sim::binding(tx, &person())?.and_then(|b| b.stated),
                    ))
                })
                .unwrap_or_else(|e| panic!("{e}"));
            let found: Vec<_> = found.iter().map(|r| r.reason.as_str()).collect();
            assert_eq!(found, reasons, "{kind:?}");
            assert_eq!(kept.is_some(), statement, "{kind:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// In whatever order and however often events arrive, each counts once and the feed ends whole.
    #[test]
    fn any_order_ends_the_same(
        order in Just((1..=12u64).collect::<Vec<_>>()).prop_shuffle(),
        repeats in proptest::collection::vec(0..12usize, 0..8),
    ) {
        let db = TestDb::sqlite();
        let store = store(&db);
        let mut all = order.clone();
        all.extend(repeats.iter().map(|at| order[*at]));
        let mut new = 0;
        let mut seen = std::collections::BTreeSet::new();
        for sequence in all {
            let kind = if sequence == 5 { Kind::Swapped } else { Kind::Heartbeat };
            let applied = run(&store, event(sequence, kind, "bound"));
            prop_assert_eq!(applied.new, seen.insert(sequence));
            new += usize::from(applied.new);
            let whole = seen.iter().copied().eq(1..=seen.len() as u64);
            prop_assert_eq!(applied.gap, !whole);
        }
        prop_assert_eq!(new, 12);
        let feed = store.read_blocking(|tx| sim::feed(tx, OPERATOR)).ok().flatten();
        prop_assert_eq!(feed.map(|f| (f.contiguous, f.gap)), Some((12, false)));
        prop_assert_eq!(epoch(&store), 2);
    }
}
