//! Identifiers: a three-letter prefix, `_`, and 16 bytes in base64url (26 characters). Ids are not secret.

use ipse_jose::b64;

use crate::Random;

/// Prefix of an enrolment.
pub const ENROLMENT: &str = "enr";
/// Prefix of an identity.
pub const IDENTITY: &str = "idn";
/// Prefix of a device.
pub const DEVICE: &str = "dev";
/// Prefix of an action.
pub const ACTION: &str = "act";
/// Prefix of a partner.
pub const PARTNER: &str = "par";
/// Prefix of a receipt.
pub const RECEIPT: &str = "rec";
/// Prefix of a recovery.
pub const RECOVERY: &str = "rcv";
/// Prefix of an attempt.
pub const ATTEMPT: &str = "att";

/// The text is not an id of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// A new random id.
            #[must_use]
            pub fn new(random: &Random) -> Self {
                Self::of(&random.bytes())
            }

            /// A new id that sorts by time, as UUID version 7 does (RFC 9562 §5.7): 48 bits of milliseconds, 80 random bits.
            /// Rows that are written at the same time are then in the same pages of the database.
            #[must_use]
            pub fn dated(unix_ms: i64, random: &Random) -> Self {
                Self::dated_by(unix_ms, &random.bytes())
            }

            /// As [`Self::dated`], with given random bits, from which the same id can be made again.
            #[must_use]
            pub fn dated_by(unix_ms: i64, bits: &[u8; 10]) -> Self {
                Self(dated_by($prefix, unix_ms, bits))
            }

            /// The id that names these bytes.
            #[must_use]
            pub fn of(bytes: &[u8; 16]) -> Self {
                Self(of($prefix, bytes))
            }

            /// The 16 bytes that the id names.
            #[must_use]
            pub fn to_bytes(&self) -> [u8; 16] {
                bytes($prefix, &self.0).unwrap_or_else(|| unreachable!("every value is an id"))
            }

            /// Reads an id; `None` for anything that is not an id of this kind.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                valid($prefix, text).then(|| Self(text.to_owned()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Self::parse(text).ok_or(NotAnId)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl From<&$name> for String {
            fn from(id: &$name) -> String {
                id.0.clone()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an id of this kind"))
            }
        }
    )*};
}

ids! {
    /// Names an enrolment.
    EnrolmentId = ENROLMENT;
    /// Names an identity.
    IdentityId = IDENTITY;
    /// Names a device.
    DeviceId = DEVICE;
    /// Names an action.
    ActionId = ACTION;
    /// Names a partner.
    PartnerId = PARTNER;
    /// Names a receipt.
    ReceiptId = RECEIPT;
    /// Names a recovery.
    RecoveryId = RECOVERY;
    /// Names an attempt to approve.
    AttemptId = ATTEMPT;
}

/// Length of every id.
pub const LEN: usize = 26;

fn dated_by(prefix: &str, unix_ms: i64, bits: &[u8; 10]) -> String {
    let mut id = with_prefix(prefix);
    for sextet in (0..8).rev() {
        id.push(char::from(SORTED[(unix_ms >> (6 * sextet)) as usize % 64]));
    }
    id.push_str(&b64::encode(bits));
    id
}

/// The letters of base64url (RFC 4648 §5) in the order of their codes, so that a time written with them sorts as text.
const SORTED: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

fn with_prefix(prefix: &str) -> String {
    debug_assert_eq!(prefix.len(), 3);
    let mut id = String::with_capacity(LEN);
    id.push_str(prefix);
    id.push('_');
    id
}

/// The 16 bytes that an id of this kind names.
fn bytes(prefix: &str, id: &str) -> Option<[u8; 16]> {
    let tail = id.strip_prefix(prefix)?.strip_prefix('_')?;
    b64::decode(tail).ok()?.try_into().ok()
}

/// The id with this prefix that names these bytes. For kinds that have no type.
pub fn of(prefix: &str, bytes: &[u8; 16]) -> String {
    let mut id = with_prefix(prefix);
    id.push_str(&b64::encode(bytes));
    id
}

/// Whether `id` is an id of this kind. Other texts are never looked up.
pub fn valid(prefix: &str, id: &str) -> bool {
    id.len() == LEN && bytes(prefix, id).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_ids_are_valid_for_their_prefix_only() {
        let id = of(ACTION, &Random::seeded(1).bytes());
        assert_eq!(id.len(), LEN);
        assert!(valid(ACTION, &id));
        assert!(!valid(DEVICE, &id));
        assert_eq!(bytes(ACTION, &id).map(|bytes| of(ACTION, &bytes)), Some(id));
    }

    #[test]
    fn dated_ids_sort_by_time_and_differ() {
        let random = Random::seeded(1);
        let ids: Vec<_> = (0..2_000)
            .map(|i| ActionId::dated(1_795_401_937_609 + 37 * i, &random))
            .collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| valid(ACTION, id)));
        assert_ne!(ActionId::dated(7, &random), ActionId::dated(7, &random));
    }

    #[test]
    fn other_spellings_are_refused() {
        for bad in [
            "",
            "act_",
            "act_AAAAAAAAAAAAAAAAAAAAA",
            "act_AAAAAAAAAAAAAAAAAAAAAB", // non-zero trailing bits
            "act_AAAAAAAAAAAAAAAAAAAAAA=",
            "act_AAAAAAAAAAAAAAAAAAAA+A",
            "actéAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(!valid(ACTION, bad), "{bad}");
        }
        assert!(valid(ACTION, "act_AAAAAAAAAAAAAAAAAAAAAA"));
    }
}
