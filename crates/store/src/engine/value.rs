//! Parameters going in, rows coming out: the few types that both engines share.

use super::error::StoreError;

/// A positional parameter of a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Param<'a> {
    /// SQL NULL of any type.
    Null,
    /// BIGINT; also times, as milliseconds since 1970.
    Int(i64),
    /// TEXT. NUL is refused, since PostgreSQL cannot store it.
    Text(&'a str),
    /// BLOB or BYTEA.
    Blob(&'a [u8]),
}

/// Values may be personal data, so only the type is shown.
impl std::fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Int(_) => "Int",
            Self::Text(_) => "Text",
            Self::Blob(_) => "Blob",
        })
    }
}

macro_rules! int_param {
    ($($t:ty),*) => {$(
        impl From<$t> for Param<'_> {
            fn from(v: $t) -> Self {
                Self::Int(i64::from(v))
            }
        }
        impl From<&$t> for Param<'_> {
            fn from(v: &$t) -> Self {
                Self::Int(i64::from(*v))
            }
        }
    )*};
}
int_param!(i64, i32, i16, u32, u16, u8, bool);

impl<'a> From<&'a str> for Param<'a> {
    fn from(v: &'a str) -> Self {
        Self::Text(v)
    }
}
impl<'a> From<&&'a str> for Param<'a> {
    fn from(v: &&'a str) -> Self {
        Self::Text(v)
    }
}
impl<'a> From<&'a String> for Param<'a> {
    fn from(v: &'a String) -> Self {
        Self::Text(v)
    }
}
impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(v: &'a [u8]) -> Self {
        Self::Blob(v)
    }
}
impl<'a> From<&'a Vec<u8>> for Param<'a> {
    fn from(v: &'a Vec<u8>) -> Self {
        Self::Blob(v)
    }
}
impl<'a, const N: usize> From<&'a [u8; N]> for Param<'a> {
    fn from(v: &'a [u8; N]) -> Self {
        Self::Blob(v)
    }
}
impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Null, Into::into)
    }
}
// One by one: a blanket implementation over `&Option<T>` sends the compiler round in circles.
impl<'a> From<&'a Option<String>> for Param<'a> {
    fn from(v: &'a Option<String>) -> Self {
        v.as_deref().map_or(Self::Null, Self::Text)
    }
}
impl<'a> From<&'a Option<Vec<u8>>> for Param<'a> {
    fn from(v: &'a Option<Vec<u8>>) -> Self {
        v.as_deref().map_or(Self::Null, Self::Blob)
    }
}
impl From<&Option<i64>> for Param<'_> {
    fn from(v: &Option<i64>) -> Self {
        v.map_or(Self::Null, Self::Int)
    }
}

impl Param<'_> {
    /// What no engine or only one of them would take.
    pub(crate) fn check(params: &[Param<'_>], expected: usize) -> Result<(), StoreError> {
        if params.len() != expected {
            return Err(StoreError::Statement(format!(
                "{} parameters given, {expected} expected",
                params.len()
            )));
        }
        for (i, p) in params.iter().enumerate() {
            if let Param::Text(t) = p
                && t.as_bytes().contains(&0)
            {
                return Err(StoreError::Statement(format!(
                    "parameter ${} holds a NUL character",
                    i + 1
                )));
            }
        }
        Ok(())
    }
}

/// Builds the parameter list of a statement: `params![id, &name, None::<i64>]`.
#[macro_export]
macro_rules! params {
    () => { &[] as &[$crate::engine::Param<'_>] };
    ($($v:expr),+ $(,)?) => { &[$($crate::engine::Param::from($v)),+] as &[$crate::engine::Param<'_>] };
}

/// A value of a row. What it may be read as is for [`FromValue`] to say.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// SQL NULL of any type.
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(String),
    /// BLOB or BYTEA.
    Blob(Vec<u8>),
}

/// Values may be personal data, so only the type is shown.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}

impl Value {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Int(_) => "integer",
            Self::Text(_) => "text",
            Self::Blob(_) => "blob",
        }
    }
}

impl From<Param<'_>> for Value {
    fn from(param: Param<'_>) -> Self {
        match param {
            Param::Null => Self::Null,
            Param::Int(v) => Self::Int(v),
            Param::Text(v) => Self::Text(v.to_owned()),
            Param::Blob(v) => Self::Blob(v.to_vec()),
        }
    }
}

impl<'v> From<&'v Value> for Param<'v> {
    fn from(value: &'v Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Int(v) => Self::Int(*v),
            Value::Text(v) => Self::Text(v),
            Value::Blob(v) => Self::Blob(v),
        }
    }
}

