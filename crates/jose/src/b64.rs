//! Base64url without padding (RFC 4648 §5, RFC 7515 §2), decoded strictly.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::Error;

/// Encodes without padding.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Appends the encoding to `out`.
pub fn encode_into(bytes: &[u8], out: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, out);
}

/// Decodes. Padding, white space, other characters and non-zero trailing bits are refused, so each value has one encoding.
///
/// # Errors
/// [`Error::Malformed`].
pub fn decode(text: &str) -> Result<Vec<u8>, Error> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| Error::Malformed("base64url"))
}

/// Decodes a value of exactly `N` bytes.
///
/// # Errors
/// [`Error::Malformed`].
pub fn decode_array<const N: usize>(text: &str) -> Result<[u8; N], Error> {
    let mut out = [0; N];
    match URL_SAFE_NO_PAD.decode_slice(text, &mut out) {
        Ok(len) if len == N => Ok(out),
        _ => Err(Error::Malformed("base64url of a fixed length")),
    }
}
