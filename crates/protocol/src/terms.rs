//! The closed lists of values of the protocol, with their spelling on the wire.

macro_rules! terms {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every value of the list.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The spelling on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// Reads the spelling on the wire.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownTerm;
            fn from_str(word: &str) -> Result<Self, UnknownTerm> {
                Self::parse(word).ok_or(UnknownTerm)
            }
        }
    };
}

/// The text is not a value of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a value of the list")]
pub struct UnknownTerm;

terms! {
    /// The level of an approval. Ordered: `Basic < Advanced`.
    Level {
        /// Phone and code.
        Basic = "basic",
        /// Phone, SIM and code.
        Advanced = "advanced",
    }
}

terms! {
    /// How the phone received an action.
    Flow {
        /// By the app link, which the phone opened: the device of the browser.
        App = "app",
        /// By a fresh QR that the app's own camera read.
        Qr = "qr",
        /// Neither: a text from a picture, a message or the clipboard, the phone of a test person, or an action that the
        /// person began.
        Link = "link",
        /// Without a browser: the partner asked through its server.
        Backchannel = "backchannel",
    }
}

terms! {
    /// How a phone got hold of the text of a link.
    Obtained {
        /// The app's own live camera read it.
        Camera = "camera",
        /// From a picture that the person chose.
        Picture = "picture",
        /// The phone opened it: a link, another app, or the phone's own camera app.
        Navigation = "navigation",
        /// The person pasted or typed it.
        Paste = "paste",
    }
}

terms! {
    /// The two kinds of link.
    LinkKind {
        /// For the device of the browser.
        App = "app",
        /// A QR text.
        Qr = "qr",
    }
}

terms! {
    /// The factor of an approval.
    Factor {
        /// The five-digit code.
        Code = "code",
        /// Fingerprint or face (WebAuthn user verification).
        Biometric = "unlock",
        /// None, for a refusal.
        None = "none",
    }
}

terms! {
    /// A decision.
    Decision {
        /// Yes.
        Approve = "approve",
        /// No.
        Refuse = "refuse",
    }
}

terms! {
    /// Kinds of action.
    Kind {
        /// Log in at a partner.
        Login = "login",
        /// Share attributes with a partner.
        Share = "share",
        /// Confirm something to a partner.
        Confirm = "confirm",
        /// Sign a document.
        Sign = "sign",
        /// Bind a new SIM.
        Sim = "sim",
        /// Lift a block.
        Unblock = "unblock",
        /// Add a device.
        Device = "device",
        /// Change the code.
        Code = "code",
        /// Add or remove the fingerprint.
        Fingerprint = "fingerprint",
        /// Add, change or remove the e-mail address.
        Email = "email",
        /// See and download what the scheme holds on the person.
        Export = "export",
    }
}

terms! {
    /// What a partner may ask a person to confirm.
    Template {
        /// A payment.
        Payment = "payment",
        /// An order.
        Order = "order",
        /// A change of a contract.
        Contract = "contract",
        /// Access, such as to a door.
        Access = "access",
        /// A text.
        Text = "text",
    }
}

terms! {
    /// Status of an action.
    ActionStatus {
        /// Waiting for a phone.
        Created = "created",
        /// A phone claimed it.
        Linked = "linked",
        /// Approved.
        Approved = "approved",
        /// Refused.
        Refused = "refused",
        /// No decision in time.
        Expired = "expired",
        /// Cancelled by the browser or by a block.
        Cancelled = "cancelled",
        /// Approved, and the partner has fetched the result.
        Delivered = "delivered",
    }
}

terms! {
    /// Which SIM statement an action needs.
    SimNeed {
        /// None.
        None = "none",
        /// The SIM answers over the air.
        Silent = "silent",
        /// The holder reads a secret from the handset.
        Holder = "holder",
    }
}

terms! {
    /// How a SIM statement was obtained.
    SimMethod {
        /// Over the air.
        Silent = "silent",
        /// A secret read from the handset.
        Holder = "holder",
    }
}

terms! {
    /// Whether a SIM can answer challenges.
    Readiness {
        /// It can.
        Ready = "ready",
        /// It can after an update.
        Upgradable = "upgradable",
        /// It never can. The person needs another card.
        Incompatible = "incompatible",
        /// It is being prepared.
        Provisioning = "provisioning",
        /// It is no longer in use.
        Retired = "retired",
        /// The operator does not know, or does not answer.
        Unknown = "unknown",
    }
}

terms! {
    /// State of the line behind a SIM.
    Line {
        /// In use.
        Active = "active",
        /// Barred: reported lost or stolen.
        BarredLost = "barred_lost",
        /// About to move to another operator.
        PortPending = "port_pending",
        /// Moved to another operator.
        Ported = "ported",
        /// Ended.
        Terminated = "terminated",
        /// Ended. The number is not assigned to another person yet.
        Quarantined = "quarantined",
    }
}

