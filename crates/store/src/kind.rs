//! The kinds of action that exist.

use ipse_protocol::terms;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $wire:ident,)*) => {
        /// The kinds of action that exist. The wire knows more words ([`terms::Kind`]); an action of one of those is
        /// never stored.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// The word on the wire.
            #[must_use]
            pub const fn wire(self) -> terms::Kind {
                match self { $(Kind::$name => terms::Kind::$wire,)* }
            }

            /// The word in the database, the same as on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                self.wire().as_str()
            }

            /// Reads the word in the database.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
            }
        }
    };
}

kinds! {
    /// Log in at a partner.
    Login = Login,
    /// Share attributes with a partner.
    Share = Share,
    /// Confirm something to a partner.
    Confirm = Confirm,
    /// The person connects a new SIM.
    ConnectSim = Sim,
    /// The person changes their code.
    ChangeCode = Code,
    /// The person adds or removes the fingerprint of their phone.
    Fingerprint = Fingerprint,
    /// The person adds, changes or removes their e-mail address.
    Email = Email,
    /// The person lifts a block that they set.
    Unblock = Unblock,
    /// The person sees and downloads what the scheme holds on them.
    Export = Export,
}

crate::text_columns! { Kind = "a kind of action that exists" }

/// As the store of requests and the wire spell it; a word for a kind that does not exist is refused.
impl serde::Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Kind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&word)
            .ok_or_else(|| serde::de::Error::custom("not a kind of action that exists"))
    }
}
