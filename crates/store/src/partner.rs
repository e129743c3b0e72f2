//! Partners and their registrations.

use ipse_protocol::ids::PartnerId;

use crate::columns::words;
use crate::engine::{Row, StoreError, Tx};
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

const INSERT: &str =
    "INSERT INTO partner (id, status, registration, created) VALUES ($1, 'active', $2, $3)";
const REGISTRATION: &str = "SELECT registration FROM partner WHERE id = $1 AND status = 'active'";
const ALL: &str = "SELECT id, status, registration FROM partner ORDER BY created, id";
const FIND: &str = "SELECT id, status, registration FROM partner WHERE id = $1";
const SET_REGISTRATION: &str =
    "UPDATE partner SET registration = $3 WHERE id = $1 AND registration = $2";
const SET_STATUS: &str = "UPDATE partner SET status = $2 WHERE id = $1";

/// Adds a partner.
pub fn insert(tx: &mut Tx, id: &PartnerId, registration: &str, now: i64) -> Result<(), StoreError> {
    tx.change_one(INSERT, params![id, registration, now])
}

/// The registration (JSON) of an active partner.
pub fn registration(tx: &mut Tx, id: &PartnerId) -> Result<Option<String>, StoreError> {
    tx.row(REGISTRATION, params![id])?
        .map(|mut row| row.only())
        .transpose()
}

/// A partner, whether active or not.
pub fn find(tx: &mut Tx, id: &PartnerId) -> Result<Option<Partner>, StoreError> {
    tx.row(FIND, params![id])?.map(partner).transpose()
}

/// Replaces the registration of a partner; false when it is no longer `before`.
pub fn set_registration(
    tx: &mut Tx,
    id: &PartnerId,
    before: &str,
    after: &str,
) -> Result<bool, StoreError> {
    tx.change_at_most_one(SET_REGISTRATION, params![id, before, after])
}

/// All partners, oldest first.
pub fn all(tx: &mut Tx) -> Result<Vec<Partner>, StoreError> {
    tx.rows(ALL, params![])?.into_iter().map(partner).collect()
}

/// Suspends or activates a partner; false when there is none with this id.
pub fn set_status(tx: &mut Tx, id: &PartnerId, status: PartnerStatus) -> Result<bool, StoreError> {
    tx.change_at_most_one(SET_STATUS, params![id, &status])
}
