//! The end of an enrolment: one transaction makes the identity.

use ipse_protocol::ids::{EnrolmentId, IdentityId, ReceiptId};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::receipt::LeafKind;
use ipse_protocol::terms::{KeyKind, Level};
use ipse_protocol::wire::{BiometricRegistration, CompleteRequest, CompleteResponse};
use ipse_store::device::{Device, DeviceStatus};
use ipse_store::enrolment::{self, Enrolment, EnrolmentSim, EnrolmentStatus};
use ipse_store::person::{self, LookupField};
use ipse_store::receipt::{self, Receipt};
use ipse_store::sim::{self, Binding, BindingStatus};
use ipse_store::{StoreError, Tx, device as devices, identity as identities};

use super::begin::open_as;
use super::{NUMBER, opened, replace};
use crate::device::Signed;
use crate::error::{Error, RuleError, refuse};
use crate::person::{LOOKUP_VERSION, lookup_hash};
use crate::proofing::{POLICY, Proofed};
use crate::scheme::Scheme;
use crate::sim::{self as sim_rules, Taking};
use crate::webauthn::Credential;
use crate::{block, device};

/// What the deciding transaction needs.
struct Completing {
    enrolment: Enrolment,
    prepared: Prepared,
    /// How long a phone that replaces another reaches `basic` only, in milliseconds.
    limited_ms: i64,
}

/// Everything that the deciding transaction writes, sealed under the key of the person.
pub(super) struct Prepared {
    record: Vec<u8>,
    biometric: Option<Credential>,
    pub(super) proofed: Proofed,
    plain_number: String,
    number: Vec<u8>,
    national_number: Vec<u8>,
    phone_number: Vec<u8>,
    receipt: Receipt,
}

impl Scheme {
    /// Makes the identity, or moves the one that the person has to this phone. Sent again, it answers the same.
    ///
    /// # Errors
    /// `assurance_insufficient` before a bank has vouched, `sim_not_ready` while a ready SIM is not connected, `sim_mismatch`,
    /// `number_disputed`, `sim_unavailable`, `proof_invalid` for a credential that does not verify, `malformed_request`; `epoch_changed` when the code must be chosen
    /// again; `identity_blocked` and `proofing_stale` for an identity that this proofing does not lift.
    pub async fn complete_enrolment(
        &self,
        signed: &Signed,
        id: &str,
        body: &CompleteRequest,
    ) -> Result<CompleteResponse, Error> {
        let found = self.enrolment(signed, id).await?;
        let id = found.id.clone();
        if found.status == EnrolmentStatus::Open {
            let reserved = found.replaces.is_some().then(|| found.identity.clone());
            let completing = Completing {
                prepared: self.prepare(signed, &found, body).await?,
                enrolment: found,
                limited_ms: self.config.lifetimes.new_phone,
            };
            self.write(move |tx| completing.run(tx)).await?;
            self.open.release(&open_as(&signed.device.public_key));
            if let Some(reserved) = reserved {
                self.persons.erase(&reserved).await?;
            }
        }
        self.completed(id).await
    }

    /// All that is slow or can be refused without the database.
    async fn prepare(
        &self,
        signed: &Signed,
        found: &Enrolment,
        body: &CompleteRequest,
    ) -> Result<Prepared, Error> {
        let reserved = self.persons.key(&found.identity).await?;
        let vouched = opened(&reserved, found)?.ok_or_else(|| {
            Error::from(Problem::new(ProblemCode::AssuranceInsufficient).with("reason", "no_bank"))
        })?;
        if body.terms_version != self.config.terms_version {
            return Err(Problem::new(ProblemCode::MalformedRequest)
                .with("member", "terms_version")
                .into());
        }
        let record = self.code.accept(&body.registration_record.0)?;
        let biometric = match &body.biometric {
            Some(registration) => Some(self.biometric(found, registration)?),
            None => None,
        };
        let number = reserved.open(NUMBER, &found.number)?;
        let number = std::str::from_utf8(&number).map_err(|_| Error::Corrupt("phone number"))?;
        if let (Some(operator), Some(_)) = (&found.operator, &found.sim_statement) {
            self.require_departure(number, operator).await?;
        }
        let proofing = self.proofing_id();
        let now = self.store.read(Tx::now).await?;
        let owner = found.replaces.as_ref().unwrap_or(&found.identity);
        let key = self.persons.key(owner).await?;
        let leaf = match found.replaces {
            Some(_) => LeafKind::Device,
            None => LeafKind::Enrolment,
        };
        let said = serde_json::json!({
            "kind": leaf, "identity": owner, "device": found.device,
            "device_jws": signed.jws, "registrar": vouched.bank, "reference": vouched.reference,
            "loa": vouched.loa, "policy": POLICY, "proofing": proofing, "terms_version": body.terms_version,
            "sim_statement": found.sim_statement, "unlock": biometric.is_some(), "time": now,
        })
        .to_string();
        let receipt = self.recorder(owner).await?.prepare(
            ReceiptId::dated(now, &self.random),
            leaf,
            None,
            said.as_bytes(),
            now,
        )?;
        Ok(Prepared {
            record,
            biometric,
            proofed: self.proofed(proofing, &vouched, (owner, &key))?,
            number: key.seal(NUMBER, number.as_bytes())?,
            plain_number: number.to_owned(),
            national_number: lookup_hash(
                &*self.keys,
                LookupField::NationalNumber,
                &vouched.national_number,
            ),
            phone_number: lookup_hash(&*self.keys, LookupField::PhoneNumber, number),
            receipt,
        })
    }

