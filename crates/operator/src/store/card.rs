//! The memory of cards that live in this process.

use ipse_store::{StoreError, Tx, params};

use super::{one, small};

/// A card's memory; what is secret in it is sealed.
#[derive(Clone)]
pub struct Card {
    /// State byte of the applet.
    pub life: u8,
    /// Key version.
    pub kvn: u8,
    /// Last counter that the card used.
    pub counter: u32,
    /// Sealed transport key, scheme and applet keys.
    pub secrets: Vec<u8>,
}

const GET: &str = "SELECT life, kvn, counter, secrets FROM card WHERE iccid = $1";
const COUNTER: &str = "UPDATE card SET counter = $2 WHERE iccid = $1";
const PUT: &str =
    "INSERT INTO card (iccid, life, kvn, counter, secrets) VALUES ($1, $2, $3, $4, $5)
 ON CONFLICT (iccid) DO UPDATE SET life = $2, kvn = $3, counter = $4, secrets = $5";

pub(super) const STATEMENTS: &[&str] = &[GET, COUNTER, PUT];

/// Reads a card.
pub fn get(tx: &mut Tx, iccid: &str) -> Result<Option<Card>, StoreError> {
    let Some(mut row) = tx.row(GET, params![iccid])? else {
        return Ok(None);
    };
    Ok(Some(Card {
        life: small(row.int(0)?, "card.life")?,
        kvn: small(row.int(1)?, "card.kvn")?,
        counter: small(row.int(2)?, "card.counter")?,
        secrets: row.blob(3)?,
    }))
}

/// Writes a raised counter.
pub fn set_counter(tx: &mut Tx, iccid: &str, counter: u32) -> Result<(), StoreError> {
    one(tx.exec(COUNTER, params![iccid, counter])?, "card counter")
}

/// Writes a card.
pub fn put(tx: &mut Tx, iccid: &str, card: &Card) -> Result<(), StoreError> {
    let changed = tx.exec(
        PUT,
        params![iccid, card.life, card.kvn, card.counter, &card.secrets],
    )?;
    one(changed, "card put")
}
