//! Strict JSON: text that two parsers could read differently is refused.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::Error;

/// How deep objects and arrays may nest.
pub const MAX_DEPTH: usize = 16;

/// Parses JSON. Refuses repeated members at every depth (RFC 8259 §4 permits them, and parsers differ), nesting deeper than
/// [`MAX_DEPTH`], invalid UTF-8, and anything after the value. The caller limits the size.
///
/// # Errors
/// [`Error::Malformed`]. It has no cause, since the errors of the parser can contain parts of the text.
pub fn strict_json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    parse_counting(bytes).map(|(value, _)| value)
}

/// As [`strict_json`], with the number of members of the outermost object.
pub(crate) fn parse_counting<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<(T, usize), Error> {
    let mut scan = serde_json::Deserializer::from_slice(bytes);
    let members = Scan { depth: 0 }
        .deserialize(&mut scan)
        .and_then(|members| scan.end().map(|()| members))
        .map_err(|_| Error::Malformed("JSON"))?;
    let value = serde_json::from_slice(bytes).map_err(|_| Error::Malformed("JSON members"))?;
    Ok((value, members))
}

/// `true` for a member with any value, also `null`. Without the member, the default of serde, `false`, applies.
pub(crate) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// An optional member whose value must not be `null`.
pub(crate) fn valued<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Checks a value without storing it, and returns the number of members of an object.
#[derive(Clone, Copy)]
struct Scan {
    depth: usize,
}

impl Scan {
    fn descend<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom("nested too deeply"));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Scan {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scan {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_i64<E>(self, _: i64) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_u64<E>(self, _: u64) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_f64<E>(self, _: f64) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_str<E>(self, _: &str) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_unit<E>(self) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<usize, A::Error> {
        let inner = self.descend()?;
        while seq.next_element_seed(inner)?.is_some() {}
        Ok(0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<usize, A::Error> {
        let inner = self.descend()?;
        let mut names = Names::default();
        while let Some(Name(name)) = map.next_key()? {
            if !names.insert(name) {
                return Err(A::Error::custom("duplicate member"));
            }
            map.next_value_seed(inner)?;
        }
        Ok(names.len())
    }
}

/// The name of a member, unescaped; borrowed if nothing was escaped.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// The names found so far. The first few are in a list, which is the usual case; further ones in a hash set, so that an object
/// with many members does not take quadratic time.
#[derive(Default)]
struct Names<'a> {
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    const FEW: usize = 16;

    fn insert(&mut self, name: Cow<'a, str>) -> bool {
        if self.few.contains(&name) {
            return false;
        }
        if self.few.len() < Self::FEW {
            self.few.push(name);
            return true;
        }
        self.many.insert(name)
    }

    fn len(&self) -> usize {
        self.few.len() + self.many.len()
    }
}
