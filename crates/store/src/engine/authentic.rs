//! Rows of tables with a MAC are read, added and changed through these methods of [`Tx`] only, so that no row is used without its
//! MAC being checked, and none is written without one.

use super::error::StoreError;
use super::row_keys::RowKeys;
use super::table::{Select, Table};
use super::tx::Tx;
use super::value::{FromValue, Param, Row, Value};

/// A row that is being changed.
pub(crate) struct Draft {
    table: &'static Table,
    row: Row,
    written: u64,
}

impl Draft {
    fn at(&self, name: &'static str) -> Result<usize, StoreError> {
        let missing = || StoreError::Statement(format!("no column `{name}`"));
        self.table.place(name).ok_or_else(missing)
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
        if values.len() != table.columns().len() {
            return self.fail(StoreError::Statement(format!(
                "{} values given for {}",
                values.len(),
                table.name
            )));
        }
        let columns = table.columns().iter().copied();
        let cells = columns.zip(values.iter().copied());
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

    /// Gives a row a MAC under the current key.
    ///
    /// # Errors
    /// As the database says.
    pub(crate) fn renew(&mut self, table: &'static Table, row: &Row) -> Result<(), StoreError> {
        self.write(table, row, 0)
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
