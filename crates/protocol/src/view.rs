//! The view: exactly what the person is shown (docs/protocol.md §5). It is sent as bytes, and the received bytes are hashed.

use ipse_jose::strict_json;
use serde::{Deserialize, Serialize};

use crate::crypto::sha256;
use crate::ids::{ActionId, PartnerId};
use crate::json;
use crate::terms::{FieldKind, Flow, Kind, Level};
use crate::text::{self, TextProblem};

/// Version of the format.
pub const VERSION: u32 = 1;
/// The longest view, in bytes.
pub const MAX_LEN: usize = 48 * 1024;
/// The tags of the languages that a view may have.
const LANGUAGES: [&str; 4] = ["nl", "fr", "de", "en"];

/// The contents of a view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// [`VERSION`].
    pub version: u32,
    /// Tag of the language of the texts: `nl`, `fr`, `de` or `en`.
    pub language: String,
    /// The action.
    pub action: String,
    /// A value of [`Kind`].
    pub kind: String,
    /// The partner that asks.
    pub partner: Partner,
    /// Code of the service.
    pub service: String,
    /// The heading.
    pub title: String,
    /// The purpose of the request.
    pub purpose: String,
    /// The attributes that would be released.
    pub attributes: Vec<Attribute>,
    /// Further values that the person needs for the decision.
    pub fields: Vec<Field>,
    /// Where the action began.
    pub started: Started,
    /// Warnings.
    pub warnings: Vec<String>,
    /// A value of [`Level`].
    pub level: String,
    /// When the action expires, in milliseconds since 1970 UTC.
    pub expires: u64,
}

/// The partner that asks, from its registration. A request cannot set these values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its domain, in ASCII.
    pub domain: String,
}

/// An attribute of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Claim name.
    pub key: String,
    /// Its name in the person's language.
    pub label: String,
    /// Its value.
    pub value: String,
}

/// A value that the person needs for the decision, such as an amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// A value of [`FieldKind`].
    pub kind: String,
    /// Its name.
    pub label: String,
    /// Its value, as text.
    pub value: String,
}

/// Where the action began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Started {
    /// A value of [`Flow`].
    pub flow: String,
    /// The name of the browser.
    pub browser: String,
    /// When, in milliseconds since 1970 UTC.
    pub time: u64,
}

/// Why bytes are not a view that may be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// Longer than [`MAX_LEN`].
    #[error("too large")]
    TooLarge,
    /// Not JSON with exactly the members of a view.
    #[error("not a view")]
    Malformed,
    /// An unknown version.
    #[error("version {0} is unknown")]
    Version(u32),
    /// A member has a value that is not in its list, or not of its form.
    #[error("bad value of {0}")]
    Value(&'static str),
    /// A text may mislead a reader.
    #[error("text in {0}: {1}")]
    Text(&'static str, TextProblem),
}

/// Reads a view strictly and checks every text in it.
///
/// # Errors
/// [`ViewError`]. Such a view must not be shown or approved.
pub fn parse(bytes: &[u8]) -> Result<View, ViewError> {
    if bytes.len() > MAX_LEN {
        return Err(ViewError::TooLarge);
    }
    let view: View = strict_json(bytes).map_err(|_| ViewError::Malformed)?;
    view.check()?;
    Ok(view)
}

/// The hash that the person approves.
pub fn hash(bytes: &[u8]) -> [u8; 32] {
    sha256(bytes)
}

impl View {
    /// The bytes that are sent: members in the order of the protocol, without spaces.
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(self)
    }

    /// Checks every value. [`parse`] does this, and the scheme does it before it sends a view.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn check(&self) -> Result<(), ViewError> {
        let value = |ok: bool, member| ok.then_some(()).ok_or(ViewError::Value(member));
        if self.version != VERSION {
            return Err(ViewError::Version(self.version));
        }
        value(LANGUAGES.contains(&&*self.language), "language")?;
        value(ActionId::parse(&self.action).is_some(), "action")?;
        value(Kind::parse(&self.kind).is_some(), "kind")?;
        value(PartnerId::parse(&self.partner.id).is_some(), "partner.id")?;
        value(is_domain(&self.partner.domain), "partner.domain")?;
        value(is_ascii_word(&self.service, 64), "service")?;
        value(Flow::parse(&self.started.flow).is_some(), "started.flow")?;
        value(Level::parse(&self.level).is_some(), "level")?;
        value(self.attributes.len() <= 64, "attributes")?;
        value(
            self.fields.len() <= 64 && self.warnings.len() <= 16,
            "fields",
        )?;
        for (at, attribute) in self.attributes.iter().enumerate() {
            let new = self.attributes[..at].iter().all(|a| a.key != attribute.key);
            value(new && is_ascii_word(&attribute.key, 128), "attributes.key")?;
        }
        for field in &self.fields {
            value(FieldKind::parse(&field.kind).is_some(), "fields.kind")?;
        }
        for (name, shown) in self.texts() {
            text::check(shown).map_err(|problem| ViewError::Text(name, problem))?;
        }
        Ok(())
    }

    fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let single = [
            ("partner.name", &*self.partner.name),
            ("title", &*self.title),
            ("purpose", &*self.purpose),
            ("started.browser", &*self.started.browser),
        ];
        let attributes = self.attributes.iter().flat_map(|a| {
            [
                ("attributes.label", &*a.label),
                ("attributes.value", &*a.value),
            ]
        });
        let fields = self
            .fields
            .iter()
            .flat_map(|f| [("fields.label", &*f.label), ("fields.value", &*f.value)]);
        let warnings = self.warnings.iter().map(|w| ("warnings", &**w));
        single
            .into_iter()
            .chain(attributes)
            .chain(fields)
            .chain(warnings)
    }
}

/// A host name in ASCII (IDNA A-labels), optionally with a port.
fn is_domain(domain: &str) -> bool {
    let (host, port) = match domain.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (domain, None),
    };
    let label = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    host.len() <= 253
        && host.split('.').all(label)
        && port.is_none_or(|p| (1..=5).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
}

fn is_ascii_word(word: &str, max: usize) -> bool {
    !word.is_empty() && word.len() <= max && word.bytes().all(|b| b.is_ascii_graphic())
}
