//! Measures durable transactions of two statements, as many as the store takes:
//! `cargo run --release -p ipse-store --features testing --example commit [seconds]`.
//!
//! SQLite syncs every commit; PostgreSQL runs with fsync on. CPU counts this process; PostgreSQL's own comes
//! on top.

#![allow(clippy::disallowed_methods, reason = "it measures real time")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ipse_store::testing::TestServer;
use ipse_store::{Clock, Migration, Migrations, Store, StoreError, params};

static SCHEMA: Migrations = Migrations::new(&[Migration {
    version: 1,
    name: "bench",
    sqlite: "CREATE TABLE counter (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, at BIGINT NOT NULL) WITHOUT ROWID;",
    postgres: "CREATE TABLE counter (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL, at BIGINT NOT NULL);",
}]);

const ROWS: i64 = 100_000;

/// CPU time of this process in microseconds: fields 14 and 15 of /proc/self/stat, in ticks of 10 ms.
fn cpu() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|t| t.parse::<u64>().ok())
        .sum();
    ticks * 10_000
}

async fn run(name: &str, url: &str, lanes: i64, time: Duration) -> Result<(), StoreError> {
    let store = Store::open(url, &SCHEMA, Clock::system())?;
    store
        .write(|tx| {
            for id in 0..ROWS {
                tx.exec(
                    "INSERT INTO counter (id, n, at) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING",
                    params![id],
                )?;
            }
            Ok(())
        })
        .await?;
    let stop = Arc::new(AtomicBool::new(false));
    let count = Arc::new(AtomicU64::new(0));
    let before = store.stats();
    let (start, busy) = (Instant::now(), cpu());
    let tasks: Vec<_> = (0..lanes)
        .map(|lane| {
            let (store, stop, count) = (store.clone(), Arc::clone(&stop), Arc::clone(&count));
            tokio::spawn(async move {
                let mut id = lane * 7919;
                while !stop.load(Ordering::Relaxed) {
                    id = (id + 104_729) % ROWS;
                    store
                        .write(move |tx| {
                            let now = tx.now()?;
                            let row = tx.row("SELECT n FROM counter WHERE id = $1", params![id])?;
                            let n = row.map_or(Ok(0_i64), |mut row| row.only())?;
                            tx.exec(
                                "UPDATE counter SET n = $2, at = $3 WHERE id = $1",
                                params![id, n + 1, now],
                            )
                        })
                        .await?;
                    count.fetch_add(1, Ordering::Relaxed);
                }
                Ok::<(), StoreError>(())
            })
        })
        .collect();
    tokio::time::sleep(time).await;
    stop.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap_or(Err(StoreError::Panicked))?;
    }
    let (elapsed, busy) = (start.elapsed(), cpu() - busy);
    let after = store.stats();
    let n = count.load(Ordering::Relaxed);
    println!(
        "{name:<12} {lanes:>5} callers  {:>8.0} tx/s  {:>6.1} µs CPU/tx  {:>6.1} tx/commit  {} retries",
        n as f64 / elapsed.as_secs_f64(),
        busy as f64 / n as f64,
        n as f64 / (after.commits - before.commits) as f64,
        after.retries - before.retries,
    );
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), StoreError> {
    let seconds = std::env::args().nth(1).and_then(|s| s.parse().ok());
    let time = Duration::from_secs(seconds.unwrap_or(5));
    let dir = tempfile::tempdir().map_err(|e| StoreError::Unavailable(e.to_string()))?;
    let url = format!("sqlite:{}", dir.path().join("bench.db").display());
    for lanes in [1, 64, 4096] {
        run("SQLite", &url, lanes, time).await?;
    }
    let server = TestServer::start(true);
    for lanes in [1, 64, 1024] {
        run("PostgreSQL", server.url(), lanes, time).await?;
    }
    Ok(())
}
