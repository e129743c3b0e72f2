//! Files that are written completely or not at all, and that only their owner can read.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::{Error, random};

/// The largest file that is read, in bytes. Keys are much smaller.
const MAX_FILE: u64 = 64 * 1024;
const LOCK: &str = "lock";

/// A directory of key files.
pub(crate) struct Disk {
    dir: PathBuf,
}

impl Disk {
    /// A directory that exists.
    pub(crate) fn open(dir: &Path) -> Result<Self, Error> {
        let dir = dir.to_owned();
        if !dir.is_dir() {
            return Err(Error::NoKeystore(dir.display().to_string()));
        }
        Ok(Self { dir })
    }

    /// As [`Disk::open`]. A directory that does not exist is made (mode 0700).
    pub(crate) fn make(dir: &Path) -> Result<Self, Error> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(|error| Error::Io(dir.display().to_string(), error))?;
        Self::open(dir)
    }

    /// The path of the directory, for messages.
    pub(crate) fn path(&self) -> String {
        self.dir.display().to_string()
    }

    /// The file that processes lock while they use the keystore.
    pub(crate) fn lock_file(&self) -> Result<File, Error> {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(self.dir.join(LOCK))
            .map_err(|error| Error::Io(LOCK.to_owned(), error))
    }

    /// The content of a file, or `None` if there is none. Refuses a file that other users can read.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let failed = |error| Error::Io(name.to_owned(), error);
        let file = match File::open(self.dir.join(name)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let metadata = file.metadata().map_err(failed)?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(Error::Permissions(name.to_owned()));
        }
        if metadata.len() > MAX_FILE {
            return Err(Error::Corrupt(name.to_owned()));
        }
        // The buffer never grows, so no copy of the secret remains in memory.
        let mut content = Zeroizing::new(Vec::with_capacity(MAX_FILE as usize));
        file.take(MAX_FILE)
            .read_to_end(&mut content)
            .map_err(failed)?;
        Ok(Some(content))
    }

    /// Makes a file. An existing file, which another process may have made meanwhile, is kept.
    pub(crate) fn create(&self, name: &str, content: &[u8]) -> Result<(), Error> {
        let failed = |error| Error::Io(name.to_owned(), error);
        let temporary = self.temporary()?;
        let linked = self
            .write_new(&temporary, content)
            // Unlike a rename, a hard link never replaces a file: the first of several processes wins.
            .and_then(|()| fs::hard_link(&temporary, self.dir.join(name)));
        let _ = fs::remove_file(&temporary);
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(failed(error)),
            _ => self.sync().map_err(failed),
        }
    }

    /// Makes a file, or replaces it: a reader sees the old content or the new one.
    pub(crate) fn replace(&self, name: &str, content: &[u8]) -> Result<(), Error> {
        let temporary = self.temporary()?;
        let renamed = self
            .write_new(&temporary, content)
            .and_then(|()| fs::rename(&temporary, self.dir.join(name)));
        if renamed.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        renamed
            .and_then(|()| self.sync())
            .map_err(|error| Error::Io(name.to_owned(), error))
    }

    fn temporary(&self) -> Result<PathBuf, Error> {
        let mut name = [0; 8];
        random::fill(&mut name)?;
        Ok(self.dir.join(format!(".{:016x}", u64::from_be_bytes(name))))
    }

    fn write_new(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(content)?;
        file.sync_all()
    }

    /// Overwrites and removes a file, if it exists.
    pub(crate) fn destroy(&self, name: &str) -> Result<(), Error> {
        let path = self.dir.join(name);
        let erase = || -> io::Result<()> {
            let mut file = OpenOptions::new().write(true).open(&path)?;
            let len = usize::try_from(file.metadata()?.len().min(MAX_FILE)).unwrap_or(0);
            file.write_all(&vec![0; len])?;
            file.sync_all()?;
            fs::remove_file(&path)?;
            self.sync()
        };
        match erase() {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Error::Io(name.to_owned(), error))
            }
            _ => Ok(()),
        }
    }

    /// The names of all key files.
    pub(crate) fn names(&self) -> Result<Vec<String>, Error> {
        let failed = |error| Error::Io(self.dir.display().to_string(), error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(failed)? {
            if let Ok(name) = entry.map_err(failed)?.file_name().into_string()
                && name.ends_with(".key")
            {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// Writes the directory to the disk, so that the names of files survive a power cut.
    fn sync(&self) -> io::Result<()> {
        File::open(&self.dir)?.sync_all()
    }
}
