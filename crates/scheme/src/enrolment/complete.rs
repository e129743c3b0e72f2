//! The end of an enrolment: one transaction makes the identity.

use ipse_protocol::ids::{self, EnrolmentId, ReceiptId};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::receipt::LeafKind;
use ipse_protocol::terms::{KeyKind, Level};
use ipse_protocol::wire::{BiometricRegistration, CompleteRequest, CompleteResponse};
use ipse_store::device::{Device, DeviceStatus};
use ipse_store::enrolment::{self, Enrolment, EnrolmentSim, EnrolmentStatus};
use ipse_store::person::{self, LookupField, Proofing};
use ipse_store::receipt::{self, Receipt};
use ipse_store::sim::{self, Binding, BindingStatus};
use ipse_store::{StoreError, Tx, device as devices, identity as identities};

use super::begin::open_as;
use super::{LOOKUP_VERSION, NUMBER, opened, packed, release_unless_bound};
use crate::device::Signed;
use crate::error::{Error, RuleError, refuse};
use crate::person::{Attributes, lookup_hash};
use crate::registrar::Vouched;
use crate::scheme::Scheme;
use crate::webauthn::{self, Credential};
use crate::{block, device};

/// Prefix of a proofing's id.
const PROOFING: &str = "prf";
/// Version of the rules by which the statement of a bank is judged.
const POLICY: &str = "bank/1";

/// Everything that one transaction writes.
struct Completing {
    enrolment: Enrolment,
    record: Vec<u8>,
    biometric: Option<Credential>,
    attributes: Vec<u8>,
    proofing: String,
    evidence: Vec<u8>,
    registrar: String,
    loa: String,
    national_number: Vec<u8>,
    phone_number: Vec<u8>,
    receipt: Receipt,
}

impl Scheme {
    /// Makes the identity. Sent again, it answers the same.
    ///
    /// # Errors
    /// `already_enrolled`, `assurance_insufficient` before a bank has vouched, `sim_not_ready` while a ready SIM is not
    /// connected, `sim_mismatch`, `proof_invalid` for a credential that does not verify, `malformed_request`.
    pub async fn complete_enrolment(
        &self,
        signed: &Signed,
        id: &str,
        body: &CompleteRequest,
    ) -> Result<CompleteResponse, Error> {
        let found = self.enrolment(signed, id).await?;
        let id = found.id.clone();
        if found.status == EnrolmentStatus::Open {
            let completing = self.prepare(signed, found, body).await?;
            let keys = self.keys.clone();
            self.write(move |tx| completing.run(tx, &*keys)).await?;
            self.open.release(&open_as(&signed.device.public_key));
        }
        self.completed(id).await
    }

    /// All that is slow or can be refused without the database.
    async fn prepare(
        &self,
        signed: &Signed,
        found: Enrolment,
        body: &CompleteRequest,
    ) -> Result<Completing, Error> {
        let key = self.persons.key(&found.identity).await?;
        let vouched = opened(&key, &found)?.ok_or_else(|| {
            Error::from(Problem::new(ProblemCode::AssuranceInsufficient).with("reason", "no_bank"))
        })?;
        if body.terms_version != self.config.terms_version {
            return Err(Problem::new(ProblemCode::MalformedRequest)
                .with("member", "terms_version")
                .into());
        }
        let record = self.code.accept(&body.registration_record.0)?;
        let biometric = match &body.biometric {
            Some(registration) => Some(self.biometric(&found, registration)?),
            None => None,
        };
        let number = key.open(NUMBER, &found.number)?;
        let number = std::str::from_utf8(&number).map_err(|_| Error::Corrupt("phone number"))?;
        let proofing = ids::of(PROOFING, &self.random.bytes());
        let evidence = packed(&vouched)?;
        let now = self.store.read(Tx::now).await?;
        let said = serde_json::json!({
            "kind": "enrolment", "identity": found.identity, "device": found.device,
            "device_jws": signed.jws, "registrar": vouched.bank, "reference": vouched.reference,
            "loa": vouched.loa, "policy": POLICY, "proofing": proofing, "terms_version": body.terms_version,
            "sim_statement": found.sim_statement, "unlock": biometric.is_some(), "time": now,
        })
        .to_string();
        let receipt = self.recorder(&found.identity).await?.prepare(
            ReceiptId::dated(now, &self.random),
            LeafKind::Enrolment,
            None,
            said.as_bytes(),
            now,
        )?;
        Ok(Completing {
            record,
            biometric,
            attributes: attributes(&vouched, number).seal(&key)?,
            evidence: key.seal("proofing", &evidence)?,
            proofing,
            national_number: lookup_hash(
                &*self.keys,
                LookupField::NationalNumber,
                &vouched.national_number,
            ),
            phone_number: lookup_hash(&*self.keys, LookupField::PhoneNumber, number),
            registrar: vouched.bank,
            loa: vouched.loa,
            receipt,
            enrolment: found,
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

    /// The answer to a completed enrolment, as the database has it.
    async fn completed(&self, id: EnrolmentId) -> Result<CompleteResponse, Error> {
        let (enrolment, identity, device, binding) = self
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
                Ok((enrolment, identity, device, binding))
            })
            .await?;
        Ok(CompleteResponse {
            identity: identity.id.to_string(),
            level: self.highest_level(&device, binding.as_ref()),
            device: device.id.to_string(),
            receipt: enrolment
                .receipt
                .ok_or(Error::Corrupt("completed enrolment without a receipt"))?
                .to_string(),
            code_version: identity.code_version.unsigned_abs(),
            epoch: identity.epoch.unsigned_abs(),
        })
    }

    /// The highest level that a device reaches: `advanced` with a bound SIM, and in production only with a key in
    /// hardware.
    pub fn highest_level(&self, device: &Device, binding: Option<&Binding>) -> Level {
        let bound = binding.is_some_and(|b| b.status == BindingStatus::Bound);
        let hardware = device.key_kind == KeyKind::Hardware || self.config.is_demo();
        if bound && hardware {
            Level::Advanced
        } else {
            Level::Basic
        }
    }
}

fn attributes(vouched: &Vouched, number: &str) -> Attributes {
    Attributes {
        given_name: vouched.given_name.clone(),
        family_name: vouched.family_name.clone(),
        birthdate: vouched.birthdate.clone(),
        nationality: vouched.nationality.clone(),
        national_number: vouched.national_number.clone(),
        document_number: vouched.document_number.clone(),
        phone_number: number.to_owned(),
    }
}

impl Completing {
    fn run(&self, tx: &mut Tx, keys: &dyn ipse_keys::KeyStore) -> Result<(), RuleError> {
        let e = &self.enrolment;
        let now = tx.now()?;
        let Some(current) = enrolment::by_id(tx, &e.id)? else {
            refuse!(NotFound);
        };
        if current.status == EnrolmentStatus::Completed {
            return Ok(());
        }
        // One person, one identity: a person who enrols again keeps the one that they have.
        let field = LookupField::NationalNumber;
        if person::by_lookup(tx, field, &self.national_number)?.is_some() {
            if let (Some(operator), Some(handle)) = (&current.operator, &current.handle) {
                enrolment::detach(tx, &e.id)?;
                release_unless_bound(tx, operator, handle)?;
            }
            refuse!(AlreadyEnrolled);
        }
        if current.sim_state == EnrolmentSim::Changed {
            refuse!(SimMismatch);
        }
        if current.sim_state == EnrolmentSim::Ready && current.sim_statement.is_none() {
            refuse!(SimNotReady);
        }
        if current.vouched != e.vouched
            || current.sim_statement != e.sim_statement
            || current.biometric_challenge != e.biometric_challenge
        {
            // Another request of the same phone came in between, and changed what this one rests on.
            refuse!(EpochChanged);
        }
        let binding = self.binding(&current, now);
        if let Some(binding) = &binding
            && sim::by_handle(tx, &binding.operator, &binding.handle)?.is_some()
        {
            // One identity per SIM, and a bound SIM is never silently unbound.
            refuse!(SimMismatch);
        }
        self.write(tx, keys, binding.as_ref(), now)?;
        Ok(())
    }

