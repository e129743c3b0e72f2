//! Which attributes a token or userinfo contains.

use std::collections::{BTreeMap, BTreeSet};

use ipse_openid::disclosure::{self, Approved, RequestedClaims};
use ipse_openid::verified::{self, Place, VERIFIED_CLAIMS};
use ipse_scheme::share::VERIFIED;
use serde_json::Value;

/// The requested claims of one place that were shown and approved. The scheme stores exactly what the approved view showed.
pub fn released(
    requested: &RequestedClaims,
    place: Place,
    approved: &[(String, Value)],
) -> BTreeMap<String, Value> {
    let keys: BTreeSet<&str> = approved.iter().map(|(key, _)| key.as_str()).collect();
    let values: BTreeMap<&str, &Value> = approved
        .iter()
        .map(|(key, value)| (key.as_str(), value))
        .collect();
    let alone = match place {
        Place::IdToken => &requested.id_token,
        Place::Userinfo => &requested.userinfo,
    };
    let mut released = disclosure::release(
        alone,
        Approved {
            shown: &keys,
            approved: &keys,
            values: &values,
        },
    );
    let verified = values.get(VERIFIED).and_then(|all| all.as_array());
    let answers = verified.and_then(|all| verified::answers(&requested.verified, place, all));
    if let Some(answers) = answers {
        released.insert(VERIFIED_CLAIMS.to_owned(), answers);
    }
    released
}

#[cfg(test)]
mod tests;
