//! Reads the members of an entry strictly: each is known, and of its form.

use ipse_protocol::text::{self, TextProblem};
use serde_json::{Map, Value};

use super::Problem;

/// The members of an entry, and which of them were read.
pub(super) struct Members<'a> {
    entry: &'a Map<String, Value>,
    read: usize,
}

/// What is told of a text that is not of its form.
pub(super) struct Told {
    pub(super) missing: &'static str,
    pub(super) form: &'static str,
    pub(super) characters: &'static str,
    pub(super) scripts: &'static str,
}

/// Reads a text of at most so many characters.
macro_rules! member_text {
    ($members:expr, $name:literal, $longest:literal) => {
        $members.text(
            $name,
            $longest,
            &$crate::confirm::members::Told {
                missing: concat!("authorization_details: ", $name, " is missing"),
                form: concat!(
                    "authorization_details: ", $name, " must be a text of 1 to ", $longest,
                    " characters, without spaces around it"
                ),
                characters: concat!(
                    "authorization_details: ", $name,
                    " has a character that cannot be seen, or that changes the direction of the text"
                ),
                scripts: concat!(
                    "authorization_details: ", $name, " has a word that mixes alphabets whose letters look alike"
                ),
            },
        )
    };
}
pub(super) use member_text;

impl<'a> Members<'a> {
    pub(super) const fn new(entry: &'a Map<String, Value>) -> Self {
        // The type was read before.
        Self { entry, read: 1 }
    }

    /// A member of an object that has no type.
    pub(super) const fn nested(entry: &'a Map<String, Value>) -> Self {
        Self { entry, read: 0 }
    }

    pub(super) fn take(&mut self, name: &str) -> Option<&'a Value> {
        let value = self.entry.get(name)?;
        self.read += 1;
        Some(value)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.entry.contains_key(name)
    }

    pub(super) fn text(
        &mut self,
        name: &str,
        longest: usize,
        told: &Told,
    ) -> Result<String, Problem> {
        let value = self.take(name).ok_or(Problem(told.missing))?;
        let text = value.as_str().ok_or(Problem(told.form))?;
        match text::check(text) {
            Ok(()) => {}
            Err(TextProblem::TooLong) => return Err(Problem(told.form)),
            Err(TextProblem::Character(_)) => return Err(Problem(told.characters)),
            Err(TextProblem::MixedScripts) => return Err(Problem(told.scripts)),
        }
        // Blank letters would look like no text at all.
        let fits = (1..=longest).contains(&text.chars().count())
            && text.trim() == text
            && text.chars().any(char::is_alphanumeric);
        if fits {
            Ok(text.to_owned())
        } else {
            Err(Problem(told.form))
        }
    }

    /// Refuses what was not read.
    pub(super) fn end(self) -> Result<(), Problem> {
        if self.read == self.entry.len() {
            Ok(())
        } else {
            Err(Problem(
                "authorization_details: a member is unknown: leave it out",
            ))
        }
    }
}
