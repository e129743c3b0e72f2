//! Partners and their registrations.

use ipse_protocol::ids::{IdentityId, PartnerId};

use crate::columns::words;
use crate::engine::{Row, Select, StoreError, Table, Tx};
use crate::params;

words! {
    /// Whether a partner may ask.
    PartnerStatus = "the status of a partner" {
        /// It may.
        Active = "active",
        /// It may not, until it is activated again.
        Suspended = "suspended",
    }
}

/// A partner.
#[derive(Clone, Debug)]
pub struct Partner {
    /// Its id, which is also its `client_id`.
    pub id: PartnerId,
    /// Whether it may ask.
    pub status: PartnerStatus,
    /// Its registration, JSON.
    pub registration: String,
}

fn partner(mut row: Row) -> Result<Partner, StoreError> {
    Ok(Partner {
        id: row.get("id")?,
        status: row.get("status")?,
        registration: row.get("registration")?,
    })
}

/// Partners.
pub(crate) static TABLE: Table = Table::new("partner", "id", "id, status, registration, created");

static ALL: Select = Select::new(&TABLE, "ORDER BY created, id");

/// Adds a partner.
pub fn insert(tx: &mut Tx, id: &PartnerId, registration: &str, now: i64) -> Result<(), StoreError> {
    tx.add(
        &TABLE,
        params![id, &PartnerStatus::Active, registration, now],
    )
}

/// The registration (JSON) of an active partner.
pub fn registration(tx: &mut Tx, id: &PartnerId) -> Result<Option<String>, StoreError> {
    let found = tx.by_key(&TABLE, params![id])?.map(partner).transpose()?;
    let active = found.filter(|found| found.status == PartnerStatus::Active);
    Ok(active.map(|found| found.registration))
}

/// A partner, whether active or not.
pub fn find(tx: &mut Tx, id: &PartnerId) -> Result<Option<Partner>, StoreError> {
    tx.by_key(&TABLE, params![id])?.map(partner).transpose()
}

/// Replaces the registration of a partner; false when it is no longer `before`.
pub fn set_registration(
    tx: &mut Tx,
    id: &PartnerId,
    before: &str,
    after: &str,
) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| {
        if row.get::<String>("registration")? != before {
            return Ok(false);
        }
        row.set("registration", after)?;
        Ok(true)
    })
}

/// All partners, oldest first.
pub fn all(tx: &mut Tx) -> Result<Vec<Partner>, StoreError> {
    tx.find_all(&ALL, params![])?
        .into_iter()
        .map(partner)
        .collect()
}

static OF_PERSON: Select = Select::new(
    &TABLE,
    "WHERE id IN (SELECT partner FROM action WHERE identity = $1 AND partner IS NOT NULL) ORDER BY id",
);

/// The partners that ever asked a person something.
pub fn of_person(tx: &mut Tx, identity: &IdentityId) -> Result<Vec<Partner>, StoreError> {
    tx.find_all(&OF_PERSON, params![identity])?
        .into_iter()
        .map(partner)
        .collect()
}

/// Suspends or activates a partner; false when there is none with this id.
pub fn set_status(tx: &mut Tx, id: &PartnerId, status: PartnerStatus) -> Result<bool, StoreError> {
    tx.amend(&TABLE, params![id], |row| {
        row.set("status", &status)?;
        Ok(true)
    })
}
