//! A phone's state in memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use ipse_jose::SigningKey;

use crate::storage::{Exclusive, Storage};
use crate::{Result, State};

/// Key, sequence and state of a phone that ends with its process. One [`crate::Phone`] uses it at a time.
#[derive(Clone, Debug)]
pub struct Memory {
    /// Device key.
    pub key: Arc<SigningKey>,
    /// The last sequence that was sent.
    pub sequence: u64,
    /// What the phone knows.
    pub state: State,
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// A phone that has sent nothing yet.
    #[must_use]
    pub fn new(key: SigningKey, state: State) -> Self {
        Memory {
            key: Arc::new(key),
            sequence: 0,
            state,
            files: BTreeMap::new(),
        }
    }
}

impl Storage for Memory {
    type Lock = ();

    async fn lock(&self, _: Exclusive) -> Result<()> {
        Ok(())
    }

    fn state(&self) -> Result<Option<Cow<'_, State>>> {
        Ok(Some(Cow::Borrowed(&self.state)))
    }

    fn set_state(&mut self, state: State) -> Result<()> {
        self.state = state;
        Ok(())
    }

    fn key(&self) -> Result<Arc<SigningKey>> {
        Ok(self.key.clone())
    }

    fn begin(&mut self, (): &(), key: SigningKey, state: State) -> Result<()> {
        *self = Memory::new(key, state);
        Ok(())
    }

    fn next_sequence(&mut self, (): &()) -> Result<u64> {
        self.sequence += 1;
        Ok(self.sequence)
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.files.get(name).cloned())
    }

    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.files.insert(name.to_owned(), bytes.to_owned());
        Ok(())
    }

    fn remove(&mut self, name: &str) -> Result<()> {
        self.files.remove(name);
        Ok(())
    }
}