terms! {
    /// Connection of an identity with its SIM.
    SimConnection {
        /// Bound and unchanged.
        Connected = "connected",
        /// Never bound.
        None = "none",
        /// Changed since it was bound.
        Changed = "changed",
        /// The number has another holder: connect another number.
        Moved = "moved",
    }
}

terms! {
    /// State of an identity.
    IdentityStatus {
        /// Usable.
        Active = "active",
        /// Blocked for one or more reasons.
        Suspended = "suspended",
        /// Ended.
        Closed = "closed",
    }
}

terms! {
    /// Why an identity is suspended.
    BlockReason {
        /// Too many wrong codes.
        CodeExhausted = "code_exhausted",
        /// The SIM was swapped or ported.
        SimChanged = "sim_changed",
        /// The SIM was reported lost.
        SimLost = "sim_lost",
        /// A device was lost or copied.
        DeviceLost = "device_lost",
        /// The person requested it.
        Person = "person",
        /// A replaced phone said that its owner did not replace it.
        Contested = "contested",
        /// The identity document was revoked or lost.
        Document = "document",
        /// The registrar withdrew its confirmation.
        Registrar = "registrar",
        /// The person died.
        Deceased = "deceased",
        /// Fraud is suspected.
        Fraud = "fraud",
    }
}

terms! {
    /// What lifts a suspension (design §6, "Recovery").
    Way {
        /// The code, on this phone.
        Unblock = "unblock",
        /// A registrar, on this phone.
        Recover = "recover",
        /// A holder statement of the SIM and the code, on this phone.
        Sim = "sim",
        /// A registrar and the SIM, on a new phone.
        NewPhone = "new_phone",
        /// Nothing that the person can do alone.
        Support = "support",
    }
}

terms! {
    /// What an operator tells the holder of a SIM, in words of its own.
    Notice {
        /// Another phone took the place of the holder's.
        NewPhone = "new_phone",
    }
}

terms! {
    /// State of a device.
    DeviceStatus {
        /// Usable.
        Active = "active",
        /// Suspended: copied or lost.
        Suspended = "suspended",
        /// Another phone took its place.
        Replaced = "replaced",
        /// Removed.
        Removed = "removed",
    }
}

terms! {
    /// Where a device keeps its key.
    KeyKind {
        /// In software: it can be copied with the profile of the browser.
        Software = "software",
        /// In key hardware.
        Hardware = "hardware",
    }
}

terms! {
    /// Why a person refuses.
    RefusalReason {
        /// The person changed their mind.
        Person = "person",
        /// The person did not begin the action.
        NotMe = "not_me",
        /// The view is wrong.
        WrongDetails = "wrong_details",
    }
}

terms! {
    /// Progress of an enrolment or recovery.
    Progress {
        /// Begun.
        Created = "created",
        /// The SIM is connected.
        SimConnected = "sim_connected",
        /// The bank has vouched.
        Vouched = "vouched",
        /// Done.
        Completed = "completed",
    }
}

terms! {
    /// Kinds of leaf in the log.
    LeafKind {
        /// An action was approved.
        Approval = "approval",
        /// An action was refused.
        Refusal = "refusal",
        /// An action expired.
        Expiry = "expiry",
        /// An identity was blocked.
        Block = "block",
        /// A block was lifted.
        Unblock = "unblock",
        /// An identity was enrolled.
        Enrolment = "enrolment",
        /// A new code was chosen.
        Recovery = "recovery",
        /// A device was added or suspended.
        Device = "device",
        /// A SIM was bound.
        Sim = "sim",
        /// A browser came back to a partner without asking.
        Return = "return",
        /// A registrar gave attributes that the person had not.
        Attributes = "attributes",
        /// A consent was withdrawn.
        Withdrawal = "withdrawal",
    }
}

terms! {
    /// Why the person should beware of an action. The phone has the text of each.
    Warning {
        /// Nobody sees on which device the action began.
        StartedElsewhere = "started_elsewhere",
    }
}

terms! {
    /// What a person can choose in a view.
    ChoiceKind {
        /// On or off.
        Switch = "switch",
        /// One of several.
        OneOf = "one_of",
    }
}

terms! {
    /// How a field of a view is shown.
    FieldKind {
        /// Plain text.
        Text = "text",
        /// An amount of money, as a string with its currency.
        Amount = "amount",
        /// An IBAN.
        Iban = "iban",
        /// The digest of a document.
        Digest = "digest",
        /// An image: the value is its SHA-256, and the phone fetches the bytes.
        Image = "image",
        /// Why the row before it is asked, or what becomes of it.
        Reason = "reason",
        /// The heading of the rows after it. It has no value.
        Group = "group",
        /// What the partner asks and the person does not have: nothing of it is released.
        Missing = "missing",
    }
}
