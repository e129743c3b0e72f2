//! Byte strings in JSON: base64url without padding, decoded strictly (RFC 4648 §5).

use std::fmt;

use ipse_jose::b64;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Bytes of any length, base64url in JSON.
#[derive(Clone, PartialEq, Eq, Default, Hash)]
pub struct B64u(pub Vec<u8>);

/// Exactly `N` bytes, base64url in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fixed<const N: usize>(pub [u8; N]);

/// A SHA-256 digest, nonce or key hash.
pub type B32 = Fixed<32>;

impl B64u {
    /// Decodes strictly; `None` for anything that is not unpadded base64url.
    pub fn decode(text: &str) -> Option<Self> {
        b64::decode(text).ok().map(B64u)
    }
}

impl<const N: usize> Fixed<N> {
    /// Decodes strictly; `None` for anything that is not unpadded base64url of `N` bytes.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes = b64::decode(text).ok()?;
        bytes.try_into().ok().map(Fixed)
    }
}

impl fmt::Display for B64u {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&b64::encode(&self.0))
    }
}

impl<const N: usize> fmt::Display for Fixed<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&b64::encode(&self.0))
    }
}

// Some values are proofs or keys, so a log may show the length only.
impl fmt::Debug for B64u {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "B64u({} bytes)", self.0.len())
    }
}

impl<const N: usize> fmt::Debug for Fixed<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fixed({N} bytes)")
    }
}

impl From<Vec<u8>> for B64u {
    fn from(bytes: Vec<u8>) -> Self {
        B64u(bytes)
    }
}

impl From<&[u8]> for B64u {
    fn from(bytes: &[u8]) -> Self {
        B64u(bytes.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Fixed<N> {
    fn from(bytes: [u8; N]) -> Self {
        Fixed(bytes)
    }
}

impl<const N: usize> TryFrom<&[u8]> for Fixed<N> {
    type Error = std::array::TryFromSliceError;
    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Fixed)
    }
}

impl AsRef<[u8]> for B64u {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl<const N: usize> AsRef<[u8]> for Fixed<N> {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for B64u {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&b64::encode(&self.0))
    }
}

impl<const N: usize> Serialize for Fixed<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&b64::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for B64u {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        B64u::decode(&text).ok_or_else(|| D::Error::custom("not base64url without padding"))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Fixed<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Fixed::decode(&text).ok_or_else(|| D::Error::custom(format!("not base64url of {N} bytes")))
    }
}
