//! The non-volatile memory of a card.

use super::Life;
use crate::cmac::Key;
use crate::kdf::AppletKeys;

/// Everything that the card stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// State.
    pub life: Life,
    /// Key version number, 0 while blank.
    pub kvn: u8,
    /// The last used counter.
    pub counter: u32,
    /// The scheme of this applet, set at personalisation.
    pub scheme: [u8; 16],
    /// Key that encrypts new keys. Written by the manufacturer of the card.
    pub transport: Key,
    /// The keys of the applet, if they are loaded.
    pub keys: Option<AppletKeys>,
}

impl Memory {
    /// A card as the manufacturer delivers it.
    #[must_use]
    pub fn blank(transport: Key) -> Self {
        Self {
            life: Life::Blank,
            kvn: 0,
            counter: 0,
            scheme: [0; 16],
            transport,
            keys: None,
        }
    }
}

/// A read failed, or a write failed or may have failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the card's memory failed")]
pub struct MemoryFailure;

/// The non-volatile memory of the card. Each call is atomic. The power may fail between two calls.
pub trait Storage {
    /// Reads the whole memory.
    ///
    /// # Errors
    /// [`MemoryFailure`] when the memory cannot be read.
    fn load(&mut self) -> Result<Memory, MemoryFailure>;
    /// Writes only the counter.
    ///
    /// # Errors
    /// [`MemoryFailure`] when it may not have been written.
    fn save_counter(&mut self, counter: u32) -> Result<(), MemoryFailure>;
    /// Writes the whole memory.
    ///
    /// # Errors
    /// [`MemoryFailure`] when it may not have been written.
    fn save(&mut self, memory: &Memory) -> Result<(), MemoryFailure>;
}

/// A memory that ends with the process.
impl Storage for Memory {
    fn load(&mut self) -> Result<Memory, MemoryFailure> {
        Ok(self.clone())
    }

    fn save_counter(&mut self, counter: u32) -> Result<(), MemoryFailure> {
        self.counter = counter;
        Ok(())
    }

    fn save(&mut self, memory: &Memory) -> Result<(), MemoryFailure> {
        *self = memory.clone();
        Ok(())
    }
}
