//! The view: exactly what the person is shown (docs/protocol.md §5). It is sent as bytes, and the received bytes are hashed.

mod check;
mod v1;

use ipse_jose::{b64, strict_json};
use serde::{Deserialize, Serialize};

use crate::crypto::sha256;
use crate::json;
use crate::text::TextProblem;

pub use v1::View as ViewV1;

/// Version of the format.
pub const VERSION: u32 = 2;
/// The longest view, in bytes.
pub const MAX_LEN: usize = 48 * 1024;
/// The value of a switch that is on.
pub const ON: &str = "on";
/// The value of a switch that is off.
pub const OFF: &str = "off";

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
    /// A value of [`Kind`](crate::terms::Kind).
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
    /// What the person can choose with an approval.
    pub choices: Vec<Choice>,
    /// Where the action began.
    pub started: Started,
    /// Values of [`Warning`](crate::terms::Warning). The phone has their texts.
    pub warnings: Vec<String>,
    /// A value of [`Level`](crate::terms::Level).
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

/// An attribute of the person. It shows the claim of its key.
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
    /// A value of [`FieldKind`](crate::terms::FieldKind).
    pub kind: String,
    /// Its name.
    pub label: String,
    /// Its value, as text. For an image, its SHA-256 in base64url.
    pub value: String,
    /// The claims that this row shows together, such as those of an address. Empty for a value that is not released. For what is missing,
    /// the claims that are not released.
    pub claims: Vec<String>,
}

/// Something that the person can choose with an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// A value of [`ChoiceKind`](crate::terms::ChoiceKind).
    pub kind: String,
    /// Names it in the approval.
    pub key: String,
    /// Its name in the person's language.
    pub label: String,
    /// What there is to choose from. Empty for a switch, whose values are [`ON`] and [`OFF`].
    pub options: Vec<ChoiceOption>,
    /// The value before the person chooses.
    pub default: String,
}

/// One of several values of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    /// Names it in the approval.
    pub value: String,
    /// Its name in the person's language.
    pub label: String,
}

/// A value that the person chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// Key of the choice.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// Where the action began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Started {
    /// A value of [`Flow`](crate::terms::Flow).
    pub flow: String,
    /// The name of the browser. Null only where no browser began.
    #[serde(deserialize_with = "nullable")]
    pub browser: Option<String>,
    /// The name of the device, such as that of a till.
    #[serde(deserialize_with = "nullable")]
    pub device: Option<String>,
    /// The place, such as a shop or a counter.
    #[serde(deserialize_with = "nullable")]
    pub place: Option<String>,
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
    /// A member has a value that a later list may have. Such a view is for a newer phone.
    #[error("unknown value of {0}")]
    Unknown(&'static str),
    /// A member has a value that is not in its list, or not of its form.
    #[error("bad value of {0}")]
    Value(&'static str),
    /// A text may mislead a reader.
    #[error("text in {0}: {1}")]
    Text(&'static str, TextProblem),
}

impl ViewError {
    /// Whether a newer phone may be able to show the view.
    pub fn is_newer(&self) -> bool {
        match self {
            Self::Version(_) | Self::Unknown(_) => true,
            Self::TooLarge | Self::Malformed | Self::Value(_) | Self::Text(..) => false,
        }
    }
}

/// Reads a view strictly and checks every text in it.
///
/// # Errors
/// [`ViewError`]. Such a view must not be shown or approved.
pub fn parse(bytes: &[u8]) -> Result<View, ViewError> {
    if bytes.len() > MAX_LEN {
        return Err(ViewError::TooLarge);
    }
    let view: View = strict_json(bytes).map_err(|_| match version(bytes) {
        Some(other) if other != VERSION => ViewError::Version(other),
        Some(_) | None => ViewError::Malformed,
    })?;
    view.check()?;
    Ok(view)
}

/// The version that a view says it has, also if its other members are unknown.
fn version(bytes: &[u8]) -> Option<u32> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    strict_json::<Versioned>(bytes).ok().map(|v| v.version)
}

/// A view that was shown: of this version, or of an earlier one, in a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Shown {
    /// Version 1.
    V1(ViewV1),
    /// This version.
    Current(View),
}

/// Reads the view of a receipt. An action with a view of an earlier version is never approved.
///
/// # Errors
/// As [`parse`].
pub fn parse_shown(bytes: &[u8]) -> Result<Shown, ViewError> {
    match parse(bytes) {
        Ok(view) => Ok(Shown::Current(view)),
        Err(ViewError::Version(1)) => v1::parse(bytes).map(Shown::V1),
        Err(error) => Err(error),
    }
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

    /// Each claim that would be released, with the value that shows it: that of its attribute, or of the row that covers it.
    pub fn shown_claims(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.fields.iter().filter(|field| !field.is_missing());
        self.attributes
            .iter()
            .map(|a| (&*a.key, &*a.value))
            .chain(fields.flat_map(Field::covered))
    }

    /// The claims that the partner asks and the person does not have.
    pub fn missing_claims(&self) -> impl Iterator<Item = &str> {
        let fields = self.fields.iter().filter(|field| field.is_missing());
        fields.flat_map(Field::covered).map(|(claim, _)| claim)
    }

    /// Every claim that the view names.
    fn claims(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.fields.iter().flat_map(Field::covered);
        self.attributes
            .iter()
            .map(|a| (&*a.key, &*a.value))
            .chain(fields)
    }

    /// The digests of the images, whose bytes the phone fetches and shows.
    pub fn images(&self) -> impl Iterator<Item = [u8; 32]> {
        self.fields.iter().filter_map(Field::image)
    }

    /// What is chosen if the person changes nothing.
    pub fn defaults(&self) -> Vec<Chosen> {
        let chosen = |choice: &Choice| Chosen {
            key: choice.key.clone(),
            value: choice.default.clone(),
        };
        self.choices.iter().map(chosen).collect()
    }

    /// What is chosen if the person changes what `wanted` names. Keys that the view does not have are left out.
    pub fn choosing(&self, wanted: &[Chosen]) -> Vec<Chosen> {
        let mut chosen = self.defaults();
        for one in &mut chosen {
            if let Some(other) = wanted.iter().find(|other| other.key == one.key) {
                one.value.clone_from(&other.value);
            }
        }
        chosen
    }

    /// Whether these are values of the choices: one of each, in the order of the view.
    pub fn accepts(&self, chosen: &[Chosen]) -> bool {
        self.choices.len() == chosen.len()
            && self
                .choices
                .iter()
                .zip(chosen)
                .all(|(choice, chosen)| choice.key == chosen.key && choice.has(&chosen.value))
    }
}

impl Field {
    /// Whether it stands for what the person does not have.
    pub fn is_missing(&self) -> bool {
        self.kind == crate::terms::FieldKind::Missing.as_str()
    }

    /// The claims of the row, each with its text.
    fn covered(&self) -> impl Iterator<Item = (&str, &str)> {
        self.claims.iter().map(|claim| (&**claim, &*self.value))
    }

    /// The digest, if this is an image.
    fn image(&self) -> Option<[u8; 32]> {
        if self.kind != crate::terms::FieldKind::Image.as_str() {
            return None;
        }
        b64::decode(&self.value).ok()?.try_into().ok()
    }
}

fn nullable<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}
