//! Keys of a card, derived from the operator's master key (NIST SP 800-108r1 §4.1, counter mode with CMAC).
//!
//! `K(1) = CMAC(key, [1]_32 ‖ label ‖ 0x00 ‖ context ‖ [128]_32)`. One block is enough, since every key is AES-128. The
//! operator stores no card keys and derives them when it needs them.

use zeroize::Zeroizing;

use crate::apdu::AID;
use crate::cmac::{CmacError, Key, mac_256};

/// One output block of 128 bits.
const BLOCK: [u8; 4] = 1_u32.to_be_bytes();
const BITS: [u8; 4] = 128_u32.to_be_bytes();

/// The operator's master key, from its keystore.
pub type MasterKey = [u8; 32];

/// Identifies a card and a generation of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardId<'a> {
    /// Integrated circuit card identifier (ITU-T E.118).
    pub iccid: &'a str,
    /// eUICC identifier (SGP.02). Empty for a card without remote provisioning.
    pub eid: &'a str,
    /// Key version number of the applet's keys.
    pub kvn: u8,
}

/// The two keys of the applet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppletKeys {
    /// The key for answers to challenges.
    pub auth: Key,
    /// The key with which the card confirms that it received the keys.
    pub confirm: Key,
}

impl AppletKeys {
    /// Derives the keys of `card` from the operator's master key.
    ///
    /// # Errors
    /// [`CmacError`] when the library fails.
    pub fn derive(master: &MasterKey, card: &CardId<'_>) -> Result<Self, CmacError> {
        let card_key = card_key(master, b"SIM-CARD/1", card)?;
        let kvn = [card.kvn];
        Ok(Self {
            auth: derive(&card_key, b"SIM-AUTH-KEY/1", &kvn)?,
            confirm: derive(&card_key, b"SIM-CONFIRM-KEY/1", &kvn)?,
        })
    }
}

/// The key that encrypts new applet keys on their way to the card (OTA data encryption key).
///
/// # Errors
/// [`CmacError`] when the library fails.
pub fn transport_key(master: &MasterKey, card: &CardId<'_>) -> Result<Key, CmacError> {
    card_key(master, b"SIM-OTA-DEK/1", &CardId { kvn: 0, ..*card })
}

fn card_key(master: &MasterKey, label: &[u8], card: &CardId<'_>) -> Result<Key, CmacError> {
    // The length before each part ensures that two cards never have the same context.
    let mut context = Zeroizing::new(Vec::with_capacity(64));
    for part in [
        card.iccid.as_bytes(),
        card.eid.as_bytes(),
        &AID,
        &[card.kvn],
    ] {
        context.extend_from_slice(&(part.len() as u16).to_be_bytes());
        context.extend_from_slice(part);
    }
    let parts: [&[u8]; 5] = [&BLOCK, label, &[0], &context, &BITS];
    mac_256(master, &parts).map(Key)
}

fn derive(key: &Key, label: &[u8], context: &[u8]) -> Result<Key, CmacError> {
    key.mac(&[&BLOCK, label, &[0], context, &BITS]).map(Key)
}
