//! Writing JSON whose serialization cannot fail.

use serde::Serialize;

/// The JSON of a value.
///
/// # Panics
/// When the value cannot be serialized. The types of this crate consist of strings, integers and byte strings, which always
/// can.
pub(crate) fn to_bytes<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_else(|error| unreachable!("always serializable: {error}"))
}
