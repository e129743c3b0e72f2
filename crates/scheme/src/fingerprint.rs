//! The fingerprint of a phone, added or removed after its enrolment. Each is an action of the person's own, which only the code
//! approves.

use ipse_protocol::bytes::B64u;
use ipse_protocol::ids::{ActionId, DeviceId, IdentityId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::wire::{BiometricRegistration, BiometricResponse};
use ipse_store::action::{self, Action, Claim};
use ipse_store::device::{Backup, Device};
use ipse_store::fingerprint::{self as changes, FingerprintChange};
use ipse_store::identity::Identity;
use ipse_store::{Kind, StoreError, Tx, device as devices, identity as identities, person};
use serde::{Deserialize, Serialize};

use crate::device::{Signed, Spent};
use crate::error::{Error, RuleError, refuse};
use crate::identity;
use crate::person::{Attributes, PersonKey};
use crate::scheme::Scheme;
use crate::view::ViewTexts;
use crate::webauthn::{self, Credential};

/// What an action of this kind is about, beside the kind: the word in its service.
const ADD: &str = "ADD";
const REMOVE: &str = "REMOVE";

/// The sentences of an action that adds.
pub(crate) const ADD_TEXTS: ViewTexts = ViewTexts {
    title: "fingerprint-add-title",
    purpose: "fingerprint-add-purpose",
    warning: None,
};
/// The sentences of an action that removes.
pub(crate) const REMOVE_TEXTS: ViewTexts = ViewTexts {
    title: "fingerprint-remove-title",
    purpose: "fingerprint-remove-purpose",
    warning: None,
};

/// What an approval changes, as it is sealed until then.
#[derive(Serialize, Deserialize)]
struct Change {
    /// The new credential; none if the fingerprint is removed.
    credential: Option<NewCredential>,
}

#[derive(Serialize, Deserialize)]
struct NewCredential {
    id: B64u,
    public_key: B64u,
    backup: String,
}

impl Change {
    fn seal(&self, key: &PersonKey, action: &ActionId) -> Result<Vec<u8>, Error> {
        let plain = serde_json::to_vec(self)
            .map_err(|_| Error::Internal("a change of a fingerprint does not serialize"))?;
        key.seal(&purpose(action), &plain)
    }

    fn open(key: &PersonKey, action: &ActionId, sealed: &[u8]) -> Result<Self, StoreError> {
        let corrupt = || StoreError::Corrupt("change of a fingerprint".into());
        let plain = key.open(&purpose(action), sealed).map_err(|_| corrupt())?;
        serde_json::from_slice(&plain).map_err(|_| corrupt())
    }
}

/// The purpose names the action, so that a change cannot be put into another action.
fn purpose(action: &ActionId) -> String {
    format!("fingerprint/{action}")
}

impl Scheme {
    /// The person wants to add a fingerprint: what the phone's platform needs to make a WebAuthn credential.
    ///
    /// # Errors
    /// `fingerprint_exists`, `identity_blocked`; `not_found` while the enrolment runs.
    pub async fn begin_fingerprint(&self, signed: &Signed) -> Result<BiometricResponse, Error> {
        let (device, who) = (signed.device.id.clone(), signed.device.identity.clone());
        let repeated = signed.spent == Spent::Repeated;
        let (fresh, lifetime) = (self.random.bytes::<32>(), self.config.lifetimes.action);
        let (challenge, sealed) = self
            .write(move |tx| {
                let Some(sealed) = person::attributes(tx, &who)? else {
                    refuse!(NotFound);
                };
                identity::active(tx, &who)?;
                require_fingerprint(tx, &device, false)?;
                let begun = changes::of_device(tx, &device)?;
                match begun.and_then(|begun| begun.challenge) {
                    // Sent again: the phone may be answering this challenge.
                    Some(challenge) if repeated => return Ok((challenge, sealed)),
                    // The answer came already, or another change began.
                    None if repeated => refuse!(Busy),
                    _ => {}
                }
                let change = FingerprintChange {
                    device: device.clone(),
                    identity: who.clone(),
                    challenge: Some(fresh),
                    action: None,
                    change: None,
                    expires: tx.now()? + lifetime,
                };
                changes::begin(tx, &change)?;
                Ok((fresh, sealed))
            })
            .await?;
        let identity = &signed.device.identity;
        let key = self.persons.key(identity).await?;
        let known = Attributes::open(&key, &sealed)?;
        Ok(BiometricResponse {
            challenge: B64u(challenge.to_vec()),
            rp_id: self.config.rp_id().to_owned(),
            // It says nothing of the person, and is not the name under which a partner knows them.
            user_id: B64u(identity.to_string().into_bytes()),
            user_name: known.name(),
        })
    }

    /// The platform made a credential: the action that adds it begins.
    ///
    /// # Errors
    /// `proof_invalid` for a credential that does not verify, `not_found` when nothing was begun or its time is over,
    /// `fingerprint_exists`, `identity_blocked`.
    pub async fn add_fingerprint(
        &self,
        signed: &Signed,
        registration: &BiometricRegistration,
    ) -> Result<String, Error> {
        self.idempotent(signed, self.accept_fingerprint(signed, registration))
            .await
    }

    async fn accept_fingerprint(
        &self,
        signed: &Signed,
        registration: &BiometricRegistration,
    ) -> Result<String, Error> {
        let device = signed.device.id.clone();
        let (found, now) = self
            .store
            .read(move |tx| Ok((changes::of_device(tx, &device)?, tx.now()?)))
            .await?;
        let challenge = found
            .filter(|begun| begun.identity == signed.device.identity && begun.expires > now)
            .and_then(|begun| begun.challenge)
            .ok_or(ProblemCode::NotFound)?;
        let Credential {
            id,
            public_key,
            backup,
        } = self.new_credential(&challenge, registration)?;
        let change = Change {
            credential: Some(NewCredential {
                id: B64u(id),
                public_key: B64u(public_key),
                backup: backup.as_str().to_owned(),
            }),
        };
        let (row, sealed) = self
            .fingerprint_action(signed, (ADD, ADD_TEXTS), &change)
            .await?;
        let (device, id) = (signed.device.id.clone(), row.id.to_string());
        let who = signed.device.identity.clone();
        self.write(move |tx| {
            // Somebody who holds the phone of a blocked person gains no other way to approve.
            identity::active(tx, &who)?;
            require_fingerprint(tx, &device, false)?;
            let of = (&device, &challenge);
            if !changes::answer(tx, of, &row.id, &sealed, row.expires)? {
                refuse!(NotFound);
            }
            Ok(action::insert(tx, &row)?)
        })
        .await?;
        Ok(id)
    }

    /// Verifies a new credential for a challenge that this scheme gave.
    ///
    /// # Errors
    /// `proof_invalid`.
    pub(crate) fn new_credential(
        &self,
        challenge: &[u8; 32],
        registration: &BiometricRegistration,
    ) -> Result<Credential, Error> {
        let expect = webauthn::Expected {
            challenge,
            origin: &self.config.app,
            rp_id: self.config.rp_id(),
        };
        webauthn::verify_registration(registration, &expect).map_err(|refusal| {
            tracing::info!(%refusal, "a WebAuthn credential was refused");
            ProblemCode::ProofInvalid.into()
        })
    }

    /// The person wants to remove the fingerprint: the action begins.
    ///
    /// # Errors
    /// `fingerprint_missing`; `not_found` while the enrolment runs.
    pub async fn remove_fingerprint(&self, signed: &Signed) -> Result<String, Error> {
        self.idempotent(signed, self.begin_removal(signed)).await
    }

    async fn begin_removal(&self, signed: &Signed) -> Result<String, Error> {
        let change = Change { credential: None };
        let (row, sealed) = self
            .fingerprint_action(signed, (REMOVE, REMOVE_TEXTS), &change)
            .await?;
        let begun = FingerprintChange {
            device: signed.device.id.clone(),
            identity: signed.device.identity.clone(),
            challenge: None,
            action: Some(row.id.clone()),
            change: Some(sealed),
            expires: row.expires,
        };
        let id = row.id.to_string();
        self.write(move |tx| {
            require_fingerprint(tx, &begun.device, true)?;
            changes::begin(tx, &begun)?;
            Ok(action::insert(tx, &row)?)
        })
        .await?;
        Ok(id)
    }

    /// The action of a change, and the change sealed for it.
    async fn fingerprint_action(
        &self,
        signed: &Signed,
        (service, texts): (&str, ViewTexts),
        change: &Change,
    ) -> Result<(Action, Vec<u8>), Error> {
        let who = signed.device.identity.clone();
        let (found, now): (Option<Identity>, i64) = self
            .store
            .read(move |tx| Ok((identities::by_id(tx, &who)?, tx.now()?)))
            .await?;
        let found = found.ok_or(ProblemCode::NotFound)?;
        let key = self.persons.key(&found.id).await?;
        let asked = (Kind::Fingerprint, service, texts);
        let row = self.own_action_for(asked, signed, &found, now, (&key, Vec::new()))?;
        let sealed = change.seal(&key, &row.id)?;
        Ok((row, sealed))
    }
}

/// The device has a fingerprint, or has none, as the change needs it.
///
/// # Errors
/// `fingerprint_exists`, `fingerprint_missing`.
fn require_fingerprint(tx: &mut Tx, id: &DeviceId, wanted: bool) -> Result<(), RuleError> {
    let Some(row) = devices::by_id(tx, id)? else {
        refuse!(NotFound);
    };
    match (row.biometric_credential.is_some(), wanted) {
        (true, false) => refuse!(FingerprintExists),
        (false, true) => refuse!(FingerprintMissing),
        (true, true) | (false, false) => Ok(()),
    }
}

/// Whether an action may still change the fingerprint: it is what the device began last.
///
/// # Errors
/// `action_closed`.
pub(crate) fn may_change(tx: &mut Tx, action: &ActionId, claim: &Claim) -> Result<(), RuleError> {
    if sealed_change(tx, action, claim)?.is_none() {
        refuse!(ActionClosed);
    }
    Ok(())
}

fn sealed_change(
    tx: &mut Tx,
    action: &ActionId,
    claim: &Claim,
) -> Result<Option<Vec<u8>>, StoreError> {
    let found = changes::of_device(tx, &claim.device)?;
    Ok(found
        .filter(|c| c.action.as_ref() == Some(action) && c.identity == claim.identity)
        .and_then(|c| c.change))
}

/// Changes the fingerprint, in the deciding transaction. [`may_change`] comes first.
///
/// # Errors
/// When the store fails, or the change is not one that the scheme wrote. Then nothing is decided.
pub(crate) fn change(
    tx: &mut Tx,
    key: &PersonKey,
    (action, claim): (&ActionId, &Claim),
) -> Result<(), StoreError> {
    let missing = || StoreError::Abort("the change of a fingerprint is missing".into());
    let sealed = sealed_change(tx, action, claim)?.ok_or_else(missing)?;
    let change = Change::open(key, action, &sealed)?;
    let mut row = own_row(tx, &claim.device, &claim.identity)?;
    match change.credential {
        Some(credential) => {
            let backup = Backup::parse(&credential.backup)
                .ok_or_else(|| StoreError::Corrupt("backup of a credential".into()))?;
            row.biometric_credential = Some(credential.id.0);
            row.biometric_key = Some(credential.public_key.0);
            row.biometric_backup = Some(backup);
        }
        None => {
            row.biometric_credential = None;
            row.biometric_key = None;
            row.biometric_backup = None;
        }
    }
    devices::update(tx, &row)?;
    changes::end(tx, &claim.device, action)
}

fn own_row(tx: &mut Tx, id: &DeviceId, identity: &IdentityId) -> Result<Device, StoreError> {
    devices::by_id(tx, id)?
        .filter(|row| row.identity == *identity)
        .ok_or_else(|| StoreError::Corrupt("device row".into()))
}
