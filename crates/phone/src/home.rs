//! The phone's folder: small files, replaced whole, readable by their owner only.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Result;
use crate::error::{Error, local};

const SEQUENCE: &str = "sequence.json";

/// The folder.
#[derive(Clone, Debug)]
pub(crate) struct Home(PathBuf);

/// Held while a request is on its way: requests of one device go out one at a time, whichever process sends them. The
/// lock ends with the process.
pub(crate) struct Alone(#[allow(dead_code)] File);

impl Home {
    pub fn open(dir: &Path) -> Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)?;
        Ok(Home(dir.to_path_buf()))
    }

    /// Waits until no other process, and no other task of this one, is sending.
    pub async fn alone(&self) -> Result<Alone> {
        self.lock("lock").await
    }

    /// Waits until nobody else is deciding: a second attempt would close the first one as a wrong code.
    pub async fn deciding(&self) -> Result<Alone> {
        self.lock("deciding").await
    }

    async fn lock(&self, name: &str) -> Result<Alone> {
        let path = self.0.join(name);
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
            Ok(file) => Ok(Alone(file?)),
            Err(_) => Err(Error::of(local::STORAGE)),
        }
    }

    /// The next sequence, on disk before anybody can send it. A crash may skip one, never repeat one.
    pub fn next_sequence(&self, _alone: &Alone) -> Result<u64> {
        let next = self.read_json::<u64>(SEQUENCE)?.unwrap_or(0) + 1;
        self.write(SEQUENCE, next.to_string().as_bytes())?;
        Ok(next)
    }

    /// A new device key begins at one.
    pub fn reset_sequence(&self, _alone: &Alone) -> Result<()> {
        self.write(SEQUENCE, b"0")
    }

    /// Replaces a file: readers see the old one or the new one, also after a crash.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
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

    pub fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let mut bytes = serde_json::to_vec_pretty(value).map_err(|_| Error::of(local::STORAGE))?;
        bytes.push(b'\n');
        self.write(name, &bytes)
    }

    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let Some(bytes) = self.read(name)? else {
            return Ok(None);
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|_| Error::of(local::STORAGE).with("file", name))
    }

    pub fn remove(&self, name: &str) -> Result<()> {
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
            let home = Home::open(dir.path()).unwrap();
            tasks.push(tokio::spawn(async move {
                let mut taken = Vec::new();
                for _ in 0..5 {
                    let alone = home.alone().await.unwrap();
                    taken.push(home.next_sequence(&alone).unwrap());
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
        let home = Home::open(&dir.path().join("a/b")).unwrap();
        home.write("x", b"1").unwrap();
        let mode = fs::metadata(dir.path().join("a/b/x"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(home.read("x").unwrap().as_deref(), Some(&b"1"[..]));
        assert_eq!(home.read("y").unwrap(), None);
    }
}
