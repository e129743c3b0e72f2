//! A file that only its owner can read, and that is there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::error::{Error, local};

/// A file that is being written, under another name until it is complete. It is deleted if it is not kept.
pub(super) struct NewFile {
    file: File,
    temporary: PathBuf,
    wanted: PathBuf,
    replace: bool,
}

impl NewFile {
    /// Begins a file. With `replace` it may take the place of another one.
    ///
    /// # Errors
    /// `file_exists`, `file_unwritable`.
    pub(super) fn create(wanted: &Path, replace: bool) -> Result<Self> {
        let Some(name) = wanted.file_name() else {
            return Err(unwritable(wanted, "not the name of a file"));
        };
        if !replace && wanted.symlink_metadata().is_ok() {
            return Err(exists(wanted));
        }
        if wanted.is_dir() {
            return Err(unwritable(wanted, "a folder"));
        }
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}", std::process::id()));
        let temporary = wanted.with_file_name(hidden);
        let file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&temporary)
            .map_err(|error| unwritable(wanted, &error.to_string()))?;
        Ok(Self {
            file,
            temporary,
            wanted: wanted.to_owned(),
            replace,
        })
    }

    /// Writes it and gives it its name.
    ///
    /// # Errors
    /// `file_exists` when somebody else made the file meanwhile, `file_unwritable`.
    pub(super) fn keep(mut self, bytes: &[u8]) -> Result<()> {
        let written = self
            .file
            .write_all(bytes)
            .and_then(|()| self.file.sync_all());
        written.map_err(|error| unwritable(&self.wanted, &error.to_string()))?;
        // A link takes no other file's place. The other name goes when this value is dropped.
        let named = match self.replace {
            true => fs::rename(&self.temporary, &self.wanted),
            false => fs::hard_link(&self.temporary, &self.wanted),
        };
        named.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => exists(&self.wanted),
            _ => unwritable(&self.wanted, &error.to_string()),
        })
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // It has another name by now, or nobody wants it.
        let _ = fs::remove_file(&self.temporary);
    }
}

fn exists(file: &Path) -> Error {
    Error::of(local::FILE_EXISTS).with("file", file.display().to_string())
}

fn unwritable(file: &Path, reason: &str) -> Error {
    Error::of(local::FILE)
        .with("file", file.display().to_string())
        .with("reason", reason)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn files(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn t34_only_the_owner_reads_the_file_and_nothing_is_left_of_one_that_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = folder.path().join("me.json");
        drop(NewFile::create(&wanted, false).unwrap());
        assert_eq!(files(folder.path()), 0);
        NewFile::create(&wanted, false)
            .unwrap()
            .keep(b"{}")
            .unwrap();
        let mode = fs::metadata(&wanted).unwrap().permissions().mode();
        assert_eq!((mode & 0o777, files(folder.path())), (0o600, 1));
    }

    #[test]
    fn a_file_is_replaced_only_on_demand() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = folder.path().join("me.json");
        let late = NewFile::create(&wanted, false).unwrap();
        fs::write(&wanted, "mine").unwrap();
        let code = |error: Error| error.code.to_string();
        assert_eq!(code(late.keep(b"{}").unwrap_err()), "file_exists");
        let refused = NewFile::create(&wanted, false).err().unwrap();
        assert_eq!(code(refused), "file_exists");
        assert_eq!(fs::read(&wanted).unwrap(), b"mine");
        NewFile::create(&wanted, true).unwrap().keep(b"{}").unwrap();
        assert_eq!(fs::read(&wanted).unwrap(), b"{}");
        assert_eq!(files(folder.path()), 1);
        let refused = NewFile::create(folder.path(), true).err().unwrap();
        assert_eq!(code(refused), "file_unwritable");
    }
}
