//! What the rows of a view give: kept with the claim, sealed, since the texts of a view only show it.

use std::collections::BTreeMap;

use ipse_protocol::ids::ActionId;
use serde_json::Value;

use crate::error::Error;
use crate::person::PersonKey;

/// Values by claim.
pub(crate) type Given = BTreeMap<String, Value>;

/// They open for their action only.
fn purpose(action: &ActionId) -> String {
    format!("action/given/1|{action}")
}

/// Seals them.
pub(crate) fn seal(key: &PersonKey, action: &ActionId, given: &Given) -> Result<Vec<u8>, Error> {
    let plain = serde_json::to_vec(given)
        .map_err(|_| Error::Internal("what a view gives does not serialize"))?;
    key.seal(&purpose(action), &plain)
}

/// Opens them.
pub(crate) fn open(key: &PersonKey, action: &ActionId, sealed: &[u8]) -> Result<Given, Error> {
    let plain = key.open(&purpose(action), sealed)?;
    serde_json::from_slice(&plain).map_err(|_| Error::Corrupt("what a view gives"))
}
