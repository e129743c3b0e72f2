//! A new code on the same phone, for a person whose code is used up, forgotten, or no longer enough: a bank vouches that it is the
//! same person.

use ipse_protocol::ids::{IdentityId, RecoveryId};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::{BlockReason, IdentityStatus, LeafKind, Progress, Way};
use ipse_protocol::wire::{
    CodeResponse, RecoveryCompleteResponse, RecoveryResponse, RecoveryState,
};
use ipse_store::Tx;
use ipse_store::identity::{self as identities, Identity};
use ipse_store::person::{self, LookupField};
use ipse_store::recovery::{self, Recovery, RecoveryStatus};
use ipse_store::registrar::Purpose;
use zeroize::Zeroizing;

use crate::actor::Actor;
use crate::code::{REGISTRATIONS, credential_identifier};
use crate::device::Signed;
use crate::enrolment::VISITS;
use crate::error::{Error, RuleError, refuse};
use crate::person::lookup_hash;
use crate::proofing::Proofed;
use crate::registrar::Vouched;
use crate::scheme::Scheme;
use crate::{approval, block, device, identity};

/// Purpose under which the statement of the bank is sealed.
const EVIDENCE: &str = "recovery/evidence";

/// Everything that the deciding transaction needs.
struct Completing {
    recovery: Recovery,
    record: Vec<u8>,
    proofed: Proofed,
}

impl Scheme {
    /// The person wants a new code and chose a bank. Returns the recovery and the cookie for the callback.
    ///
    /// # Errors
    /// `identity_blocked` for a reason that no proofing on this phone lifts, `malformed_request` for a bank that is not ours,
    /// `registrar_failed`; `too_many_requests` after [`VISITS`] in the time that one lives.
    pub async fn begin_recovery(
        &self,
        signed: &Signed,
        bank: &str,
    ) -> Result<(RecoveryResponse, String), Error> {
        let answer = self
            .idempotent(signed, self.new_recovery(signed, bank))
            .await?;
        Ok((answer, self.visit_cookie(signed)))
    }

    async fn new_recovery(&self, signed: &Signed, bank: &str) -> Result<RecoveryResponse, Error> {
        let who = signed.device.identity.clone();
        let lifetime = self.config.lifetimes.enrolment;
        let (identity, begun) = self
            .read(move |tx| {
                let since = tx.now()? - lifetime;
                Ok((
                    recoverable(tx, &who)?,
                    recovery::begun_since(tx, &who, since)?,
                ))
            })
            .await?;
        // Each one is a visit to a bank.
        if begun >= VISITS {
            return Err(ProblemCode::TooManyRequests.into());
        }
        let id = RecoveryId::new(&self.random);
        let authorization_url = self
            .begin_visit(signed, Purpose::Recovery, &id, bank, identity.language)
            .await?;
        let mut row = Recovery {
            id: id.clone(),
            identity: identity.id,
            device: signed.device.id.clone(),
            status: RecoveryStatus::Created,
            epoch: identity.epoch,
            code_version: identity.code_version + 1,
            evidence: None,
            proofing_began: None,
            created: 0,
            expires: 0,
        };
        self.store
            .write(move |tx| {
                row.created = tx.now()?;
                row.expires = row.created + lifetime;
                recovery::insert(tx, &row)
            })
            .await?;
        Ok(RecoveryResponse {
            recovery: id.to_string(),
            authorization_url,
        })
    }

    async fn recovery(&self, signed: &Signed, id: &str) -> Result<Recovery, Error> {
        let id = RecoveryId::parse(id).ok_or(ProblemCode::NotFound)?;
        let device = signed.device.id.clone();
        self.read(move |tx| {
            let now = tx.now()?;
            let found = recovery::by_id(tx, &id)?;
            match found.filter(|r| r.device == device) {
                Some(r) if r.expires > now || r.status == RecoveryStatus::Completed => Ok(r),
                _ => refuse!(NotFound),
            }
        })
        .await
    }