    fn biometric(
        &self,
        found: &Enrolment,
        registration: &BiometricRegistration,
    ) -> Result<Credential, Error> {
        let challenge = found
            .biometric_challenge
            .as_ref()
            .ok_or(ProblemCode::ProofInvalid)?;
        self.new_credential(challenge, registration)
    }

    /// The answer to a completed enrolment, as the database has it.
    async fn completed(&self, id: EnrolmentId) -> Result<CompleteResponse, Error> {
        let (enrolment, identity, device, binding, now) = self
            .read(move |tx| {
                let Some(enrolment) = enrolment::by_id(tx, &id)? else {
                    refuse!(NotFound);
                };
                let identity = identities::by_id(tx, &enrolment.identity)?;
                let device = devices::by_id(tx, &enrolment.device)?;
                let (Some(identity), Some(device)) = (identity, device) else {
                    refuse!(NotFound);
                };
                let binding = sim::binding(tx, &enrolment.identity)?;
                Ok((enrolment, identity, device, binding, tx.now()?))
            })
            .await?;
        Ok(CompleteResponse {
            identity: identity.id.to_string(),
            level: self.highest_level(&device, binding.as_ref(), now),
            replaced: enrolment.replaces.is_some(),
            biometric: device.biometric_credential.is_some(),
            device: device.id.to_string(),
            receipt: enrolment
                .receipt
                .ok_or(Error::Corrupt("completed enrolment without a receipt"))?
                .to_string(),
            code_version: identity.code_version.unsigned_abs(),
            epoch: identity.epoch.unsigned_abs(),
        })
    }

    /// The highest level that a device reaches at a time in milliseconds: `advanced` with a bound SIM, not on a new phone, and
    /// in production only with a key in hardware.
    pub fn highest_level(&self, device: &Device, binding: Option<&Binding>, now: i64) -> Level {
        let bound = binding.is_some_and(|b| b.status == BindingStatus::Bound);
        let hardware = device.key_kind == KeyKind::Hardware || self.config.is_demo();
        if bound && hardware && device::limited(device, now).is_none() {
            Level::Advanced
        } else {
            Level::Basic
        }
    }
}

