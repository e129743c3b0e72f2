//! Texts for people: the four languages of Ipse, and texts from Fluent files that are part of the program.
//!
//! ```
//! use ipse_texts::{Language, Texts};
//!
//! let texts = Texts::new([
//!     (Language::Nl, "hello = Dag, { $name }"),
//!     (Language::Fr, "hello = Bonjour, { $name }"),
//!     (Language::De, "hello = Guten Tag, { $name }"),
//!     (Language::En, "hello = Hello, { $name }"),
//! ])?;
//! assert_eq!(texts.with(Language::Fr, "hello", &[("name", "Jan")]), "Bonjour, Jan");
//! # Ok::<(), ipse_texts::TextsError>(())
//! ```

mod language;
mod localized;
mod messages;
mod negotiate;
mod texts;

pub use fluent_bundle::FluentValue as Value;

pub use language::{Language, UnknownLanguage};
pub use localized::Localized;
pub use messages::{Messages, TextsError};
pub use texts::Texts;
