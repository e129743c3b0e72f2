//! Nothing acknowledged is ever lost: a process is killed in the middle of its work.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use ipse_store::testing::TestDb;
use ipse_store::{Clock, Store, params};

use crate::{ADD, SCHEMA, SET};

/// Not a test of its own: what the killed process does.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the crash test"]
async fn busy_child() {
    let Ok(url) = std::env::var("IPSE_TEST_CRASH_URL") else {
        return;
    };
    let store = Store::open(&url, &SCHEMA, Clock::system()).unwrap();
    let tasks: Vec<_> = (0..32)
        .map(|lane| {
            let store = store.clone();
            tokio::spawn(async move {
                for i in 0..100_000_i64 {
                    let id = format!("{lane}-{i}");
                    let row = id.clone();
                    // Two statements, so that half a transaction would show.
                    store
                        .write(move |tx| {
                            tx.exec(ADD, params![&row, 0])?;
                            tx.exec(SET, params![&row, 1])
                        })
                        .await
                        .unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "ack {id}").unwrap();
                    out.flush().unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    for db in TestDb::both() {
        drop(db.open(&SCHEMA));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["crash::busy_child", "--exact", "--ignored", "--nocapture"])
            .env("IPSE_TEST_CRASH_URL", db.url())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut acknowledged = Vec::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            // The test harness writes to the same output, also on the same line.
            if let Some((_, id)) = line.split_once("ack ") {
                acknowledged.push(id.to_owned());
            }
            if acknowledged.len() == 2000 {
                // SIGKILL; what it still acknowledges until then is in the pipe and read as well.
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(acknowledged.len() >= 2000);
        let rows = db
            .open(&SCHEMA)
            .read_blocking(|tx| tx.rows("SELECT id, n FROM counter", &[]))
            .unwrap();
        let mut found = HashSet::new();
        for mut row in rows {
            assert_eq!(row.get("n"), Ok(1_i64), "half a transaction");
            found.insert(row.get::<String>("id").unwrap());
        }
        // The pipe may have been cut within its last line.
        acknowledged.pop();
        for id in &acknowledged {
            assert!(found.contains(id), "{id} was acknowledged and is gone");
        }
    }
}