impl Completing {
    fn run(&self, tx: &mut Tx) -> Result<(), RuleError> {
        let (e, prepared) = (&self.enrolment, &self.prepared);
        let now = tx.now()?;
        let Some(current) = enrolment::by_id(tx, &e.id)? else {
            refuse!(NotFound);
        };
        if current.status == EnrolmentStatus::Completed {
            return Ok(());
        }
        if current.sim_state == EnrolmentSim::Changed {
            refuse!(SimMismatch);
        }
        if current.sim_state == EnrolmentSim::Ready && current.sim_statement.is_none() {
            refuse!(SimNotReady);
        }
        let same = current.vouched == e.vouched
            && current.sim_statement == e.sim_statement
            && current.biometric_challenge == e.biometric_challenge
            && current.replaces == e.replaces
            && current.code_version == e.code_version;
        // One person, one identity.
        if !same || replace::note(tx, &e.id, &prepared.national_number)? != e.replaces {
            // Something came in between, and changed what this request rests on.
            refuse!(EpochChanged);
        }
        let owner = e.replaces.as_ref().unwrap_or(&e.identity);
        let binding = binding(&current, owner, now);
        if let Some(binding) = &binding
            && let Some(other) = sim::by_handle(tx, &binding.operator, &binding.handle)?
            && other.identity != *owner
        {
            // One identity per SIM, and a bound SIM is never silently unbound.
            refuse!(SimMismatch);
        }
        if let Some(binding) = &binding {
            sim_rules::may_take(tx, &prepared.taking(owner, &binding.operator))?;
        }
        if let Some(owner) = &e.replaces {
            replace::check(tx, &current, owner)?;
            let moved = (&current, owner, prepared);
            replace::write(tx, moved, binding.as_ref(), self.limited_ms)?;
        } else {
            prepared.make_identity(tx, &current, binding.as_ref(), now)?;
        }
        receipt::insert(tx, &prepared.receipt)?;
        enrolment::complete(tx, &e.id, &prepared.receipt.id)?;
        if let Some(owner) = &e.replaces {
            enrolment::hand_over(tx, &e.id, owner, &prepared.number)?;
        }
        tx.notify(block::IDENTITY_CHANNEL, owner);
        Ok(())
    }
}

/// The binding of the SIM that the holder has proven, if there is one.
fn binding(current: &Enrolment, owner: &IdentityId, now: i64) -> Option<Binding> {
    current.sim_statement.as_ref()?;
    Some(Binding {
        identity: owner.clone(),
        operator: current.operator.clone()?,
        handle: current.handle.clone()?,
        status: BindingStatus::Bound,
        changed_at: current.sim_changed_at?,
        bound: now,
        stated: Some(now),
    })
}

impl Prepared {
    fn taking<'a>(&'a self, identity: &'a IdentityId, operator: &'a str) -> Taking<'a> {
        Taking {
            number: &self.phone_number,
            identity,
            operator,
        }
    }

    fn make_identity(
        &self,
        tx: &mut Tx,
        e: &Enrolment,
        binding: Option<&Binding>,
        now: i64,
    ) -> Result<(), StoreError> {
        let id = &e.identity;
        identities::insert(tx, id, e.language, now)?;
        self.add_to_person(tx, id, binding.map(|b| b.operator.as_str()), now)?;
        if !person::add_lookup(
            tx,
            LookupField::NationalNumber,
            &self.national_number,
            LOOKUP_VERSION,
            id,
        )? {
            return Err(StoreError::Unique("lookup.national_number".into()));
        }
        self.activate(tx, (e, id), binding, |_| {})?;
        if let Some(binding) = binding {
            sim::bind(tx, binding)?;
        }
        Ok(())
    }

    /// Adds the proofing, its attributes, and the phone number: that of a proven SIM of `operator`, or one without a proof.
    pub(super) fn add_to_person(
        &self,
        tx: &mut Tx,
        id: &IdentityId,
        operator: Option<&str>,
        now: i64,
    ) -> Result<(), StoreError> {
        self.proofed.add(tx, id, Some(&self.plain_number), now)?;
        // The number is contact data and moves with its SIM. Reassign a number only after its SIM was proven.
        let field = LookupField::PhoneNumber;
        if let Some(operator) = operator {
            sim_rules::take(tx, &self.taking(id, operator))
        } else {
            person::add_lookup(tx, field, &self.phone_number, LOOKUP_VERSION, id).map(drop)
        }
    }

    /// Makes the phone of the enrolment the active phone of an identity.
    pub(super) fn activate(
        &self,
        tx: &mut Tx,
        (e, owner): (&Enrolment, &IdentityId),
        binding: Option<&Binding>,
        set: impl FnOnce(&mut Device),
    ) -> Result<(), StoreError> {
        let mut row = devices::by_id(tx, &e.device)?
            .filter(|d| d.status == DeviceStatus::Pending && d.identity == e.identity)
            .ok_or_else(|| StoreError::Corrupt("device row".into()))?;
        row.status = DeviceStatus::Active;
        row.identity = owner.clone();
        row.opaque_record = Some(self.record.clone());
        row.biometric_credential = self.biometric.as_ref().map(|c| c.id.clone());
        row.biometric_key = self.biometric.as_ref().map(|c| c.public_key.clone());
        row.biometric_backup = self.biometric.as_ref().map(|c| c.backup);
        row.sim_handle = binding.map(|b| b.handle.clone());
        set(&mut row);
        devices::update(tx, &row)
    }
}
