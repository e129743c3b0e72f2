//! Moving SQLite's write-ahead log into the database (<https://www.sqlite.org/wal.html> §3.2), beside the writer.
//!
//! By default SQLite moves the whole log within the commit that finds it long, and every transaction of that commit waits.
//! Here a separate thread moves nearly all of it while commits go on. The writer moves only the rest, after which the log
//! starts again at its beginning.

use std::cell::Cell;
use std::fs::File;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};

use super::error::{Failure, StoreError};
use super::sqlite::SqliteConnection;

/// The log is moved when it has this many pages. A page that many commits change is then moved only once.
pub(crate) const LONG: u32 = 16_000;
/// The thread moves the log in this many parts: the more one sync writes, the longer a commit beside it waits.
const PARTS: u32 = 8;
/// When the log is this many times as long, the thread is late or has ended, and the writer moves the log itself. So the log
/// never fills the disk.
const TOO_LONG: u32 = 4;

thread_local! {
    /// Pages in the log at the last commit of this thread.
    static PAGES: Cell<u32> = const { Cell::new(0) };
}

/// The side of the writer.
pub(crate) struct Checkpoints {
    /// How long the log is.
    requests: SyncSender<u32>,
    /// The last request that the thread has completed.
    moved: Arc<AtomicU32>,
    /// How long the log was at the last request to the thread; 0 when it has started again since.
    asked: u32,
    long: u32,
}

/// The side of the thread that moves.
pub(crate) struct Mover {
    path: PathBuf,
    requests: Receiver<u32>,
    moved: Arc<AtomicU32>,
}

/// Both sides, for the database at `path`, whose log is moved when it has `long` pages. The mover ends when the side of the
/// writer is dropped.
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
    /// Makes the connection of the writer count its log instead of moving it.
    pub(crate) fn take_over(connection: &SqliteConnection) {
        connection.on_commit(|_, pages| {
            PAGES.set(pages.unsigned_abs());
            Ok(())
        });
    }

    /// Called after each commit of the writer.
    pub(crate) fn after_commit(&mut self, connection: &mut SqliteConnection) {
        let pages = PAGES.get();
        if pages < self.asked {
            self.asked = 0;
        }
        let mut gone = false;
        if pages >= self.asked + self.long / PARTS {
            match self.requests.try_send(pages) {
                Ok(()) => self.asked = pages,
                // It still works on the part before. The next commit asks again.
                Err(TrySendError::Full(_)) => {}
                Err(TrySendError::Disconnected(_)) => gone = true,
            }
        }
        let moved = self.asked >= self.long && self.moved.load(Ordering::Relaxed) == self.asked;
        if moved || pages >= self.long && gone || pages >= self.long * TOO_LONG {
            // Repeated after each commit, until no reader keeps the log from starting again.
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

/// What the thread has open.
struct Moving {
    connection: SqliteConnection,
    /// The database. It is never closed: that would release the locks of every connection of this process
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

    /// Moves what can be moved, and syncs it. SQLite itself syncs only when the end of the log is reached, which the writer
    /// does: that one commit would have to sync everything that was moved here.
    fn part(&mut self) -> Result<(), Failure> {
        self.connection.checkpoint()?;
        self.file.sync_data().map_err(unavailable)
    }
}

fn unavailable(error: std::io::Error) -> Failure {
    StoreError::Unavailable(error.to_string()).into()
}

/// A log that cannot be moved now stays, and nothing is lost: the next commit tries again.
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
    fn the_log_starts_again_while_commits_and_reads_go_on() {
        starts_again(|mover| Some(std::thread::spawn(move || mover.run())));
    }

    #[test]
    fn the_log_starts_again_without_the_thread() {
        starts_again(|_gone| None);
    }

    #[test]
    fn a_thread_that_never_comes_to_it_does_not_let_the_log_grow() {
        let mut late = None;
        starts_again(|mover| {
            late = Some(mover);
            None
        });
    }

    fn starts_again(run: impl FnOnce(Mover) -> Option<JoinHandle<()>>) {
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
        let (begun, mut was_long, mut restarts) = (Instant::now(), false, 0);
        while restarts < 3 {
            assert!(begun.elapsed() < Duration::from_secs(60), "never moved");
            writer
                .script("INSERT INTO t (b) VALUES (randomblob(20000))")
                .unwrap();
            reader.script("SELECT COUNT(*) FROM t").unwrap();
            if PAGES.get() >= PAGES_LONG {
                was_long = true;
            } else if was_long {
                (was_long, restarts) = (false, restarts + 1);
            }
            checkpoints.after_commit(&mut writer);
        }
        drop(checkpoints);
        if let Some(running) = running {
            running.join().unwrap();
        }
        let rows = writer.row("SELECT COUNT(*) = MAX(n) FROM t", &[]).unwrap();
        assert_eq!(rows.unwrap().only::<i64>().unwrap(), 1);
        let sound = writer.row("PRAGMA integrity_check", &[]).unwrap();
        assert_eq!(sound.unwrap().only::<String>().unwrap(), "ok");
    }
}
