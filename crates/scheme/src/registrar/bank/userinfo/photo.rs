//! The photo of a person: the claim `picture` as a `data:` URI (RFC 2397), so that nothing is fetched.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ipse_protocol::bytes::B64u;
use serde_json::{Map, Value};

use super::RegistrarError::{self, Refused};
use crate::person::PhotoType;
use crate::registrar::Picture;

/// Largest photo, in bytes.
pub const MAX_PHOTO: usize = 256 * 1024;
/// Largest width and height, so that a small file does not fill the memory of a phone.
const MAX_SIDE: u32 = 4096;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// The photo, if the bank gives one.
pub(super) fn photo(claims: &Map<String, Value>) -> Result<Option<Picture>, RegistrarError> {
    match claims.get("picture") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_str()
            .and_then(parse)
            .map(Some)
            .ok_or(Refused("picture")),
    }
}

/// Parses a `data:` URI of a PNG or JPEG whose bytes are what it says.
pub fn parse(uri: &str) -> Option<Picture> {
    let (media_type, encoded) = uri.strip_prefix("data:")?.split_once(";base64,")?;
    let media_type = match media_type {
        "image/png" => PhotoType::Png,
        "image/jpeg" => PhotoType::Jpeg,
        _ => return None,
    };
    if encoded.len() > MAX_PHOTO.div_ceil(3) * 4 {
        return None;
    }
    let bytes = STANDARD.decode(encoded).ok()?;
    let (width, height) = match media_type {
        PhotoType::Png => png_size(&bytes)?,
        PhotoType::Jpeg => jpeg_size(&bytes)?,
    };
    let sides = 1..=MAX_SIDE;
    let good = bytes.len() <= MAX_PHOTO && sides.contains(&width) && sides.contains(&height);
    good.then_some(Picture {
        media_type,
        bytes: B64u(bytes),
    })
}

/// Width and height of a PNG, from its first chunk.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let rest = bytes.strip_prefix(PNG)?;
    let (width, rest) = rest.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// Width and height of a JPEG, from the segment that begins its frame.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    if !rest.ends_with(b"\xff\xd9") {
        return None;
    }
    loop {
        let ([0xff, marker], after) = rest.split_first_chunk()? else {
            return None;
        };
        let (length, _) = after.split_first_chunk()?;
        let segment = after.get(2..usize::from(u16::from_be_bytes(*length)))?;
        match marker {
            // Frames, but not the tables of Huffman (c4) and arithmetic codes (cc) and the extension (c8) between their markers.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                let [_, h1, h2, w1, w2] = *segment.first_chunk()?;
                let side = |high, low| u32::from(u16::from_be_bytes([high, low]));
                return Some((side(w1, w2), side(h1, h2)));
            }
            // The image begins without a frame.
            0xda => return None,
            _ => rest = after.get(2 + segment.len()..)?,
        }
    }
}
