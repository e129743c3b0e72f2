//! The types that columns hold beside numbers, texts and bytes: closed word lists and ids.

use ipse_protocol::ids::{
    ActionId, AttemptId, DeviceId, EnrolmentId, IdentityId, PartnerId, ReceiptId, RecoveryId,
};
use ipse_protocol::terms::{
    ActionStatus, BlockReason, Factor, Flow, IdentityStatus, KeyKind, LeafKind, Level, Line,
    LinkKind, Readiness, SimNeed,
};

use ipse_texts::Language;

use crate::engine::{FromValue, Param, Value};
use crate::text_columns;

text_columns! {
    ActionStatus = "the status of an action",
    BlockReason = "a reason to block",
    Factor = "a factor",
    Flow = "a flow",
    IdentityStatus = "the status of an identity",
    KeyKind = "a kind of device key",
    LeafKind = "a kind of leaf",
    Level = "a level",
    Line = "the state of a line",
    LinkKind = "a kind of link",
    Readiness = "the readiness of a SIM",
    SimNeed = "a kind of SIM statement",
}

text_columns! {
    ActionId = "the id of an action",
    AttemptId = "the id of an attempt",
    DeviceId = "the id of a device",
    EnrolmentId = "the id of an enrolment",
    IdentityId = "the id of an identity",
    PartnerId = "the id of a partner",
    ReceiptId = "the id of a receipt",
    RecoveryId = "the id of a recovery",
}

impl FromValue for Language {
    const EXPECTED: &'static str = "a language";

    fn from_value(value: Value) -> Result<Self, Value> {
        match value {
            Value::Text(tag) => Language::parse(&tag).ok_or(Value::Text(tag)),
            other => Err(other),
        }
    }
}

impl From<Language> for Param<'_> {
    fn from(language: Language) -> Self {
        Param::Text(language.tag())
    }
}

/// A closed list of words that only the database knows.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident = $expected:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// The word in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// Reads the word in the database.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }

        $crate::text_columns! { $name = $expected }
    };
}

pub(crate) use words;
