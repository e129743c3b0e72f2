//! Which attributes a token or userinfo contains.

use std::collections::{BTreeMap, BTreeSet};

use ipse_openid::disclosure::{self, Approved, Claim};
use serde_json::Value;

/// The requested claims of one place that were shown and approved. The scheme stores exactly what the approved view showed.
pub fn released(
    requested: &BTreeSet<Claim>,
    approved: &[(String, Value)],
) -> BTreeMap<String, Value> {
    let keys: BTreeSet<&str> = approved.iter().map(|(key, _)| key.as_str()).collect();
    let values: BTreeMap<&str, &Value> = approved
        .iter()
        .map(|(key, value)| (key.as_str(), value))
        .collect();
    disclosure::release(
        requested,
        Approved {
            shown: &keys,
            approved: &keys,
            values: &values,
        },
    )
}
