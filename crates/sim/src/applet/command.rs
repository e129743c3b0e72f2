//! The commands that the operator's gateway sends.

use aws_lc_rs::key_wrap::{AES_128, AesKek, KeyWrap};
use zeroize::Zeroizing;

use super::{AID, LOAD_LENGTH, Method, WRAPPED_LENGTH};
use crate::cmac::{Key, LENGTH};
use crate::kdf::AppletKeys;

/// SELECT by name.
#[must_use]
pub fn select() -> Vec<u8> {
    let mut bytes = vec![0x00, 0xA4, 0x04, 0x00, AID.len() as u8];
    bytes.extend_from_slice(&AID);
    bytes
}

/// GET DATA `9F01`: version, state, key version, counter, algorithm.
#[must_use]
pub fn get_data() -> Vec<u8> {
    vec![0x80, 0xCA, 0x9F, 0x01, 0x00]
}

/// LOAD KEY. `None` when the library fails.
#[must_use]
pub fn load_key(transport: &Key, kvn: u8, scheme: &[u8; 16], keys: &AppletKeys) -> Option<Vec<u8>> {
    let mut bytes = vec![0x80, 0xE2, 0x00, 0x00, LOAD_LENGTH as u8, kvn];
    bytes.extend_from_slice(scheme);
    bytes.extend_from_slice(&wrap_keys(transport, keys)?);
    bytes.push(0);
    Some(bytes)
}

/// AUTHENTICATE.
#[must_use]
pub fn authenticate(method: Method, challenge: &[u8; 32]) -> Vec<u8> {
    let mut bytes = vec![0x80, 0x10, method as u8, 0x00, 32];
    bytes.extend_from_slice(challenge);
    bytes.push(0);
    bytes
}

/// LOCK.
pub const LOCK: [u8; 4] = [0x80, 0x44, 0x00, 0x00];
/// UNLOCK. Also activates the applet after the confirmation of its keys.
pub const UNLOCK: [u8; 4] = [0x80, 0x46, 0x00, 0x00];
/// ERASE.
pub const ERASE: [u8; 4] = [0x80, 0xE4, 0x00, 0x00];

fn wrap_keys(transport: &Key, keys: &AppletKeys) -> Option<[u8; WRAPPED_LENGTH]> {
    let kek = AesKek::new(&AES_128, &transport.0).ok()?;
    let mut plain = Zeroizing::new([0; 2 * LENGTH]);
    plain[..LENGTH].copy_from_slice(&keys.auth.0);
    plain[LENGTH..].copy_from_slice(&keys.confirm.0);
    let mut wrapped = [0; WRAPPED_LENGTH];
    kek.wrap(&*plain, &mut wrapped).ok()?;
    Some(wrapped)
}
