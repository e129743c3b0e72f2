//! Version 1 of the view, which receipts of that time hold. Nothing is approved with it any more.

use ipse_jose::strict_json;
use serde::{Deserialize, Serialize};

use super::check::is_domain;
use super::{Attribute, MAX_LEN, Partner, ViewError};
use crate::text;

/// The contents of a view of version 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// 1.
    pub version: u32,
    /// Tag of the language of the texts.
    pub language: String,
    /// The action.
    pub action: String,
    /// Its kind.
    pub kind: String,
    /// The partner that asked.
    pub partner: Partner,
    /// Code of the service.
    pub service: String,
    /// The heading.
    pub title: String,
    /// The purpose of the request.
    pub purpose: String,
    /// The attributes that were released by an approval.
    pub attributes: Vec<Attribute>,
    /// Further values.
    pub fields: Vec<Field>,
    /// Where the action began.
    pub started: Started,
    /// Warnings, as texts.
    pub warnings: Vec<String>,
    /// The level.
    pub level: String,
    /// When the action expired, in milliseconds since 1970 UTC.
    pub expires: u64,
}

/// A value that the person needed for the decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// How it was shown.
    pub kind: String,
    /// Its name.
    pub label: String,
    /// Its value.
    pub value: String,
}

/// Where the action began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Started {
    /// How the phone received it.
    pub flow: String,
    /// The name of the browser.
    pub browser: String,
    /// When, in milliseconds since 1970 UTC.
    pub time: u64,
}

/// Reads a view of version 1. Its texts are shown, so they are checked as those of any view.
///
/// # Errors
/// [`ViewError`].
pub(super) fn parse(bytes: &[u8]) -> Result<View, ViewError> {
    if bytes.len() > MAX_LEN {
        return Err(ViewError::TooLarge);
    }
    let view: View = strict_json(bytes).map_err(|_| ViewError::Malformed)?;
    if view.version != 1 {
        return Err(ViewError::Version(view.version));
    }
    if !is_domain(&view.partner.domain) {
        return Err(ViewError::Value("partner.domain"));
    }
    for shown in view.texts() {
        text::check(shown).map_err(|problem| ViewError::Text("texts", problem))?;
    }
    Ok(view)
}

impl View {
    fn texts(&self) -> impl Iterator<Item = &str> {
        let single = [
            &self.partner.name,
            &self.title,
            &self.purpose,
            &self.started.browser,
        ];
        let attributes = self.attributes.iter().flat_map(|a| [&a.label, &a.value]);
        let fields = self.fields.iter().flat_map(|f| [&f.label, &f.value]);
        single
            .into_iter()
            .chain(attributes)
            .chain(fields)
            .chain(&self.warnings)
            .map(String::as_str)
    }
}
