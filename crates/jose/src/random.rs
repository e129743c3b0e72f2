//! Randomness that stays inside this crate: initialisation vectors and content keys.

use crate::Error;

/// Fills `out` with random bytes of the operating system. Callers cannot give the bytes, as with the nonces of ECDSA: a
/// repeated initialisation vector reveals the content.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of this crate that asks the operating system"
)]
pub(crate) fn fill(out: &mut [u8]) -> Result<(), Error> {
    aws_lc_rs::rand::fill(out).map_err(|_| Error::Internal("the system gives no randomness"))
}
