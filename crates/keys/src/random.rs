//! Randomness for keys, nonces and names of temporary files.

use crate::Error;

/// Fills `out` with random bytes of the operating system. Callers cannot give the bytes: a keystore whose keys or nonces can
/// be repeated protects nothing, and a hardware module makes its own.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place of this crate that asks the operating system"
)]
pub(crate) fn fill(out: &mut [u8]) -> Result<(), Error> {
    aws_lc_rs::rand::fill(out)
        .map_err(|_| Error::Crypto(ipse_jose::Error::Internal("the system gives no randomness")))
}
