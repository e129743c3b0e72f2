//! The source of random bytes. It is passed to everything that needs them, so that a test can repeat a run.

#[cfg(feature = "testing")]
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use rand::{CryptoRng, RngCore};

/// A source of random bytes. Clones share it.
#[derive(Clone)]
pub struct Random(Source);

#[derive(Clone)]
enum Source {
    /// The operating system's generator.
    System,
    /// A fixed sequence, for tests.
    #[cfg(feature = "testing")]
    Seeded { seed: u64, next: Arc<AtomicU64> },
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}

impl Random {
    /// The operating system's generator.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A sequence that depends on the seed only. Its bytes are not secret.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded {
            seed,
            next: Arc::default(),
        })
    }

    /// `N` random bytes.
    ///
    /// # Panics
    /// When the operating system gives no randomness.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }

    /// Fills `out` with random bytes.
    ///
    /// # Panics
    /// As [`Random::bytes`].
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the operating system"
    )]
    pub fn fill(&self, out: &mut [u8]) {
        match &self.0 {
            Source::System => assert!(
                aws_lc_rs::rand::fill(out).is_ok(),
                "the operating system gives no randomness"
            ),
            #[cfg(feature = "testing")]
            Source::Seeded { seed, next } => {
                for chunk in out.chunks_mut(32) {
                    let block = next.fetch_add(1, Ordering::SeqCst);
                    let bytes = crate::hmac_sha256(&seed.to_be_bytes(), &[&block.to_be_bytes()]);
                    chunk.copy_from_slice(&bytes[..chunk.len()]);
                }
            }
        }
    }
}

/// For `opaque-ke`, which takes a generator of `rand`.
impl RngCore for Random {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.bytes())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        self.fill(dest);
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand::Error> {
        self.fill(dest);
        Ok(())
    }
}

impl CryptoRng for Random {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_gives_other_bytes_each_time() {
        let random = Random::system();
        assert_ne!(random.bytes::<16>(), random.bytes::<16>());
    }

    #[test]
    fn a_seed_fixes_the_bytes_and_clones_continue() {
        let (first, second) = (Random::seeded(7), Random::seeded(7));
        assert_eq!(first.bytes::<16>(), second.bytes::<16>());
        assert_eq!(first.clone().bytes::<16>(), second.bytes::<16>());
    }
}
