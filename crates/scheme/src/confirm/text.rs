//! A text that fits no other template.

use ipse_protocol::terms::FieldKind;
use ipse_protocol::view::Field;

use super::members::{Members, member_text};
use super::{Problem, row};
use crate::view::Sentences;

#[derive(Debug)]
pub(super) struct Text {
    text: String,
}

impl Text {
    pub(super) fn read(members: &mut Members<'_>) -> Result<Self, Problem> {
        Ok(Self {
            text: member_text!(members, "text", 2000)?,
        })
    }

    pub(super) fn rows(&self, sentences: &Sentences<'_>) -> Vec<Field> {
        vec![row(FieldKind::Text, "text", self.text.clone(), sentences)]
    }
}
