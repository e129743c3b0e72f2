//! Moving SQLite's write-ahead log into the database (<https://www.sqlite.org/wal.html> §3.2), beside the writer.
//!
//! Left to itself, SQLite moves it all within the commit that finds the log long, and whoever waits for a commit waits for that. So a
//! thread of its own moves nearly all of it while commits go on, and only the rest, which must be moved for the log to begin anew, is
//! left to the writer.

use std::cell::Cell;
use std::fs::File;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};

use super::error::{Failure, StoreError};
use super::sqlite::SqliteConnection;

/// A log to be moved, in pages: as many commits as these share the moving of a page that they all change.
pub(crate) const LONG: u32 = 16_000;
/// The thread moves it in so many parts: a commit beside a sync waits the longer the more is synced.
const PARTS: u32 = 8;
/// So many times as long, the writer no longer leaves it to the thread, which is late or gone: a log never fills the disk.
const TOO_LONG: u32 = 4;

thread_local! {
    /// Pages in the log as of this thread's last commit.
    static PAGES: Cell<u32> = const { Cell::new(0) };
}

/// The writer's side.
pub(crate) struct Checkpoints {
    /// How long the log is.
    requests: SyncSender<u32>,
    /// The request that the thread has done last.
    moved: Arc<AtomicU32>,
    /// How long the log was when the thread was asked last; 0 when it has begun anew since.
    asked: u32,
    long: u32,
}

/// The side of the thread that moves.
pub(crate) struct Mover {
    path: PathBuf,
    requests: Receiver<u32>,
    moved: Arc<AtomicU32>,
}

/// Both sides, for the database at `path`, whose log is moved from `long` pages on. The mover ends when the writer's side is dropped.
pub(crate) fn start(path: PathBuf, long: u32) -> (Checkpoints, Mover) {
    let (sender, requests) = mpsc::sync_channel(1);
    let moved = Arc::new(AtomicU32::new(0));
    let mover = Mover {
        path,
        requests,
        moved: Arc::clone(&moved),
    };
    let checkpoints = Checkpoints {
        requests: sender,
        moved,
        asked: 0,
        long,
    };
    (checkpoints, mover)
}

impl Checkpoints {
    /// Has `connection`, the writer's, count its log instead of moving it.
    pub(crate) fn take_over(connection: &SqliteConnection) {
        connection.on_commit(|_, pages| {
            PAGES.set(pages.unsigned_abs());
            Ok(())
        });
    }

    /// After each commit of the writer's.
    pub(crate) fn after_commit(&mut self, connection: &mut SqliteConnection) {
        let pages = PAGES.get();
        if pages < self.asked {
            self.asked = 0;
        }
        let mut gone = false;
        if pages >= self.asked + self.long / PARTS {
            match self.requests.try_send(pages) {
                Ok(()) => self.asked = pages,
                // Still at the part before: asked again after the next commit.
                Err(TrySendError::Full(_)) => {}
                Err(TrySendError::Disconnected(_)) => gone = true,
            }
        }
        let moved = self.asked >= self.long && self.moved.load(Ordering::Relaxed) == self.asked;
        if moved || pages >= self.long && gone || pages >= self.long * TOO_LONG {
            // Again after each commit, until no reader is in the way of a log that begins anew.
            kept_if_failed(connection.checkpoint());
        }
    }
}

impl Mover {
    pub(crate) fn run(self) {
        let mut moving = None;
        while let Ok(asked) = self.requests.recv() {
            if moving.is_none() {
                match Moving::open(&self.path) {
                    Ok(opened) => moving = Some(opened),
                    Err(failure) => kept_if_failed(Err(failure)),
                }
            }
            if let Some(moving) = &mut moving {
                kept_if_failed(moving.part());
            }
            self.moved.store(asked, Ordering::Relaxed);
        }
    }
}

/// What the thread that moves has open.
struct Moving {
    connection: SqliteConnection,
    /// The database. Never closed: that would take the locks of every connection of this process
    /// (<https://www.sqlite.org/howtocorrupt.html> §2.2).
    file: ManuallyDrop<File>,
}

impl Moving {
    fn open(path: &Path) -> Result<Self, Failure> {
        let connection = SqliteConnection::open(path, false)?;
        let file = File::open(path).map_err(unavailable)?;
        Ok(Self {
            connection,
            file: ManuallyDrop::new(file),
        })
    }

    /// Moves what can be moved, and syncs it. SQLite syncs only what reaches the end of the log, thus in the writer's rest: all that
    /// was moved here would be left to that one commit.
    fn part(&mut self) -> Result<(), Failure> {
        self.connection.checkpoint()?;
        self.file.sync_data().map_err(unavailable)
    }
}

fn unavailable(error: std::io::Error) -> Failure {
    StoreError::Unavailable(error.to_string()).into()
}

/// A log that cannot be moved now is kept, and nothing is lost: the next commit tries again.
fn kept_if_failed(result: Result<(), Failure>) {
    if let Err(failure) = result {
        tracing::warn!(
            code = failure.error.code(),
            "the write-ahead log stays long: {}",
            failure.error
        );
    }
}

#[cfg(test)]
mod tests {
    use std::thread::JoinHandle;
    use std::time::{Duration, Instant};

    use super::{Checkpoints, Mover, PAGES, start};
    use crate::engine::sqlite::SqliteConnection;

    const PAGES_LONG: u32 = 100;

    #[test]
    fn the_log_begins_anew_while_commits_and_reads_go_on() {
        begins_anew(|mover| Some(std::thread::spawn(move || mover.run())));
    }

    #[test]
    fn the_log_begins_anew_without_the_thread() {
        begins_anew(|_gone| None);
    }

    #[test]
    fn a_thread_that_never_comes_to_it_does_not_let_the_log_grow() {
        let mut late = None;
        begins_anew(|mover| {
            late = Some(mover);
            None
        });
    }

    fn begins_anew(run: impl FnOnce(Mover) -> Option<JoinHandle<()>>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let mut writer = SqliteConnection::open(&path, true).unwrap();
        let mut reader = SqliteConnection::open(&path, false).unwrap();
        Checkpoints::take_over(&writer);
        writer
            .script("CREATE TABLE t (n INTEGER PRIMARY KEY, b BLOB)")
            .unwrap();
        let (mut checkpoints, mover) = start(path, PAGES_LONG);
        let running = run(mover);
        let (begun, mut was_long, mut anew) = (Instant::now(), false, 0);
        while anew < 3 {
            assert!(begun.elapsed() < Duration::from_secs(60), "never moved");
            writer
                .script("INSERT INTO t (b) VALUES (randomblob(20000))")
                .unwrap();
            reader.script("SELECT COUNT(*) FROM t").unwrap();
            if PAGES.get() >= PAGES_LONG {
                was_long = true;
            } else if was_long {
                (was_long, anew) = (false, anew + 1);
            }
            checkpoints.after_commit(&mut writer);
        }
        drop(checkpoints);
        if let Some(running) = running {
            running.join().unwrap();
        }
        let rows = writer.row("SELECT COUNT(*) = MAX(n) FROM t", &[]).unwrap();
        assert_eq!(rows.unwrap().int(0).unwrap(), 1);
        let sound = writer.row("PRAGMA integrity_check", &[]).unwrap();
        assert_eq!(sound.unwrap().text(0).unwrap(), "ok");
    }
}
