//! Where a phone keeps its key, its sequence and its state.

use std::borrow::Cow;
use std::sync::Arc;

use ipse_jose::SigningKey;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, local};
use crate::{Result, State};

/// What only one process at a time does for one phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusive {
    /// Sends a request, so that sequences arrive in order.
    Request,
    /// Decides an action: a second attempt would close the first one as a wrong code.
    Decision,
}

/// The head of the log that the phone remembers.
pub(crate) const LOG_HEAD: &str = "log_head.json";

/// Keeps a phone's state.
pub trait Storage: Send {
    /// The lock that [`Storage::lock`] gives; dropping it ends it.
    type Lock: Send;

    /// Waits until no other process does the same.
    ///
    /// # Errors
    /// `storage_failed`, as for all methods.
    fn lock(&self, what: Exclusive) -> impl Future<Output = Result<Self::Lock>> + Send;

    /// The state; `None` for a phone that never began to enrol.
    ///
    /// # Errors
    /// `storage_failed`.
    fn state(&self) -> Result<Option<Cow<'_, State>>>;

    /// Replaces the state.
    ///
    /// # Errors
    /// `storage_failed`.
    fn set_state(&mut self, state: State) -> Result<()>;

    /// The device key.
    ///
    /// # Errors
    /// `storage_failed`; `not_enrolled` when there is none.
    fn key(&self) -> Result<Arc<SigningKey>>;

    /// Replaces key and state, and begins at sequence 1. After a crash the storage has either no state, or key, sequence
    /// and state.
    ///
    /// # Errors
    /// `storage_failed`.
    fn begin(&mut self, lock: &Self::Lock, key: SigningKey, state: State) -> Result<()>;

    /// The next sequence, durable when this returns. A crash may skip one; none is given twice.
    ///
    /// # Errors
    /// `storage_failed`.
    fn next_sequence(&mut self, lock: &Self::Lock) -> Result<u64>;

    /// Reads what was written under a name.
    ///
    /// # Errors
    /// `storage_failed`.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>>;

    /// Writes something under a name. A reader sees the old bytes or the new ones.
    ///
    /// # Errors
    /// `storage_failed`.
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()>;

    /// Removes what was written under a name, if there is anything.
    ///
    /// # Errors
    /// `storage_failed`.
    fn remove(&mut self, name: &str) -> Result<()>;
}

impl<S: Storage> Storage for &mut S {
    type Lock = S::Lock;

    fn lock(&self, what: Exclusive) -> impl Future<Output = Result<S::Lock>> + Send {
        (**self).lock(what)
    }

    fn state(&self) -> Result<Option<Cow<'_, State>>> {
        (**self).state()
    }

    fn set_state(&mut self, state: State) -> Result<()> {
        (**self).set_state(state)
    }

    fn key(&self) -> Result<Arc<SigningKey>> {
        (**self).key()
    }

    fn begin(&mut self, lock: &S::Lock, key: SigningKey, state: State) -> Result<()> {
        (**self).begin(lock, key, state)
    }

    fn next_sequence(&mut self, lock: &S::Lock) -> Result<u64> {
        (**self).next_sequence(lock)
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        (**self).read(name)
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        (**self).write(name, bytes)
    }

    fn remove(&mut self, name: &str) -> Result<()> {
        (**self).remove(name)
    }
}

pub(crate) fn read_json<T: DeserializeOwned>(
    storage: &impl Storage,
    name: &str,
) -> Result<Option<T>> {
    let Some(bytes) = storage.read(name)? else {
        return Ok(None);
    };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|_| Error::of(local::STORAGE).with("file", name))
}

pub(crate) fn write_json<T: Serialize>(
    storage: &mut impl Storage,
    name: &str,
    value: &T,
) -> Result<()> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|_| Error::of(local::STORAGE))?;
    bytes.push(b'\n');
    storage.write(name, &bytes)
}
