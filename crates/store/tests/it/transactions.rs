use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use ipse_store::testing::TestDb;
use ipse_store::{Store, StoreError, params};

use crate::{ADD, GET, NOTE, SCHEMA, SET, value};

#[tokio::test(flavor = "multi_thread")]
async fn what_queues_up_is_committed_together() {
    let db = TestDb::sqlite();
    let store = db.open(&SCHEMA);
    // The first transaction holds the writer until all others are queued behind it.
    let (go, wait) = mpsc::channel::<()>();
    let (entered, running) = mpsc::channel::<()>();
    let first = {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .write(move |tx| {
                    entered.send(()).unwrap();
                    wait.recv().unwrap();
                    tx.exec(ADD, params!["a", 0])
                })
                .await
        })
    };
    tokio::task::spawn_blocking(move || running.recv().unwrap())
        .await
        .unwrap();
    let others: Vec<_> = (0..500_i64)
        .map(|i| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .write(move |tx| tx.exec(ADD, params![&format!("n{i}"), i]))
                    .await
            })
        })
        .collect();
    while store.stats().queued < 500 {
        tokio::task::yield_now().await;
    }
    go.send(()).unwrap();
    assert_eq!(first.await.unwrap(), Ok(1));
    for other in others {
        assert_eq!(other.await.unwrap(), Ok(1));
    }
    let stats = store.stats();
    assert_eq!((stats.transactions, stats.commits), (501, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_rule_undoes_only_itself() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        let all: Vec<_> = (0..60_i64)
            .map(|i| {
                let store = store.clone();
                tokio::spawn(async move {
                    store
                        .write(move |tx| {
                            tx.exec(ADD, params![&format!("n{i}"), i])?;
                            if i % 3 == 0 {
                                return Err(StoreError::Abort("every third".to_owned()));
                            }
                            Ok(i)
                        })
                        .await
                })
            })
            .collect();
        for (i, one) in (0..).zip(all) {
            let result = one.await.unwrap();
            assert_eq!(result.is_ok(), i % 3 != 0, "{result:?}");
        }
        let rows = store
            .read(|tx| tx.rows("SELECT n FROM counter ORDER BY n", &[]))
            .await
            .unwrap();
        let found: Vec<i64> = rows
            .into_iter()
            .map(|mut row| row.only().unwrap())
            .collect();
        assert_eq!(found, (0..60).filter(|i| i % 3 != 0).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn increments_lose_nothing() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        store
            .write(|tx| tx.exec(ADD, params!["c", 0]))
            .await
            .unwrap();
        let all: Vec<_> = (0..64)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    for _ in 0..4 {
                        store
                            .write(|tx| {
                                let n = tx.row(GET, params!["c"])?.unwrap().only::<i64>()?;
                                tx.exec(SET, params!["c", n + 1])
                            })
                            .await
                            .unwrap();
                    }
                })
            })
            .collect();
        for one in all {
            one.await.unwrap();
        }
        assert_eq!(value(&store, "c"), Some(256));
        if db.is_postgres() {
            assert!(store.stats().retries > 0, "the conflicts were real");
        }
    }
}

#[test]
fn a_conflict_that_never_settles_is_busy() {
    let db = TestDb::postgres();
    let store = db.open(&SCHEMA);
    let other = db.open(&SCHEMA);
    store
        .write_blocking(|tx| tx.exec(ADD, params!["c", 0]))
        .unwrap();
    let result = store.write_blocking(move |tx| {
        let n = tx.row(GET, params!["c"])?.unwrap().only::<i64>()?;
        // Someone else always comes first.
        other.write_blocking(|tx| {
            tx.exec("UPDATE counter SET n = n + 1 WHERE id = $1", params!["c"])
        })?;
        tx.exec(SET, params!["c", n + 1])
    });
    assert_eq!(result, Err(StoreError::Busy));
}

