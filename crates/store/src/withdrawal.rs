//! Consents that people withdrew, and whether the partner was told.

use ipse_protocol::ids::{IdentityId, PartnerId, ReceiptId};

use crate::columns::words;
use crate::engine::{Row, Select, StoreError, Table, Tx};
use crate::params;

words! {
    /// Whether the partner was told.
    Told = "whether a partner was told" {
        /// It registered no endpoint.
        Untold = "untold",
        /// The event waits in the outbox.
        Waiting = "waiting",
        /// It accepted the event.
        Accepted = "accepted",
        /// It refused the event for good.
        Refused = "refused",
        /// It did not take the event in time.
        Expired = "expired",
    }
}

/// A person withdrew what they had consented to towards one partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Id, also the `jti` of the event.
    pub id: String,
    /// Who withdrew.
    pub identity: IdentityId,
    /// From which partner.
    pub partner: PartnerId,
    /// The name under which the partner knows the person.
    pub sub: String,
    /// The receipt.
    pub receipt: ReceiptId,
    /// Codes of the services that the consents were for, JSON.
    pub services: String,
    /// Names of the claims that were released, JSON.
    pub claims: String,
    /// Milliseconds. Approvals up to this time count no more.
    pub time: i64,
    /// Whether the partner was told.
    pub told: Told,
    /// The `err` of a refusal (RFC 8935 §2.4).
    pub answer: Option<String>,
}

impl Withdrawal {
    /// Whether it takes back an approval of this time, in milliseconds.
    #[must_use]
    pub fn covers(&self, approved: i64) -> bool {
        approved <= self.time
    }
}

/// Consents that were withdrawn.
pub(crate) static TABLE: Table = Table::new(
    "withdrawal",
    "id",
    "id, identity, partner, sub, receipt, services, claims, time, told, answer",
);

fn withdrawal(mut row: Row) -> Result<Withdrawal, StoreError> {
    Ok(Withdrawal {
        id: row.get("id")?,
        identity: row.get("identity")?,
        partner: row.get("partner")?,
        sub: row.get("sub")?,
        receipt: row.get("receipt")?,
        services: row.get("services")?,
        claims: row.get("claims")?,
        time: row.get("time")?,
        told: row.get("told")?,
        answer: row.get("answer")?,
    })
}

/// Keeps a withdrawal.
pub fn insert(tx: &mut Tx, w: &Withdrawal) -> Result<(), StoreError> {
    tx.add(
        &TABLE,
        params![
            &w.id,
            &w.identity,
            &w.partner,
            &w.sub,
            &w.receipt,
            &w.services,
            &w.claims,
            w.time,
            &w.told,
            w.answer.as_deref()
        ],
    )
}

/// A withdrawal.
pub fn by_id(tx: &mut Tx, id: &str) -> Result<Option<Withdrawal>, StoreError> {
    tx.by_key(&TABLE, params![id])?.map(withdrawal).transpose()
}

fn read(rows: Vec<Row>) -> Result<Vec<Withdrawal>, StoreError> {
    rows.into_iter().map(withdrawal).collect()
}

static OF_IDENTITY: Select = Select::new(&TABLE, "WHERE identity = $1 ORDER BY time DESC, id");

/// All withdrawals of a person, newest first.
pub fn of_identity(tx: &mut Tx, identity: &IdentityId) -> Result<Vec<Withdrawal>, StoreError> {
    read(tx.find_all(&OF_IDENTITY, params![identity])?)
}

static LATEST: Select = Select::new(
    &TABLE,
    "WHERE identity = $1 AND partner = $2 ORDER BY time DESC, id LIMIT 1",
);

/// The latest withdrawal of a person from a partner.
pub fn latest(
    tx: &mut Tx,
    identity: &IdentityId,
    partner: &PartnerId,
) -> Result<Option<Withdrawal>, StoreError> {
    Ok(read(tx.find_all(&LATEST, params![identity, partner])?)?.pop())
}

static LATEST_OF_SUB: Select = Select::new(
    &TABLE,
    "WHERE sub = $1 AND partner = $2 ORDER BY time DESC, id LIMIT 1",
);

/// The latest withdrawal from a partner of whom it knows by this name.
pub fn latest_of_sub(
    tx: &mut Tx,
    sub: &str,
    partner: &PartnerId,
) -> Result<Option<Withdrawal>, StoreError> {
    Ok(read(tx.find_all(&LATEST_OF_SUB, params![sub, partner])?)?.pop())
}

static UNDELIVERED: Select = Select::new(
    &TABLE,
    "WHERE partner = $1 AND told IN ('refused', 'expired') ORDER BY time DESC, id LIMIT 20",
);

/// The latest withdrawals of which a partner took no event, newest first, up to 20.
pub fn undelivered(tx: &mut Tx, partner: &PartnerId) -> Result<Vec<Withdrawal>, StoreError> {
    read(tx.find_all(&UNDELIVERED, params![partner])?)
}

/// Keeps what became of the event.
pub fn set_told(
    tx: &mut Tx,
    id: &str,
    told: Told,
    answer: Option<&str>,
) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| {
        row.set("told", &told)?;
        row.set("answer", answer)?;
        Ok(true)
    })
}
