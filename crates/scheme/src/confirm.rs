//! Confirmations: what a partner may ask a person to confirm, what the person reads, and what the partner can show others afterwards.
//! Each template is one module.

mod access;
mod contract;
mod evidence;
mod members;
mod money;
mod order;
mod payment;
mod text;

use ipse_protocol::terms::{FieldKind, Template};
use ipse_protocol::view::Field;
use ipse_texts::Language;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::attribute::Contents;
use crate::error::Error;
use crate::given::Given;
use crate::request::ActionRequest;
use crate::view::Sentences;
use members::Members;

pub use evidence::Confirmation;
pub(crate) use evidence::payload;

/// What a request to confirm has beside its template: the entry of its `authorization_details`, as the partner sent it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Details {
    /// What kind of thing is confirmed.
    pub template: Template,
    /// The entry.
    pub entry: Map<String, Value>,
}

/// Why nobody can be asked to confirm an entry, and what to do: a text for the partner's developer, without input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Problem(pub &'static str);

impl Details {
    /// Checks an entry.
    ///
    /// # Errors
    /// [`Problem`] for a member that is missing, unknown, or not of its form.
    pub fn check(&self) -> Result<(), Problem> {
        self.read().map(drop)
    }

    fn read(&self) -> Result<Content, Problem> {
        let mut members = Members::new(&self.entry);
        let content = match self.template {
            Template::Payment => Content::Payment(payment::Payment::read(&mut members)?),
            Template::Order => Content::Order(order::Order::read(&mut members)?),
            Template::Contract => Content::Contract(contract::Contract::read(&mut members)?),
            Template::Access => Content::Access(access::Access::read(&mut members)?),
            Template::Text => Content::Text(text::Text::read(&mut members)?),
        };
        members.end()?;
        Ok(content)
    }
}

/// What is confirmed.
#[derive(Debug)]
enum Content {
    Payment(payment::Payment),
    Order(order::Order),
    Contract(contract::Contract),
    Access(access::Access),
    Text(text::Text),
}

impl Content {
    fn rows(&self, language: Language, sentences: &Sentences<'_>) -> Vec<Field> {
        match self {
            Self::Payment(content) => content.rows(language, sentences),
            Self::Order(content) => content.rows(language, sentences),
            Self::Contract(content) => content.rows(sentences),
            Self::Access(content) => content.rows(sentences),
            Self::Text(content) => content.rows(sentences),
        }
    }
}

/// A row that releases nothing. Its label is the text `confirm-LABEL`.
fn row(kind: FieldKind, label: &str, value: String, sentences: &Sentences<'_>) -> Field {
    Field {
        kind: kind.as_str().to_owned(),
        label: sentences.get(&format!("confirm-{label}")),
        value,
        claims: Vec::new(),
    }
}

/// What the person reads.
pub(crate) fn contents(
    request: &ActionRequest<'_>,
    language: Language,
    sentences: &Sentences<'_>,
) -> Result<Contents, Error> {
    let details: Details = request.details()?;
    let content = details
        .read()
        .map_err(|_| Error::Corrupt("details of an action"))?;
    let partner = ("partner", &*request.partner_name);
    let mut fields = content.rows(language, sentences);
    fields.push(row(
        FieldKind::Text,
        "after-label",
        sentences.with("confirm-after", &[partner]),
        sentences,
    ));
    let title = format!("confirm-{}-title", details.template);
    Ok(Contents {
        title: Some(sentences.with(&title, &[partner])),
        fields,
        given: Given::new(),
        ..Contents::default()
    })
}

#[cfg(test)]
mod tests;
