//! Settings that can change while the server runs: the fault that a test requested, and the one that is in force.

use ipse_store::{StoreError, Tx, params, text_columns};

use crate::config::FaultSetting;

statements! {
    GET = "SELECT value FROM setting WHERE name = $1";
    PUT = "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2";
}

/// Name of the setting with the requested fault.
const REQUESTED: &str = "fault";
/// Name of the setting with the fault that the running operator has.
const IN_FORCE: &str = "fault_in_force";

/// Name of the setting that is written to find out whether the database can be written.
const TOUCHED: &str = "touched";

text_columns! {
    FaultSetting = "a fault or `none`",
}

/// The requested fault, if there was ever a request.
///
/// # Errors
/// The store's.
pub fn requested_fault(tx: &mut Tx) -> Result<Option<FaultSetting>, StoreError> {
    get(tx, REQUESTED)
}

/// Requests a fault of the running operator.
///
/// # Errors
/// The store's.
pub fn request_fault(tx: &mut Tx, fault: FaultSetting) -> Result<(), StoreError> {
    tx.change_one(PUT, params![REQUESTED, &fault])
}

/// The fault that the running operator has, if there was ever a request.
///
/// # Errors
/// The store's.
pub fn fault_in_force(tx: &mut Tx) -> Result<Option<FaultSetting>, StoreError> {
    get(tx, IN_FORCE)
}

/// Notes which fault the running operator has.
///
/// # Errors
/// The store's.
pub fn set_fault_in_force(tx: &mut Tx, fault: FaultSetting) -> Result<(), StoreError> {
    tx.change_one(PUT, params![IN_FORCE, &fault])
}

/// Writes something, with the time of the transaction.
///
/// # Errors
/// The store's.
pub fn touch(tx: &mut Tx) -> Result<(), StoreError> {
    let now = tx.now()?.to_string();
    tx.change_one(PUT, params![TOUCHED, &now])
}

fn get(tx: &mut Tx, name: &str) -> Result<Option<FaultSetting>, StoreError> {
    tx.row(GET, params![name])?
        .map(|mut row| row.get("value"))
        .transpose()
}