    fn binding(&self, current: &Enrolment, now: i64) -> Option<Binding> {
        current.sim_statement.as_ref()?;
        Some(Binding {
            identity: current.identity.clone(),
            operator: current.operator.clone()?,
            handle: current.handle.clone()?,
            status: BindingStatus::Bound,
            changed_at: current.sim_changed_at?,
            bound: now,
            stated: Some(now),
        })
    }

    fn write(
        &self,
        tx: &mut Tx,
        keys: &dyn ipse_keys::KeyStore,
        binding: Option<&Binding>,
        now: i64,
    ) -> Result<(), StoreError> {
        let e = &self.enrolment;
        let id = &e.identity;
        identities::insert(tx, id, e.language, now)?;
        person::add_attributes(
            tx,
            id,
            &self.attributes,
            &self.registrar,
            &self.proofing,
            now,
        )?;
        person::add_proofing(
            tx,
            &Proofing {
                id: &self.proofing,
                identity: id,
                registrar: &self.registrar,
                loa: &self.loa,
                policy: POLICY,
                sealed: &self.evidence,
            },
            now,
        )?;
        if !person::add_lookup(
            tx,
            LookupField::NationalNumber,
            &self.national_number,
            LOOKUP_VERSION,
            id,
        )? {
            return Err(StoreError::Unique("lookup.national_number".into()));
        }
        // The number is contact data and moves with its SIM. Reassign a number only after its SIM was proven.
        let field = LookupField::PhoneNumber;
        if binding.is_some() {
            person::replace_lookup(tx, field, &self.phone_number, LOOKUP_VERSION, id)?;
        } else {
            person::add_lookup(tx, field, &self.phone_number, LOOKUP_VERSION, id)?;
        }
        let mut row = devices::by_id(tx, &e.device)?
            .filter(|d| d.status == DeviceStatus::Pending && d.identity == *id)
            .ok_or_else(|| StoreError::Corrupt("device row".into()))?;
        device::require_authentic(keys, &row)?;
        row.status = DeviceStatus::Active;
        row.opaque_record = Some(self.record.clone());
        row.biometric_credential = self.biometric.as_ref().map(|c| c.id.clone());
        row.biometric_key = self.biometric.as_ref().map(|c| c.public_key.clone());
        row.sim_handle = binding.map(|b| b.handle.clone());
        device::update(tx, keys, &mut row)?;
        if let Some(binding) = binding {
            sim::bind(tx, binding)?;
        }
        receipt::insert(tx, &self.receipt)?;
        enrolment::complete(tx, &e.id, &self.receipt.id)?;
        tx.notify(block::IDENTITY_CHANNEL, id);
        Ok(())
    }
}