    /// How far a recovery is.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn recovery_state(&self, signed: &Signed, id: &str) -> Result<RecoveryState, Error> {
        let found = self.recovery(signed, id).await?;
        Ok(RecoveryState {
            recovery: found.id.to_string(),
            status: match found.status {
                RecoveryStatus::Created => Progress::Created,
                RecoveryStatus::Vouched => Progress::Vouched,
                RecoveryStatus::Completed => Progress::Completed,
            },
        })
    }

    /// The bank vouched, after a visit that began at a time in milliseconds: for the person of this identity, or for another.
    pub(crate) async fn recovery_vouched(
        &self,
        id: &str,
        vouched: &Vouched,
        began: i64,
    ) -> Result<(), Error> {
        let wanted = RecoveryId::parse(id).ok_or(ProblemCode::NotFound)?;
        let field = LookupField::NationalNumber;
        let hash = lookup_hash(&*self.keys, field, &vouched.national_number);
        let (found, person) = self
            .store
            .read(move |tx| {
                Ok((
                    recovery::by_id(tx, &wanted)?,
                    person::by_lookup(tx, field, &hash)?,
                ))
            })
            .await?;
        let found = found.ok_or(ProblemCode::NotFound)?;
        if person.as_ref() != Some(&found.identity) {
            return Err(ProblemCode::PersonMismatch.into());
        }
        let key = self.persons.key(&found.identity).await?;
        let plain = serde_json::to_vec(vouched)
            .map(Zeroizing::new)
            .map_err(|_| Error::Internal("vouched data does not serialize"))?;
        let sealed = key.seal(EVIDENCE, &plain)?;
        self.store
            .write(move |tx| recovery::set_vouched(tx, &found.id, &sealed, began).map(drop))
            .await?;
        Ok(())
    }

    /// First half of registering the new code (OPAQUE).
    ///
    /// # Errors
    /// `not_found`, `epoch_changed`, `malformed_request`; `too_many_requests` after [`REGISTRATIONS`] of them.
    pub async fn recovery_code(
        &self,
        signed: &Signed,
        id: &str,
        request: &[u8],
    ) -> Result<CodeResponse, Error> {
        let found = self.recovery(signed, id).await?;
        if found.status != RecoveryStatus::Vouched {
            return Err(ProblemCode::NotFound.into());
        }
        // Another recovery may have put this version in use. A caller who could go on blinding guesses against it would need
        // only one second message to try them all offline.
        let (who, epoch, next) = (found.identity.clone(), found.epoch, found.code_version);
        self.read(move |tx| {
            let now = recoverable(tx, &who)?;
            if now.epoch == epoch && now.code_version + 1 == next {
                Ok(())
            } else {
                refuse!(EpochChanged)
            }
        })
        .await?;
        let identifier = credential_identifier(&found.identity, &found.device, found.code_version);
        let count = move |tx: &mut Tx| recovery::count_registration(tx, &found.id, REGISTRATIONS);
        self.register_code(identifier, request, found.expires, count)
            .await
    }

    /// Replaces the code and lifts the suspensions that a proofing lifts. Sent again, it answers the same.
    ///
    /// # Errors
    /// `assurance_insufficient` before the bank has vouched, `epoch_changed` when something else changed meanwhile,
    /// `proofing_stale` when the identity was suspended after the proofing began, `malformed_request`.
    pub async fn complete_recovery(
        &self,
        signed: &Signed,
        id: &str,
        record: &[u8],
    ) -> Result<RecoveryCompleteResponse, Error> {
        let found = self.recovery(signed, id).await?;
        let code_version = found.code_version;
        if found.status != RecoveryStatus::Completed {
            let completing = self.prepare_recovery(found, record).await?;
            self.write(move |tx| completing.run(tx)).await?;
        }
        let who = signed.device.identity.clone();
        let identity = self
            .store
            .read(move |tx| identities::by_id(tx, &who))
            .await?
            .ok_or(ProblemCode::NotFound)?;
        Ok(RecoveryCompleteResponse {
            code_version: code_version.unsigned_abs(),
            epoch: identity.epoch.unsigned_abs(),
            status: identity.status,
            identity: identity.id.to_string(),
        })
    }

    async fn prepare_recovery(&self, found: Recovery, record: &[u8]) -> Result<Completing, Error> {
        let sealed = found.evidence.as_deref().ok_or_else(|| {
            Error::from(Problem::new(ProblemCode::AssuranceInsufficient).with("reason", "no_bank"))
        })?;
        let key = self.persons.key(&found.identity).await?;
        let plain = key.open(EVIDENCE, sealed)?;
        let vouched: Vouched =
            serde_json::from_slice(&plain).map_err(|_| Error::Corrupt("vouched data"))?;
        Ok(Completing {
            record: self.code.accept(record)?,
            proofed: self.proofed(self.proofing_id(), &vouched, (&found.identity, &key))?,
            recovery: found,
        })
    }
}

