//! Who acts. Rules take an actor, whatever way it was authenticated.

use std::borrow::Cow;

use ipse_protocol::ids::{DeviceId, IdentityId, PartnerId};
use ipse_store::audit::{self, Entry};
use ipse_store::{StoreError, Tx};

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A phone, by its signature.
    Device(DeviceId),
    /// A person who looks at their own identity, on a phone or in a browser.
    Viewer(IdentityId),
    /// A member of the scheme's staff, by name.
    Staff(String),
    /// A partner.
    Partner(PartnerId),
    /// A registrar, by its name in the configuration.
    Registrar(String),
    /// A mobile operator, by its name in the configuration.
    Operator(String),
    /// The scheme itself.
    System,
}

impl Actor {
    /// The actor in a suspension and in its receipt. A person acts through their phone. Names of staff and partners have a
    /// prefix, so that they are never taken for an operator, a registrar or the scheme.
    pub fn cause(&self) -> Cow<'_, str> {
        match self {
            Self::Device(_) | Self::Viewer(_) => "phone".into(),
            Self::Registrar(name) | Self::Operator(name) => name.into(),
            Self::System => "scheme".into(),
            Self::Staff(_) | Self::Partner(_) => self.audit_name().into(),
        }
    }

    /// The actor in the audit trail: its kind and its name.
    pub fn audit_name(&self) -> String {
        match self {
            Self::Device(id) => format!("device:{id}"),
            Self::Viewer(id) => format!("person:{id}"),
            Self::Staff(name) => format!("staff:{name}"),
            Self::Partner(id) => format!("partner:{id}"),
            Self::Registrar(name) => format!("registrar:{name}"),
            Self::Operator(name) => format!("operator:{name}"),
            Self::System => "system".to_owned(),
        }
    }

    /// Records in the audit trail what the actor did, and to what.
    pub(crate) fn record(&self, tx: &mut Tx, event: &str, subject: &str) -> Result<(), StoreError> {
        let entry = Entry {
            actor: self.audit_name(),
            event: event.to_owned(),
            subject: subject.to_owned(),
            time: tx.now()?,
        };
        let id = ipse_protocol::ids::of("aud", &tx.random().bytes());
        audit::add(tx, &id, &entry)
    }
}

/// A person who looks at their own identity, with the phone that they use if it is one.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// Their identity.
    pub identity: IdentityId,
    /// The phone that they look with; none for a browser.
    pub device: Option<DeviceId>,
}
