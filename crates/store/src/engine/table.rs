//! Tables whose rows carry a MAC, and the statements that read and write them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::value::{Param, Row, Value};

/// A table whose rows carry a MAC, in a column `mac` that holds 36 bytes.
pub struct Table {
    pub(super) name: &'static str,
    /// The columns of the primary key: `a, b`.
    key: &'static str,
    /// What the MAC covers, in this order: all columns but `mac`.
    list: &'static str,
    columns: OnceLock<Vec<&'static str>>,
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
    pub(crate) const fn new(name: &'static str, key: &'static str, list: &'static str) -> Self {
        Self {
            name,
            key,
            list,
            columns: OnceLock::new(),
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

    /// The columns that the MAC covers.
    pub(super) fn columns(&self) -> &[&'static str] {
        self.columns.get_or_init(|| self.list.split(", ").collect())
    }

    fn select(&self, tail: &str) -> String {
        format!("SELECT {}, mac FROM {} {tail}", self.list, self.name)
    }

    /// `a = $1 AND b = $2` for the primary key, with parameters from `first`.
    fn where_key(&self, first: usize) -> String {
        let mut text = String::new();
        for (n, column) in self.key.split(", ").enumerate() {
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
            let (name, list) = (self.name, self.list);
            let places = places(self.columns().len() + 1);
            format!("INSERT INTO {name} ({list}, mac) VALUES ({places})")
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
        self.first_page
            .get_or_init(|| self.select(&format!("ORDER BY {} LIMIT 500", self.key)))
    }

    /// The rows after a key.
    pub(crate) fn next_page(&'static self) -> &'static str {
        self.next_page.get_or_init(|| {
            let key = self.key;
            let places = places(key.split(", ").count());
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
        match row.values().get(self.columns().len()) {
            Some(Value::Blob(mac)) => Some(mac),
            _ => None,
        }
    }

    /// Where a column is.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.columns().iter().position(|column| *column == name)
    }

    /// Where the columns of the primary key are.
    pub(super) fn key_places(&self) -> impl Iterator<Item = usize> {
        self.key.split(", ").filter_map(|column| self.place(column))
    }

    /// The statement that writes these columns (a bit each) and the MAC. There are few of a table, and they live as long as the program.
    pub(super) fn update(&'static self, written: u64) -> &'static str {
        let mut updates = self.updates.lock().unwrap_or_else(PoisonError::into_inner);
        updates.entry(written).or_insert_with(|| {
            let mut text = format!("UPDATE {} SET ", self.name);
            let mut place = 0;
            for column in self.written(written) {
                place += 1;
                let _ = write!(text, "{} = ${place}, ", self.columns()[column]);
            }
            let _ = write!(text, "mac = ${} {}", place + 1, self.where_key(place + 2));
            Box::leak(text.into_boxed_str())
        })
    }

    pub(super) fn written(&self, written: u64) -> impl Iterator<Item = usize> {
        (0..self.columns().len()).filter(move |at| written >> at & 1 == 1)
    }

    pub(super) fn cells<'r>(
        &'r self,
        row: &'r Row,
    ) -> impl Iterator<Item = (&'static str, Param<'r>)> {
        let columns = self.columns().iter().copied();
        columns.zip(row.values().iter().map(Param::from))
    }

    /// Each statement that is made of the columns: for a test that checks them against the schema.
    #[cfg(feature = "testing")]
    pub(crate) fn statements(&'static self) -> [&'static str; 7] {
        let all = u64::MAX >> (64 - self.columns().len());
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
    pub(super) table: &'static Table,
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

    pub(super) fn sql(&'static self) -> &'static str {
        self.sql.get_or_init(|| self.table.select(self.tail))
    }
}

/// `$1, $2, …`
fn places(count: usize) -> String {
    let places: Vec<_> = (1..=count).map(|n| format!("${n}")).collect();
    places.join(", ")
}
