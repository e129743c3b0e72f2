//! Passes over the rows of the whole database: they get their first MAC, or one under another key, or are checked.

use ipse_keys::KeyStore;
use ipse_protocol::constant_time_eq;
use ipse_store::device::{self, Device};
use ipse_store::rows::{self, Pass, Step};
use ipse_store::tables::TABLES;
use ipse_store::{Row, Store, StoreError, Table};

use crate::error::Error;

/// The table whose rows had a MAC before all rows had one.
const DEVICE: &str = "device";

/// What a pass found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// How many rows there are.
    pub rows: u64,
    /// The first row that this scheme did not write: its table and key. The pass went on to the end.
    pub wrong: Option<String>,
}

/// Checks the MAC of each row.
///
/// # Errors
/// When the store fails.
pub fn check(store: &Store) -> Result<Rows, Error> {
    pass(store, |store, table, after| {
        let step = move |tx: &mut _| rows::step(tx, table, after.as_ref(), &Pass::Check);
        store.read_blocking(step)
    })
}

/// Gives each row of before rows had MACs its first one. It trusts what the database holds, but for the rows of devices, which
/// had a MAC already. What has a MAC keeps it, so the pass can be done again after a crash.
///
/// # Errors
/// When the store fails.
pub fn adopt(store: &Store, keys: std::sync::Arc<dyn KeyStore>) -> Result<Rows, Error> {
    pass(store, |store, table, after| {
        let keys = keys.clone();
        store.write_blocking(move |tx| {
            let sound = |table: &'static Table, row: &mut Row, mac: Option<&[u8]>| {
                is_of_before(&*keys, table, row, mac)
            };
            rows::step(tx, table, after.as_ref(), &Pass::Adopt { sound: &sound })
        })
    })
}

/// Replaces the MAC of each row by one under the current key.
///
/// # Errors
/// When the store fails.
pub fn renew(store: &Store) -> Result<Rows, Error> {
    pass(store, |store, table, after| {
        let step = move |tx: &mut _| rows::step(tx, table, after.as_ref(), &Pass::Renew);
        store.write_blocking(step)
    })
}

fn pass(
    store: &Store,
    mut step: impl FnMut(&Store, &'static Table, Option<rows::Key>) -> Result<Step, StoreError>,
) -> Result<Rows, Error> {
    let mut found = Rows::default();
    for table in TABLES {
        let mut after = None;
        loop {
            let done = step(store, table, after)?;
            found.rows += done.rows;
            if let Some(key) = done.wrong {
                found
                    .wrong
                    .get_or_insert_with(|| format!("{}: {key}", table.name()));
            }
            after = done.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(found)
}

/// Whether a row is as the program of before wrote it: without a MAC, but with the one of then if it is a device's.
fn is_of_before(
    keys: &dyn KeyStore,
    table: &'static Table,
    row: &mut Row,
    mac: Option<&[u8]>,
) -> Result<bool, StoreError> {
    match mac {
        None => Ok(table.name() != DEVICE),
        Some(mac) if table.name() == DEVICE => {
            let device = device::of_row(row)?;
            Ok(constant_time_eq(&mac_of_before(keys, &device), mac))
        }
        Some(_) => Ok(false),
    }
}

/// The MAC that the rows of devices had before all rows had one.
fn mac_of_before(keys: &dyn KeyStore, d: &Device) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(512);
    let mut field = |value: Option<&[u8]>| match value {
        Some(value) => {
            bytes.extend_from_slice(&(value.len() as u32 + 1).to_be_bytes());
            bytes.extend_from_slice(value);
        }
        None => bytes.extend_from_slice(&0u32.to_be_bytes()),
    };
    field(Some(d.id.as_bytes()));
    field(Some(d.identity.as_bytes()));
    field(Some(d.status.as_str().as_bytes()));
    field(Some(d.key_kind.as_str().as_bytes()));
    field(Some(&d.public_key));
    field(d.opaque_record.as_deref());
    field(Some(&d.code_version.to_be_bytes()));
    field(d.biometric_credential.as_deref());
    field(d.biometric_key.as_deref());
    field(d.sim_handle.as_deref().map(str::as_bytes));
    // Rows from before phones could be replaced have a MAC without these.
    if d.contest_until.is_some() || d.contested || d.basic_until != 0 {
        field(
            d.contest_until
                .map(i64::to_be_bytes)
                .as_ref()
                .map(|b| &b[..]),
        );
        field(Some(&[u8::from(d.contested)]));
        field(Some(&d.basic_until.to_be_bytes()));
    }
    // Older rows have no such field.
    if let Some(backup) = d.biometric_backup {
        field(Some(backup.as_str().as_bytes()));
    }
    keys.mac("device/row/1", &bytes)
}
