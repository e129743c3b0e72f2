//! Attributes: what a partner may ask to know of a person.

use ipse_protocol::view::{Choice, Field};
use ipse_store::device::Device;
use ipse_texts::Language;

use crate::given::Given;
use crate::person::Attributes;

const EMAIL: &str = "email";

/// What is known of a person beside [`Attributes`].
#[derive(Default)]
pub(crate) struct Extras {
    /// The verified e-mail address.
    pub(crate) email: Option<String>,
    /// The photo.
    pub(crate) photo: Option<Vec<u8>>,
}

/// Everything that a partner may ask to know of a person, as of one moment.
pub(crate) struct Known<'a> {
    /// What a registrar vouched for.
    pub(crate) person: &'a Attributes,
    /// What else there is.
    pub(crate) extras: &'a Extras,
    /// The person's language.
    pub(crate) language: Language,
    /// The phone that claimed the request.
    pub(crate) device: &'a Device,
    /// Since when the SIM card is the same, seconds; none without one.
    pub(crate) sim_since: Option<i64>,
    /// Milliseconds.
    pub(crate) now: i64,
}

/// What a view contains, and what its rows give.
#[derive(Default)]
pub(crate) struct Contents {
    /// The title, where it is not that of the kind.
    pub(crate) title: Option<String>,
    /// The purpose, where the partner registered it.
    pub(crate) purpose: Option<String>,
    /// Rows.
    pub(crate) fields: Vec<Field>,
    /// What the person can choose.
    pub(crate) choices: Vec<Choice>,
    /// What the rows give, by claim.
    pub(crate) given: Given,
}

/// Whether a request needs the photo.
pub(crate) fn wants_photo(wanted: &[&str]) -> bool {
    wanted.contains(&"picture")
}

/// Whether a request needs the e-mail address.
pub(crate) fn wants_email(wanted: &[&str]) -> bool {
    wanted.contains(&EMAIL)
}
