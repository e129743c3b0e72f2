//! Access: to what, and where.

use ipse_protocol::terms::FieldKind;
use ipse_protocol::view::Field;

use super::members::{Members, member_text};
use super::{Problem, row};
use crate::view::Sentences;

#[derive(Debug)]
pub(super) struct Access {
    resource: String,
    place: Option<String>,
}

impl Access {
    pub(super) fn read(members: &mut Members<'_>) -> Result<Self, Problem> {
        Ok(Self {
            resource: member_text!(members, "resource", 100)?,
            place: match members.has("place") {
                true => Some(member_text!(members, "place", 100)?),
                false => None,
            },
        })
    }

    pub(super) fn rows(&self, sentences: &Sentences<'_>) -> Vec<Field> {
        let mut rows = vec![row(
            FieldKind::Text,
            "resource",
            self.resource.clone(),
            sentences,
        )];
        if let Some(place) = &self.place {
            rows.push(row(FieldKind::Text, "place", place.clone(), sentences));
        }
        rows
    }
}
