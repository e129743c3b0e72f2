//! Passes over all rows of a table: they get a MAC, or another one, or are checked.

use crate::engine::{Param, Row, StoreError, Table, Tx, Value};

/// Judges a row, by what it has in place of a MAC.
pub type Judge<'a> =
    dyn Fn(&'static Table, &mut Row, Option<&[u8]>) -> Result<bool, StoreError> + 'a;

/// What a pass does with each row.
pub enum Pass<'a> {
    /// Gives a row from before a MAC. `sound` says whether it is as the program of then wrote it.
    Adopt {
        /// The judge.
        sound: &'a Judge<'a>,
    },
    /// Replaces the MAC by one under the current key.
    Renew,
    /// Only looks.
    Check,
}

/// Where a pass goes on: after the row with this key.
pub type Key = Vec<Value>;

/// What a step of a pass did.
pub struct Step {
    /// How many rows it saw.
    pub rows: u64,
    /// Where the next one begins; none at the end.
    pub next: Option<Key>,
    /// The key of the first row that is not authentic, or that [`Pass::Adopt`] refused. The pass left it as it is.
    pub wrong: Option<String>,
}

/// Rows of a step.
const PAGE: usize = 500;

/// Does a pass over up to 500 rows, in the order of their keys.
///
/// # Errors
/// As the database says.
pub fn step(
    tx: &mut Tx,
    table: &'static Table,
    after: Option<&Key>,
    pass: &Pass<'_>,
) -> Result<Step, StoreError> {
    let found = match after {
        None => tx.rows(table.first_page(), &[])?,
        Some(key) => {
            let key: Vec<Param<'_>> = key.iter().map(Param::from).collect();
            tx.rows(table.next_page(), &key)?
        }
    };
    let mut step = Step {
        rows: found.len() as u64,
        next: None,
        wrong: None,
    };
    if found.len() == PAGE {
        step.next = found.last().map(|row| table.key_of(row));
    }
    for row in found {
        let authentic = tx.is_authentic(table, &row)?;
        let (sound, renews) = match pass {
            Pass::Check => (authentic, false),
            Pass::Renew => (authentic, true),
            Pass::Adopt { .. } if authentic => (true, false),
            Pass::Adopt { sound } => {
                let mac = table.mac_of(&row).map(<[u8]>::to_vec);
                (sound(table, &mut row.clone(), mac.as_deref())?, true)
            }
        };
        if sound && renews {
            tx.renew(table, &row)?;
        } else if !sound && step.wrong.is_none() {
            step.wrong = Some(shown(&table.key_of(&row)));
        }
    }
    Ok(step)
}

/// A key as a person can search for it. The ids and hashes of keys are no personal data.
fn shown(key: &[Value]) -> String {
    let parts: Vec<String> = key
        .iter()
        .map(|value| match value {
            Value::Null => "NULL".to_owned(),
            Value::Int(n) => n.to_string(),
            Value::Text(text) => text.clone(),
            Value::Blob(bytes) => bytes.iter().map(|b| format!("{b:02x}")).collect(),
        })
        .collect();
    parts.join(", ")
}