#[test]
fn a_panic_is_the_transactions_own() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        let result: Result<(), _> = store.write_blocking(|tx| {
            tx.exec(ADD, params!["p", 1])?;
            panic!("as the test wants");
        });
        assert_eq!(result, Err(StoreError::Panicked));
        assert_eq!(value(&store, "p"), None);
        store
            .write_blocking(|tx| tx.exec(ADD, params!["q", 2]))
            .unwrap();
        assert_eq!(value(&store, "q"), Some(2));
    }
}

#[test]
fn constraints_name_columns_and_never_values() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        let note = |a: &'static str| {
            store.write_blocking(move |tx| {
                tx.exec(
                    NOTE,
                    params![a, 1, None::<&[u8]>, None::<&str>, None::<&str>],
                )
            })
        };
        note("geheim").unwrap();
        assert_eq!(
            note("geheim"),
            Err(StoreError::Unique("ledger.a, ledger.b".to_owned()))
        );
        let add = |n: i64| store.write_blocking(move |tx| tx.exec(ADD, params!["k", n]));
        add(7).unwrap();
        assert_eq!(add(8), Err(StoreError::Unique("counter.id".to_owned())));
        let Err(StoreError::Constraint(_)) = add(-5) else {
            panic!("the check passed");
        };
    }
}

#[test]
fn a_deferred_constraint_fails_only_its_own_transaction() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        let (go, wait) = mpsc::channel::<()>();
        // On SQLite this one holds the writer until the others are queued, so that they share a commit.
        let (entered, running) = mpsc::channel::<()>();
        let first = {
            let store = store.clone();
            std::thread::spawn(move || {
                store.write_blocking(move |_| {
                    entered.send(()).unwrap();
                    let _ = wait.recv();
                    Ok(())
                })
            })
        };
        running.recv().unwrap();
        let threads: Vec<_> = (0..8_i64)
            .map(|i| {
                let store = store.clone();
                std::thread::spawn(move || {
                    store.write_blocking(move |tx| {
                        let missing = (i == 3).then_some("missing");
                        tx.exec(NOTE, params!["d", i, None::<&[u8]>, None::<&str>, missing])
                    })
                })
            })
            .collect();
        while !db.is_postgres() && store.stats().queued < 8 {
            std::thread::yield_now();
        }
        drop(go);
        assert_eq!(first.join().unwrap(), Ok(()));
        for (i, thread) in threads.into_iter().enumerate() {
            let result = thread.join().unwrap();
            if i == 3 {
                assert!(
                    matches!(result, Err(StoreError::Constraint(_))),
                    "{result:?}"
                );
            } else {
                assert_eq!(result, Ok(1));
            }
        }
    }
}

#[test]
fn an_unnoticed_failure_commits_nothing() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        let result = store.write_blocking(|tx| {
            tx.exec(ADD, params!["x", 1])?;
            let _ = tx.exec(ADD, params!["x", 2]);
            Ok(())
        });
        assert_eq!(result, Err(StoreError::Unique("counter.id".to_owned())));
        assert_eq!(value(&store, "x"), None);
        // In a savepoint the failure is contained.
        let result = store.write_blocking(|tx| {
            tx.exec(ADD, params!["x", 1])?;
            tx.notify("kept", "1");
            let inner: Result<u64, _> = tx.savepoint(|tx| {
                tx.exec(ADD, params!["y", 1])?;
                tx.notify("undone", "1");
                tx.exec(ADD, params!["x", 2])
            });
            assert!(matches!(inner, Err(StoreError::Unique(_))));
            Ok(())
        });
        assert_eq!(result, Ok(()));
        assert_eq!((value(&store, "x"), value(&store, "y")), (Some(1), None));
    }
}

