//! Keys in memory, by name.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::Error;

/// The loaded keys. Readers do not wait for each other. One thread loads at a time.
pub(crate) struct Cache<T>(RwLock<HashMap<String, T>>);

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T: Clone> Cache<T> {
    /// The entry. It is loaded if it is not there.
    pub(crate) fn get_or(
        &self,
        name: &str,
        load: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        // A poisoned lock means that `load` panicked. The map is unchanged then.
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(name) {
            return Ok(found.clone());
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(name) {
            return Ok(found.clone());
        }
        let loaded = load()?;
        known.insert(name.to_owned(), loaded.clone());
        Ok(loaded)
    }

    /// Removes an entry.
    pub(crate) fn remove(&self, name: &str) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
    }
}
