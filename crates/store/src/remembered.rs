//! Browsers that may come back to a partner for some minutes, without the person being asked.

use ipse_protocol::ids::{ActionId, IdentityId};

use crate::engine::{Row, Select, StoreError, Table, Tx};
use crate::params;

/// A browser that may come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The approval in which the person allowed it.
    pub action: ActionId,
    /// Who allowed it.
    pub identity: IdentityId,
    /// SHA-256 of the cookie that the browser got then.
    pub browser: [u8; 32],
    /// How often it came back.
    pub returns: i64,
    /// Milliseconds.
    pub expires: i64,
    /// When it was ended before that, milliseconds.
    pub ended: Option<i64>,
}

impl Remembered {
    /// Whether the browser may come back at `now`, as far as this row says.
    #[must_use]
    pub fn is_live(&self, now: i64) -> bool {
        self.ended.is_none() && now < self.expires
    }
}

/// Browsers that may come back.
pub(crate) static TABLE: Table = Table::new(
    "remembered_browser",
    "action",
    "action, identity, browser, returns, expires, ended",
);

fn remembered(mut row: Row) -> Result<Remembered, StoreError> {
    Ok(Remembered {
        action: row.get("action")?,
        identity: row.get("identity")?,
        browser: row.get("browser")?,
        returns: row.get("returns")?,
        expires: row.get("expires")?,
        ended: row.get("ended")?,
    })
}

/// Lets a browser come back.
pub fn insert(tx: &mut Tx, r: &Remembered) -> Result<(), StoreError> {
    tx.add(
        &TABLE,
        params![
            &r.action,
            &r.identity,
            &r.browser,
            r.returns,
            r.expires,
            r.ended
        ],
    )
}

/// The browser that an approval lets come back.
pub fn by_action(tx: &mut Tx, action: &ActionId) -> Result<Option<Remembered>, StoreError> {
    tx.by_key(&TABLE, params![action])?
        .map(remembered)
        .transpose()
}

static LIVE: Select = Select::new(
    &TABLE,
    "WHERE identity = $1 AND expires > $2 AND ended IS NULL ORDER BY expires LIMIT $3",
);

/// The browsers that may come back at `now` by the word of a person.
pub fn live(
    tx: &mut Tx,
    identity: &IdentityId,
    now: i64,
    limit: i64,
) -> Result<Vec<Remembered>, StoreError> {
    tx.find_all(&LIVE, params![identity, now, limit])?
        .into_iter()
        .map(remembered)
        .collect()
}

static ALL: Select = Select::new(&TABLE, "WHERE identity = $1 ORDER BY expires, action");

/// All browsers that are kept by the word of a person, also those that may not come back any more.
pub fn of_identity(tx: &mut Tx, identity: &IdentityId) -> Result<Vec<Remembered>, StoreError> {
    let rows = tx.find_all(&ALL, params![identity])?;
    rows.into_iter().map(remembered).collect()
}

/// Counts a return; false when the browser may not come back any more, or came back `most` times.
pub fn count_return(
    tx: &mut Tx,
    action: &ActionId,
    most: i64,
    now: i64,
) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![action], |row| {
        let returns: i64 = row.get("returns")?;
        let ended = row.get::<Option<i64>>("ended")?.is_some();
        if ended || now >= row.get::<i64>("expires")? || returns >= most {
            return Ok(false);
        }
        row.set("returns", returns + 1)?;
        Ok(true)
    })
}

/// Ends it; false when it was ended before.
pub fn end(tx: &mut Tx, action: &ActionId, now: i64) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![action], |row| {
        if row.get::<Option<i64>>("ended")?.is_some() {
            return Ok(false);
        }
        row.set("ended", now)?;
        Ok(true)
    })
}

const FORGET: &str = "DELETE FROM remembered_browser WHERE action IN \
     (SELECT action FROM remembered_browser WHERE expires < $1 ORDER BY expires LIMIT 500)";

/// Deletes rows whose time was over before `before`. No request reads them any more.
pub fn forget(tx: &mut Tx, before: i64) -> Result<u64, StoreError> {
    tx.exec(FORGET, params![before])
}
