//! Rules that refuse, and writes that must change a row.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use ipse_store::testing::TestDb;
use ipse_store::{Store, StoreError, Tx, TxError, params};

use crate::{ADD, SCHEMA, SET, value};

/// An error of a rule: a refusal, or an error of the store.
#[derive(Debug, PartialEq)]
enum RuleError {
    Refused(&'static str),
    Store(StoreError),
}

impl From<StoreError> for RuleError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl TxError for RuleError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Refused(_) => None,
            Self::Store(error) => Some(error),
        }
    }
}

fn refuse(tx: &mut Tx, id: &str, n: i64) -> Result<(), RuleError> {
    tx.change_one(ADD, params![id, n])?;
    Err(RuleError::Refused("no"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_rule_keeps_its_writes() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        let refused = store.write_rule(|tx| refuse(tx, "refused", 1)).await;
        assert_eq!(refused, Err(RuleError::Refused("no")));
        assert_eq!(value(&store, "refused"), Some(1));

        let failed = store
            .write_rule(|tx| {
                tx.change_one(ADD, params!["failed", 1])?;
                Err::<(), _>(RuleError::Store(StoreError::Abort("broken".into())))
            })
            .await;
        assert!(matches!(
            failed,
            Err(RuleError::Store(StoreError::Abort(_)))
        ));
        assert_eq!(value(&store, "failed"), None);
    }
}

/// A failing rule makes SQLite's writer run its batch again; a refusing one does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_rule_does_not_run_its_batch_again() {
    let db = TestDb::sqlite();
    let store = db.open(&SCHEMA);
    let runs = Arc::new(AtomicUsize::new(0));
    // The first transaction holds the writer until all others are queued behind it.
    let (go, wait) = mpsc::channel::<()>();
    let (entered, running) = mpsc::channel::<()>();
    let holding = {
        let store = store.clone();
        tokio::spawn(async move {
            let hold = move |_: &mut Tx| {
                entered.send(()).expect("a listener");
                wait.recv().expect("a sender");
                Ok(())
            };
            store.write(hold).await
        })
    };
    tokio::task::spawn_blocking(move || running.recv().expect("the first one runs"))
        .await
        .expect("waited");
    let batch: Vec<_> = (0..50_i64)
        .map(|n| spawn_counting(&store, &runs, n))
        .collect();
    while store.stats().queued < 50 {
        tokio::task::yield_now().await;
    }
    go.send(()).expect("the first one waits");
    holding.await.expect("joined").expect("committed");
    for (n, rule) in (0..).zip(batch) {
        let result = rule.await.expect("joined");
        assert_eq!(result.is_err(), n % 5 == 0, "{result:?}");
        assert_eq!(
            value(&store, Box::leak(format!("n{n}").into_boxed_str())),
            Some(n)
        );
    }
    assert_eq!(runs.load(Ordering::SeqCst), 50, "each rule ran once");
}

/// Every fifth rule refuses.
fn spawn_counting(
    store: &Store,
    runs: &Arc<AtomicUsize>,
    n: i64,
) -> tokio::task::JoinHandle<Result<(), RuleError>> {
    let (store, runs) = (store.clone(), runs.clone());
    tokio::spawn(async move {
        let rule = move |tx: &mut Tx| {
            runs.fetch_add(1, Ordering::SeqCst);
            let id = format!("n{n}");
            if n % 5 == 0 {
                return refuse(tx, &id, n);
            }
            Ok(tx.change_one(ADD, params![&id, n])?)
        };
        store.write_rule(rule).await
    })
}

#[test]
fn a_write_that_must_hit_one_row_fails_otherwise_and_undoes_the_rule() {
    const ALL: &str = "UPDATE counter SET n = $1";
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        for id in ["a", "b"] {
            let added = store.write_blocking(move |tx| tx.change_one(ADD, params![id, 1]));
            assert_eq!(added, Ok(()));
        }
        let none = store.write_blocking(|tx| {
            tx.change_one(SET, params!["a", 7])?;
            tx.change_one(SET, params!["missing", 7])
        });
        assert_eq!(none, Err(StoreError::RowCount(0)));
        let several = store.write_blocking(|tx| tx.change_one(ALL, params![7]));
        assert_eq!(several, Err(StoreError::RowCount(2)));
        // A rule that ignores the error commits nothing either.
        let ignored = store.write_blocking(|tx| {
            let _ = tx.change_one(ALL, params![7]);
            Ok(())
        });
        assert_eq!(ignored, Err(StoreError::RowCount(2)));
        assert_eq!((value(&store, "a"), value(&store, "b")), (Some(1), Some(1)));

        let absent = store.write_blocking(|tx| tx.change_at_most_one(SET, params!["missing", 7]));
        assert_eq!(absent, Ok(false));
        let present = store.write_blocking(|tx| tx.change_at_most_one(SET, params!["a", 7]));
        assert_eq!(present, Ok(true));
        assert_eq!(value(&store, "a"), Some(7));
    }
}
