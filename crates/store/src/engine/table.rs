//! Tables whose rows carry a MAC. They are read, added and changed through [`Tx`] only, so that no row is used without its MAC
//! being checked, and none is written without one.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::error::StoreError;
use super::row_keys::RowKeys;
use super::tx::Tx;
use super::value::{FromValue, Param, Row, Value};

/// A table whose rows carry a MAC, in a column `mac` that holds 36 bytes.
pub struct Table {
    name: &'static str,
    /// The columns of the primary key.
    key: &'static [&'static str],
    /// What the MAC covers: all columns but `mac` and those that the table's module names as uncovered. At most 64.
    columns: &'static [&'static str],
    by_key: OnceLock<String>,
    insert: OnceLock<String>,
    insert_absent: OnceLock<String>,
    delete: OnceLock<String>,
    first_page: OnceLock<String>,
    next_page: OnceLock<String>,
    /// By the columns that are written, a bit each.
    updates: Mutex<BTreeMap<u64, &'static str>>,
}

impl Table {
    pub(crate) const fn new(
        name: &'static str,
        key: &'static [&'static str],
        columns: &'static [&'static str],
    ) -> Self {
        assert!(columns.len() <= 64, "a bit for each column");
        Self {
            name,
            key,
            columns,
            by_key: OnceLock::new(),
            insert: OnceLock::new(),
            insert_absent: OnceLock::new(),
            delete: OnceLock::new(),
            first_page: OnceLock::new(),
            next_page: OnceLock::new(),
            updates: Mutex::new(BTreeMap::new()),
        }
    }

    /// The name of the table.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    fn select(&self, tail: &str) -> String {
        format!(
            "SELECT {}, mac FROM {} {tail}",
            self.columns.join(", "),
            self.name
        )
    }

    /// `a = $1 AND b = $2` for the primary key, with parameters from `first`.
    fn where_key(&self, first: usize) -> String {
        let mut text = String::new();
        for (n, column) in self.key.iter().enumerate() {
            let and = if n == 0 { "WHERE" } else { " AND" };
            let _ = write!(text, "{and} {column} = ${}", first + n);
        }
        text
    }

    pub(crate) fn by_key(&'static self) -> &'static str {
        self.by_key.get_or_init(|| self.select(&self.where_key(1)))
    }

    pub(crate) fn insert(&'static self) -> &'static str {
        self.insert.get_or_init(|| {
            let places: Vec<_> = (1..=self.columns.len() + 1)
                .map(|n| format!("${n}"))
                .collect();
            let (columns, places) = (self.columns.join(", "), places.join(", "));
            format!(
                "INSERT INTO {} ({columns}, mac) VALUES ({places})",
                self.name
            )
        })
    }

    pub(crate) fn insert_absent(&'static self) -> &'static str {
        self.insert_absent
            .get_or_init(|| format!("{} ON CONFLICT DO NOTHING", self.insert()))
    }

    pub(crate) fn delete(&'static self) -> &'static str {
        self.delete
            .get_or_init(|| format!("DELETE FROM {} {}", self.name, self.where_key(1)))
    }

    /// The rows with the first keys, with their MACs.
    pub(crate) fn first_page(&'static self) -> &'static str {
        self.first_page.get_or_init(|| {
            let key = self.key.join(", ");
            self.select(&format!("ORDER BY {key} LIMIT 500"))
        })
    }

    /// The rows after a key.
    pub(crate) fn next_page(&'static self) -> &'static str {
        self.next_page.get_or_init(|| {
            let key = self.key.join(", ");
            let places: Vec<_> = (1..=self.key.len()).map(|n| format!("${n}")).collect();
            let places = places.join(", ");
            self.select(&format!(
                "WHERE ({key}) > ({places}) ORDER BY {key} LIMIT 500"
            ))
        })
    }

    /// The primary key of a row.
    pub(crate) fn key_of(&self, row: &Row) -> Vec<Value> {
        self.key_places()
            .map(|at| row.values()[at].clone())
            .collect()
    }

    /// What a row has in the column `mac`.
    pub(crate) fn mac_of<'r>(&self, row: &'r Row) -> Option<&'r [u8]> {
        match row.values().get(self.columns.len()) {
            Some(Value::Blob(mac)) => Some(mac),
            _ => None,
        }
    }

    /// Where the columns of the primary key are.
    fn key_places(&self) -> impl Iterator<Item = usize> {
        let place = |key: &&str| self.columns.iter().position(|column| column == key);
        self.key.iter().filter_map(place)
    }

    /// The statement that writes these columns and the MAC. There are few of a table, and they live as long as the program.
    fn update(&'static self, written: u64) -> &'static str {
        let mut updates = self.updates.lock().unwrap_or_else(PoisonError::into_inner);
        updates.entry(written).or_insert_with(|| {
            let mut text = format!("UPDATE {} SET ", self.name);
            let mut place = 0;
            for column in self.written(written) {
                place += 1;
                let _ = write!(text, "{} = ${place}, ", self.columns[column]);
            }
            let _ = write!(text, "mac = ${} {}", place + 1, self.where_key(place + 2));
            Box::leak(text.into_boxed_str())
        })
    }

    fn written(&self, written: u64) -> impl Iterator<Item = usize> {
        (0..self.columns.len()).filter(move |at| written >> at & 1 == 1)
    }

    fn cells<'r>(&'r self, row: &'r Row) -> impl Iterator<Item = (&'static str, Param<'r>)> {
        let columns = self.columns.iter().copied();
        columns.zip(row.values().iter().map(Param::from))
    }

    /// Each statement that is made of the columns: for a test that checks them against the schema.
    #[cfg(feature = "testing")]
    pub(crate) fn statements(&'static self) -> [&'static str; 7] {
        let all = u64::MAX >> (64 - self.columns.len());
        [
            self.by_key(),
            self.insert(),
            self.insert_absent(),
            self.delete(),
            self.first_page(),
            self.next_page(),
            self.update(all),
        ]
    }

    /// [`Table::select`], for the same test.
    #[cfg(feature = "testing")]
    pub(crate) fn selected(&self, tail: &str) -> String {
        self.select(tail)
    }
}

/// A statement that finds rows of a table: its condition and order.
pub(crate) struct Select {
    table: &'static Table,
    tail: &'static str,
    sql: OnceLock<String>,
}

impl Select {
    pub(crate) const fn new(table: &'static Table, tail: &'static str) -> Self {
        Self {
            table,
            tail,
            sql: OnceLock::new(),
        }
    }

    fn sql(&'static self) -> &'static str {
        self.sql.get_or_init(|| self.table.select(self.tail))
    }
}

/// A row that is being changed.
pub(crate) struct Draft {
    table: &'static Table,
    row: Row,
    written: u64,
}

impl Draft {
    fn at(&self, name: &'static str) -> Result<usize, StoreError> {
        let found = self.table.columns.iter().position(|column| *column == name);
        found.ok_or_else(|| StoreError::Statement(format!("no column `{name}`")))
    }

    /// Column `name`.
    pub(crate) fn get<T: FromValue>(&self, name: &'static str) -> Result<T, StoreError> {
        self.row.peek(self.at(name)?, name)
    }

    /// Sets column `name`.
    pub(crate) fn set<'v>(
        &mut self,
        name: &'static str,
        value: impl Into<Param<'v>>,
    ) -> Result<(), StoreError> {
        let at = self.at(name)?;
        let value = Value::from(value.into());
        if self.row.values()[at] != value {
            self.row.put(at, value);
            self.written |= 1 << at;
        }
        Ok(())
    }

    /// Adds one to column `name`; false, and no change, when it is `most` already.
    pub(crate) fn count_to(&mut self, name: &'static str, most: i64) -> Result<bool, StoreError> {
        if self.get::<i64>(name)? >= most {
            return Ok(false);
        }
        self.count(name)?;
        Ok(true)
    }

    /// Adds one to column `name`.
    pub(crate) fn count(&mut self, name: &'static str) -> Result<i64, StoreError> {
        let next = self.get::<i64>(name)?.saturating_add(1);
        self.set(name, next)?;
        Ok(next)
    }
}

impl Tx {
    /// The first row, if there is one.
    ///
    /// # Errors
    /// [`StoreError::NotAuthentic`], which spoils the transaction; and as the database says.
    pub(crate) fn find(
        &mut self,
        select: &'static Select,
        params: &[Param<'_>],
    ) -> Result<Option<Row>, StoreError> {
        let found = self.row(select.sql(), params)?;
        self.checked(select.table, found)
    }

    /// All rows.
    ///
    /// # Errors
    /// As [`Tx::find`].
    pub(crate) fn find_all(
        &mut self,
        select: &'static Select,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let found = self.rows(select.sql(), params)?;
        for row in &found {
            self.require_authentic(select.table, row)?;
        }
        Ok(found)
    }

    /// As [`Tx::find_all`], without the rows that are not authentic, and how many those were: for work that others must not
    /// stop by adding a row.
    pub(crate) fn find_authentic(
        &mut self,
        select: &'static Select,
        params: &[Param<'_>],
    ) -> Result<(Vec<Row>, usize), StoreError> {
        let mut found = self.rows(select.sql(), params)?;
        let all = found.len();
        let keys = self.row_keys()?;
        found.retain(|row| is_authentic(&keys, select.table, row));
        let refused = all - found.len();
        Ok((found, refused))
    }

    /// The row with this key, if there is one.
    ///
    /// # Errors
    /// As [`Tx::find`].
    pub(crate) fn by_key(
        &mut self,
        table: &'static Table,
        key: &[Param<'_>],
    ) -> Result<Option<Row>, StoreError> {
        let found = self.row(table.by_key(), key)?;
        self.checked(table, found)
    }

    fn checked(
        &mut self,
        table: &'static Table,
        row: Option<Row>,
    ) -> Result<Option<Row>, StoreError> {
        if let Some(row) = &row {
            self.require_authentic(table, row)?;
        }
        Ok(row)
    }

    /// Checks the MAC of a row that has the table's columns, and `mac` after them.
    ///
    /// # Errors
    /// As [`Tx::find`].
    pub(crate) fn require_authentic(
        &mut self,
        table: &'static Table,
        row: &Row,
    ) -> Result<(), StoreError> {
        let keys = self.row_keys()?;
        if is_authentic(&keys, table, row) {
            return Ok(());
        }
        tracing::error!(table = table.name, "a row that this scheme did not write");
        self.fail(StoreError::NotAuthentic(table.name))
    }

    /// Adds a row: a value for each column of the table, in its order.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) fn add(
        &mut self,
        table: &'static Table,
        values: &[Param<'_>],
    ) -> Result<(), StoreError> {
        let mac = self.mac(table, values)?;
        self.change_one(table.insert(), &with(values, &mac))
    }

    /// As [`Tx::add`]; false when there is a row with this key. One that is not authentic is replaced: otherwise somebody who
    /// can write the database could keep a row from being added.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) fn add_absent(
        &mut self,
        table: &'static Table,
        values: &[Param<'_>],
    ) -> Result<bool, StoreError> {
        let mac = self.mac(table, values)?;
        let values = with(values, &mac);
        if self.change_at_most_one(table.insert_absent(), &values)? {
            return Ok(true);
        }
        let key: Vec<Param<'_>> = table.key_places().map(|at| values[at]).collect();
        let keys = self.row_keys()?;
        match self.row(table.by_key(), &key)? {
            Some(row) if is_authentic(&keys, table, &row) => Ok(false),
            Some(_) => {
                tracing::error!(
                    table = table.name,
                    "a row that this scheme did not write is replaced"
                );
                self.exec(table.delete(), &key)?;
                self.change_one(table.insert(), &values)?;
                Ok(true)
            }
            // Another row has what must be unique.
            None => self.fail(StoreError::Unique(table.name.to_owned())),
        }
    }

    /// The MAC of a row, under the current key.
    ///
    /// # Errors
    /// The store has no row keys.
    pub(crate) fn mac(
        &mut self,
        table: &'static Table,
        values: &[Param<'_>],
    ) -> Result<Vec<u8>, StoreError> {
        if values.len() != table.columns.len() {
            return self.fail(StoreError::Statement(format!(
                "{} values given for {}",
                values.len(),
                table.name
            )));
        }
        let cells = table.columns.iter().copied().zip(values.iter().copied());
        Ok(self.row_keys()?.mac(table.name, cells).to_vec())
    }

    /// Changes the row with this key. `change` decides by the row as it is, and returns whether it is to be changed.
    ///
    /// False when there is no such row or `change` returned false. Transactions are serializable, so the row is still the one
    /// that `change` saw.
    ///
    /// # Errors
    /// As [`Tx::find`]; what `change` returns.
    pub(crate) fn amend(
        &mut self,
        table: &'static Table,
        key: &[Param<'_>],
        change: impl FnOnce(&mut Draft) -> Result<bool, StoreError>,
    ) -> Result<bool, StoreError> {
        match self.by_key(table, key)? {
            Some(row) => self.amend_row(table, row, change),
            None => Ok(false),
        }
    }

    /// As [`Tx::amend`], for a row that this transaction has found.
    ///
    /// # Errors
    /// As [`Tx::amend`].
    pub(crate) fn amend_row(
        &mut self,
        table: &'static Table,
        row: Row,
        change: impl FnOnce(&mut Draft) -> Result<bool, StoreError>,
    ) -> Result<bool, StoreError> {
        let mut draft = Draft {
            table,
            row,
            written: 0,
        };
        if !change(&mut draft)? {
            return Ok(false);
        }
        if draft.written != 0 {
            self.write(table, &draft.row, draft.written)?;
        }
        Ok(true)
    }

    /// As [`Tx::amend`], for a row that must be there and change.
    ///
    /// # Errors
    /// As [`Tx::amend`]; [`StoreError::RowCount`] when it is not there, or `change` returned false.
    pub(crate) fn amend_one(
        &mut self,
        table: &'static Table,
        key: &[Param<'_>],
        change: impl FnOnce(&mut Draft) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        if self.amend(table, key, change)? {
            Ok(())
        } else {
            self.fail(StoreError::RowCount(0))
        }
    }

    /// Whether a row that has the table's columns, and `mac` after them, is one that this scheme wrote.
    ///
    /// # Errors
    /// The store has no row keys.
    pub(crate) fn is_authentic(
        &mut self,
        table: &'static Table,
        row: &Row,
    ) -> Result<bool, StoreError> {
        Ok(is_authentic(&*self.row_keys()?, table, row))
    }

    /// Gives a row a MAC under the current key; always true.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) fn renew(&mut self, table: &'static Table, row: &Row) -> Result<bool, StoreError> {
        self.write(table, row, 0)?;
        Ok(true)
    }

    fn write(&mut self, table: &'static Table, row: &Row, written: u64) -> Result<(), StoreError> {
        let mac = self.row_keys()?.mac(table.name, table.cells(row));
        let values = row.values();
        let mut params: Vec<Param<'_>> = table
            .written(written)
            .map(|at| (&values[at]).into())
            .collect();
        params.push(Param::Blob(&mac));
        params.extend(table.key_places().map(|at| Param::from(&values[at])));
        self.change_one(table.update(written), &params)
    }
}

fn is_authentic(keys: &RowKeys, table: &Table, row: &Row) -> bool {
    let mac = table.mac_of(row);
    mac.is_some_and(|mac| keys.verify(table.name, table.cells(row), mac))
}

fn with<'v>(values: &[Param<'v>], mac: &'v [u8]) -> Vec<Param<'v>> {
    let mut all = Vec::with_capacity(values.len() + 1);
    all.extend_from_slice(values);
    all.push(Param::Blob(mac));
    all
}
