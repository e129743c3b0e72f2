//! The MAC of a row: whoever can write the database, but has no key, cannot make, change or copy a row that is used.

use aws_lc_rs::hmac::{self, Context, HMAC_SHA256, Key};

use super::value::Param;

/// A MAC in the database: the version of its key (4 bytes, big-endian), then HMAC-SHA-256.
pub(crate) const MAC: usize = 4 + 32;

/// The keys that authenticate rows, by version. What has a MAC of another version is refused.
pub struct RowKeys {
    current: (u32, Key),
    older: Vec<(u32, Key)>,
}

impl RowKeys {
    /// `current` authenticates what is written. What is read may have a MAC under one of `older` too.
    #[must_use]
    pub fn new<'k>(
        (version, key): (u32, &[u8; 32]),
        older: impl IntoIterator<Item = (u32, &'k [u8; 32])>,
    ) -> Self {
        let key_of = |key: &[u8; 32]| Key::new(HMAC_SHA256, key);
        Self {
            current: (version, key_of(key)),
            older: older
                .into_iter()
                .map(|(version, key)| (version, key_of(key)))
                .collect(),
        }
    }

    /// Version of the key under which rows are written.
    #[must_use]
    pub fn current(&self) -> u32 {
        self.current.0
    }

    fn key(&self, version: u32) -> Option<&Key> {
        if version == self.current.0 {
            return Some(&self.current.1);
        }
        let found = self.older.iter().find(|(known, _)| *known == version);
        found.map(|(_, key)| key)
    }

    /// The MAC of a row under the current key.
    pub(crate) fn mac<'v>(
        &self,
        table: &str,
        cells: impl Iterator<Item = (&'static str, Param<'v>)>,
    ) -> [u8; MAC] {
        let version = self.current.0.to_be_bytes();
        let tag = input(&self.current.1, version, table, cells).sign();
        let mut mac = [0; MAC];
        mac[..4].copy_from_slice(&version);
        mac[4..].copy_from_slice(tag.as_ref());
        mac
    }

    /// Whether a stored MAC is that of this row, under a key that is not retired.
    pub(crate) fn verify<'v>(
        &self,
        table: &str,
        cells: impl Iterator<Item = (&'static str, Param<'v>)>,
        mac: &[u8],
    ) -> bool {
        let Some((version, tag)) = mac.split_first_chunk::<4>() else {
            return false;
        };
        let Some(key) = self.key(u32::from_be_bytes(*version)) else {
            return false;
        };
        let computed = input(key, *version, table, cells).sign();
        aws_lc_rs::constant_time::verify_slices_are_equal(computed.as_ref(), tag).is_ok()
    }
}

/// The input of the MAC: a label, the version of the key, the table, and each column that is not NULL with its name, type and
/// length. A column that a later migration adds is NULL in older rows, so their MACs stay valid.
fn input<'v>(
    key: &Key,
    version: [u8; 4],
    table: &str,
    cells: impl Iterator<Item = (&'static str, Param<'v>)>,
) -> hmac::Context {
    let mut context = Context::with_key(key);
    context.update(b"ipse/row/1");
    context.update(&version);
    part(&mut context, b'#', table.as_bytes());
    for (column, value) in cells {
        let (kind, int);
        let bytes = match value {
            Param::Null => continue,
            Param::Int(v) => {
                int = v.to_be_bytes();
                kind = b'i';
                &int[..]
            }
            Param::Text(v) => {
                kind = b't';
                v.as_bytes()
            }
            Param::Blob(v) => {
                kind = b'b';
                v
            }
        };
        part(&mut context, b'=', column.as_bytes());
        part(&mut context, kind, bytes);
    }
    context
}

fn part(context: &mut Context, kind: u8, bytes: &[u8]) {
    let mut head = [kind; 9];
    head[1..].copy_from_slice(&(bytes.len() as u64).to_be_bytes());
    context.update(&head);
    context.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: [(&str, Param<'static>); 3] = [
        ("id", Param::Text("a")),
        ("n", Param::Int(7)),
        ("none", Param::Null),
    ];

    fn keys() -> RowKeys {
        RowKeys::new((2, &[2; 32]), [(1, &[1; 32])])
    }

    #[test]
    fn t44_a_mac_covers_table_columns_types_and_values() {
        let mac = keys().mac("t", ROW.into_iter());
        assert!(keys().verify("t", ROW.into_iter(), &mac));
        assert!(!keys().verify("u", ROW.into_iter(), &mac));
        let others = [
            [ROW[0], ROW[1], ("none", Param::Int(0))],
            [ROW[0], ("n", Param::Int(8)), ROW[2]],
            [ROW[0], ("n", Param::Text("7")), ROW[2]],
            [("id", Param::Blob(b"a")), ROW[1], ROW[2]],
            [("it", Param::Text("a")), ROW[1], ROW[2]],
            [ROW[0], ("n", Param::Null), ROW[2]],
        ];
        for other in others {
            assert!(!keys().verify("t", other.into_iter(), &mac), "{other:?}");
        }
        for at in 0..MAC {
            let mut changed = mac;
            changed[at] ^= 1;
            assert!(!keys().verify("t", ROW.into_iter(), &changed), "byte {at}");
        }
        for short in [&mac[..0], &mac[..3], &mac[..4], &mac[..MAC - 1]] {
            assert!(!keys().verify("t", ROW.into_iter(), short));
        }
    }

    #[test]
    fn a_column_that_a_migration_adds_leaves_the_mac_valid_while_it_is_null() {
        let mac = keys().mac("t", ROW[..2].iter().copied());
        assert!(keys().verify("t", ROW.into_iter(), &mac));
    }

    #[test]
    fn t44_the_key_of_a_retired_version_is_refused() {
        let old = RowKeys::new((1, &[1; 32]), []);
        let mac = old.mac("t", ROW.into_iter());
        assert!(keys().verify("t", ROW.into_iter(), &mac));
        let retired = RowKeys::new((2, &[2; 32]), []);
        assert!(!retired.verify("t", ROW.into_iter(), &mac));
    }
}