/// The identity, if a proofing on one of its phones may give it a new code.
///
/// # Errors
/// `not_found`, `identity_blocked`.
fn recoverable(tx: &mut Tx, who: &IdentityId) -> Result<Identity, RuleError> {
    let Some(found) = identities::by_id(tx, who)? else {
        refuse!(NotFound);
    };
    let reasons = identities::reasons(tx, who)?;
    let may = reasons.iter().all(|s| match identity::way(s.reason) {
        Way::Unblock | Way::Recover | Way::Sim => true,
        Way::NewPhone | Way::Support => false,
    });
    if may && found.status != IdentityStatus::Closed {
        Ok(found)
    } else {
        Err(identity::blocked(tx, who)?.into())
    }
}

/// Whether a proofing on the same phone lifts a reason. A changed SIM also needs the SIM.
fn lifts(reason: BlockReason) -> bool {
    match identity::way(reason) {
        Way::Unblock | Way::Recover => true,
        Way::Sim | Way::NewPhone | Way::Support => false,
    }
}

impl Completing {
    fn run(&self, tx: &mut Tx) -> Result<(), RuleError> {
        let r = &self.recovery;
        let now = tx.now()?;
        let Some(current) = recovery::by_id(tx, &r.id)? else {
            refuse!(NotFound);
        };
        if current.status == RecoveryStatus::Completed {
            return Ok(());
        }
        let identity = recoverable(tx, &r.identity)?;
        if identity.epoch != r.epoch || current.evidence != r.evidence || current.expires <= now {
            refuse!(EpochChanged);
        }
        let reasons = identities::reasons(tx, &r.identity)?;
        let lifted = reasons.into_iter().filter(|s| lifts(s.reason));
        let lifted: Vec<_> = lifted.collect();
        identity::require_proofing_after(&lifted, current.proofing_began)?;
        if !identities::set_code_version(tx, &r.identity, r.code_version - 1, r.code_version)? {
            refuse!(EpochChanged);
        }
        identities::forget_wrong(tx, &r.identity)?;
        approval::close_replaced(tx, &r.identity)?;
        let phone = (&r.identity, &r.device);
        device::replace_code(tx, phone, &self.record, r.code_version)?;
        device::vouched_again(tx, &r.device)?;
        self.proofed.add(tx, &r.identity, None, now)?;
        recovery::complete(tx, &r.id)?;
        let actor = Actor::Registrar(self.proofed.registrar.clone());
        for suspension in lifted {
            block::lift(tx, &r.identity, suspension.reason, &actor)?;
        }
        let (kind, cause) = (LeafKind::Recovery, actor.cause());
        block::queue_receipt(tx, &r.identity, kind, "new_code", &cause)?;
        Ok(())
    }
}