#[test]
fn reads_see_one_snapshot_and_cannot_write() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        store
            .write_blocking(|tx| tx.exec(ADD, params!["s", 1]))
            .unwrap();
        let writer = store.clone();
        let (before, after) = store
            .read_blocking(move |tx| {
                let before = tx.row(GET, params!["s"])?.unwrap().only::<i64>()?;
                writer.write_blocking(|tx| tx.exec(SET, params!["s", 2]))?;
                let after = tx.row(GET, params!["s"])?.unwrap().only::<i64>()?;
                Ok((before, after))
            })
            .unwrap();
        assert_eq!((before, after), (1, 1));
        assert_eq!(value(&store, "s"), Some(2));
        let refused = store.read_blocking(|tx| tx.exec(SET, params!["s", 3]));
        assert!(
            matches!(refused, Err(StoreError::Statement(_))),
            "{refused:?}"
        );
        assert_eq!(value(&store, "s"), Some(2));
    }
}

#[test]
fn time_is_fixed_in_a_transaction_and_never_goes_back() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        let now = || {
            store
                .write_blocking(|tx| {
                    let first = tx.now()?;
                    tx.exec("UPDATE counter SET n = n", &[])?;
                    assert_eq!(first, tx.now()?);
                    Ok(first)
                })
                .unwrap()
        };
        let first = now();
        db.clock().shift(3_600_000);
        let second = now();
        assert!((3_600_000..3_660_000).contains(&(second - first)));
        if !db.is_postgres() {
            db.clock().shift(-3_600_000);
            assert!(now() >= second);
        }
    }
}

#[tokio::test]
async fn a_full_queue_is_busy_and_a_closed_store_says_so() {
    for db in TestDb::both() {
        let join = if db.is_postgres() { "&" } else { "?" };
        let url = format!("{}{join}queue=2", db.url());
        let store = Store::open(&url, &SCHEMA, db.clock().clone()).unwrap();
        let (go, wait) = mpsc::channel::<()>();
        let wait = Arc::new(std::sync::Mutex::new(wait));
        let running = Arc::new(AtomicUsize::new(0));
        let threads = if db.is_postgres() { 4 } else { 1 };
        let mut blocked = Vec::new();
        for i in 0..threads + 2 {
            let (own, wait, entered) = (store.clone(), wait.clone(), running.clone());
            blocked.push(tokio::spawn(async move {
                own.write(move |_| {
                    entered.fetch_add(1, Ordering::SeqCst);
                    let _ = wait.lock().unwrap().recv();
                    Ok(())
                })
                .await
            }));
            // Each gets a thread before the next comes; the last two stay in the queue.
            while running.load(Ordering::SeqCst) + store.stats().queued < i + 1
                || (i < threads && running.load(Ordering::SeqCst) < i + 1)
            {
                tokio::task::yield_now().await;
            }
        }
        assert_eq!(store.write(|_| Ok(())).await, Err(StoreError::Busy));
        drop(go);
        for one in blocked {
            assert_eq!(one.await.unwrap(), Ok(()));
        }
        store.close();
        assert_eq!(store.write(|_| Ok(())).await, Err(StoreError::Closed));
        assert_eq!(store.read(|_| Ok(())).await, Err(StoreError::Closed));
    }
}

#[test]
fn a_broken_connection_is_replaced() {
    let db = TestDb::postgres();
    let store = db.open(&SCHEMA);
    store
        .write_blocking(|tx| tx.exec(ADD, params!["b", 0]))
        .unwrap();
    let mut broken = false;
    let result = store.write_blocking(move |tx| {
        tx.exec(SET, params!["b", 5])?;
        if !std::mem::replace(&mut broken, true) {
            // As when the server restarts in the middle: nothing was committed, so it runs again.
            tx.row("SELECT pg_terminate_backend(pg_backend_pid())", &[])?;
        }
        Ok(())
    });
    assert_eq!(result, Ok(()));
    assert_eq!(value(&store, "b"), Some(5));
}

/// A runtime gives each task a share of its time, which waiting in place would never get back.
#[tokio::test]
async fn a_task_may_wait_for_many_transactions_in_place() {
    for db in TestDb::both() {
        let store = db.open(&SCHEMA);
        for _ in 0..300 {
            assert_eq!(store.read_blocking(|_| Ok(())), Ok(()));
            assert_eq!(store.write_blocking(|_| Ok(())), Ok(()));
        }
    }
}
