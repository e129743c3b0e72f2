//! The memory of the simulated cards.

use ipse_store::{StoreError, Tx, params};

use super::integer;
use crate::ids::Iccid;

/// A card's memory. Its secrets are sealed.
#[derive(Clone)]
pub struct Card {
    /// State byte of the applet.
    pub life: u8,
    /// Key version.
    pub kvn: u8,
    /// The last counter that the card used.
    pub counter: u32,
    /// Sealed transport key, scheme and applet keys.
    pub secrets: Vec<u8>,
}

statements! {
    GET = "SELECT life, kvn, counter, secrets FROM card WHERE iccid = $1";
    SET_COUNTER = "UPDATE card SET counter = $2 WHERE iccid = $1";
    PUT = "INSERT INTO card (iccid, life, kvn, counter, secrets) VALUES ($1, $2, $3, $4, $5)
 ON CONFLICT (iccid) DO UPDATE SET life = $2, kvn = $3, counter = $4, secrets = $5";
}

/// Reads a card.
///
/// # Errors
/// The store's.
pub fn get(tx: &mut Tx, iccid: &Iccid) -> Result<Option<Card>, StoreError> {
    let Some(mut row) = tx.row(GET, params![iccid])? else {
        return Ok(None);
    };
    Ok(Some(Card {
        life: integer(&mut row, "life")?,
        kvn: integer(&mut row, "kvn")?,
        counter: integer(&mut row, "counter")?,
        secrets: row.get("secrets")?,
    }))
}

/// Writes a raised counter.
///
/// # Errors
/// The store's.
pub fn set_counter(tx: &mut Tx, iccid: &Iccid, counter: u32) -> Result<(), StoreError> {
    tx.change_one(SET_COUNTER, params![iccid, counter])
}

/// Writes a card.
///
/// # Errors
/// The store's.
pub fn put(tx: &mut Tx, iccid: &Iccid, card: &Card) -> Result<(), StoreError> {
    tx.change_one(
        PUT,
        params![iccid, card.life, card.kvn, card.counter, &card.secrets],
    )
}