/// A type that a column can be read into.
pub trait FromValue: Sized {
    /// What the column must hold, for the error: "integer", "a level".
    const EXPECTED: &'static str;

    /// Reads a value; gives it back when it is not one of this type.
    ///
    /// # Errors
    /// The value is of another type, or not in the type's list.
    fn from_value(value: Value) -> Result<Self, Value>;
}

impl FromValue for i64 {
    const EXPECTED: &'static str = "integer";

    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Int(v) => Ok(v),
            other => Err(other),
        }
    }
}

impl FromValue for bool {
    const EXPECTED: &'static str = "0 or 1";

    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            other => Err(other),
        }
    }
}

impl FromValue for String {
    const EXPECTED: &'static str = "text";

    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Text(v) => Ok(v),
            other => Err(other),
        }
    }
}

impl FromValue for Vec<u8> {
    const EXPECTED: &'static str = "blob";

    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Blob(v) => Ok(v),
            other => Err(other),
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    const EXPECTED: &'static str = "a blob of the right length";

    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Blob(v) => v.try_into().map_err(Value::Blob),
            other => Err(other),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Null => Ok(None),
            some => T::from_value(some).map(Some),
        }
    }
}

/// Lets columns hold types that have `parse(&str) -> Option<Self>` and `as_str()`: word lists and ids. A text that
/// `parse` refuses is an error where the row is read.
#[macro_export]
macro_rules! text_columns {
    ($($type:ty = $expected:literal),+ $(,)?) => {$(
        impl $crate::FromValue for $type {
            const EXPECTED: &'static str = $expected;

            fn from_value(value: $crate::Value) -> Result<Self, $crate::Value> {
                match value {
                    $crate::Value::Text(text) => <$type>::parse(&text).ok_or($crate::Value::Text(text)),
                    other => Err(other),
                }
            }
        }

        impl<'a> From<&'a $type> for $crate::Param<'a> {
            fn from(v: &'a $type) -> Self {
                $crate::Param::Text(v.as_str())
            }
        }
    )+};
}

/// The names of a statement's columns, in order.
pub(crate) type Columns = std::sync::Arc<[Box<str>]>;

/// A row. Columns are read by name and moved out; a column of another type is [`StoreError::Corrupt`].
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    columns: Columns,
    values: Vec<Value>,
    /// Where to look first: columns are mostly read in their order.
    next: usize,
}

/// Values may be personal data, so only the types are shown.
impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.values).finish()
    }
}

impl Row {
    pub(crate) fn new(columns: Columns, values: Vec<Value>) -> Self {
        Self {
            columns,
            values,
            next: 0,
        }
    }

    /// Column `name`, moved out of the row.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a value that is not of the type `T`; [`StoreError::Statement`] when there is no such
    /// column.
    pub fn get<T: FromValue>(&mut self, name: &'static str) -> Result<T, StoreError> {
        let at = |i: &usize| self.columns.get(*i).is_some_and(|column| **column == *name);
        let i = Some(self.next)
            .filter(at)
            .or_else(|| self.columns.iter().position(|column| **column == *name))
            .ok_or_else(|| StoreError::Statement(format!("no column `{name}`")))?;
        self.next = i + 1;
        self.read(i, name)
    }

    /// The value of a row that has one column.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn only<T: FromValue>(&mut self) -> Result<T, StoreError> {
        if self.values.len() != 1 {
            let text = format!("{} columns where one is expected", self.values.len());
            return Err(StoreError::Statement(text));
        }
        self.read(0, "?column?")
    }

    /// The values, in the order of the columns.
    pub(crate) fn values(&self) -> &[Value] {
        &self.values
    }

    /// A copy of the value at a place.
    pub(crate) fn peek<T: FromValue>(&self, i: usize, name: &str) -> Result<T, StoreError> {
        parse(self.values[i].clone(), name)
    }

    pub(crate) fn put(&mut self, i: usize, value: Value) {
        self.values[i] = value;
    }

    fn read<T: FromValue>(&mut self, i: usize, name: &str) -> Result<T, StoreError> {
        parse(std::mem::replace(&mut self.values[i], Value::Null), name)
    }

    /// How many columns there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no columns.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

fn parse<T: FromValue>(value: Value, name: &str) -> Result<T, StoreError> {
    T::from_value(value).map_err(|value| {
        StoreError::Corrupt(format!(
            "column `{name}` is {}, not {}",
            value.kind(),
            T::EXPECTED
        ))
    })
}
