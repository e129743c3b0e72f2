//! A phone's state on disk: small files, replaced whole, readable by their owner only.

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ipse_jose::{Alg, SigningKey};

use crate::error::{Error, local};
use crate::storage::{Exclusive, LOG_HEAD, Storage, read_json, write_json};
use crate::{Result, State};

/// The state, [`State`].
const STATE: &str = "phone.json";
/// The device key, PKCS#8.
const KEY: &str = "device.p8";
/// The last sequence.
const SEQUENCE: &str = "sequence.json";

/// A folder with a phone's files. Several processes may use one; each command of `ipse phone` is such a process.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

/// A file lock. It ends with the process at the latest.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl Folder {
    /// The phone in this folder, which is created if it is missing.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn open(dir: &Path) -> Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)?;
        Ok(Folder(dir.to_path_buf()))
    }
}

impl Storage for Folder {
    type Lock = FolderLock;

    async fn lock(&self, what: Exclusive) -> Result<FolderLock> {
        let path = self.0.join(match what {
            Exclusive::Request => "lock",
            Exclusive::Decision => "deciding",
        });
        let locked = tokio::task::spawn_blocking(move || {
            let file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .mode(0o600)
                .open(path)?;
            file.lock()?;
            Ok::<_, std::io::Error>(file)
        });
        match locked.await {
            Ok(file) => Ok(FolderLock { _file: file? }),
            Err(_) => Err(Error::of(local::STORAGE)),
        }
    }

    fn state(&self) -> Result<Option<Cow<'_, State>>> {
        Ok(read_json(self, STATE)?.map(Cow::Owned))
    }

    fn set_state(&mut self, state: State) -> Result<()> {
        write_json(self, STATE, &state)
    }

    fn key(&self) -> Result<Arc<SigningKey>> {
        let pkcs8 = self
            .read(KEY)?
            .map(zeroize::Zeroizing::new)
            .ok_or_else(|| Error::of(local::NOT_ENROLLED))?;
        SigningKey::from_pkcs8(Alg::Es256, &pkcs8)
            .map(Arc::new)
            .map_err(|_| Error::of(local::STORAGE).with("file", KEY))
    }

    fn begin(&mut self, _lock: &FolderLock, key: SigningKey, state: State) -> Result<()> {
        self.remove(STATE)?;
        // What an earlier phone in this folder remembered of a log is not this one's memory.
        self.remove(LOG_HEAD)?;
        let pkcs8 = key
            .to_pkcs8()
            .map_err(|_| Error::of(local::STORAGE).with("file", KEY))?;
        self.write(KEY, &pkcs8)?;
        self.write(SEQUENCE, b"0")?;
        self.set_state(state)
    }

    fn next_sequence(&mut self, _lock: &FolderLock) -> Result<u64> {
        let next = read_json::<u64>(self, SEQUENCE)?.unwrap_or(0) + 1;
        self.write(SEQUENCE, next.to_string().as_bytes())?;
        Ok(next)
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Durable when it returns; after a crash the file has the old bytes or the new ones.
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let temporary = self.0.join(format!(".{name}.new"));
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, self.0.join(name))?;
        File::open(&self.0)?.sync_all()?;
        Ok(())
    }

    fn remove(&mut self, name: &str) -> Result<()> {
        match fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sequences_rise_over_processes_and_tasks() {
        let dir = tempfile::tempdir().unwrap();
        let mut tasks = Vec::new();
        for _ in 0..8 {
            let mut folder = Folder::open(dir.path()).unwrap();
            tasks.push(tokio::spawn(async move {
                let mut taken = Vec::new();
                for _ in 0..5 {
                    let lock = folder.lock(Exclusive::Request).await.unwrap();
                    taken.push(folder.next_sequence(&lock).unwrap());
                }
                taken
            }));
        }
        let mut all = Vec::new();
        for task in tasks {
            all.extend(task.await.unwrap());
        }
        all.sort_unstable();
        assert_eq!(all, (1..=40).collect::<Vec<u64>>());
    }

    #[test]
    fn files_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(&dir.path().join("a/b")).unwrap();
        folder.write("x", b"1").unwrap();
        let mode = fs::metadata(dir.path().join("a/b/x"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(folder.read("x").unwrap().as_deref(), Some(&b"1"[..]));
        assert_eq!(folder.read("y").unwrap(), None);
    }
}
