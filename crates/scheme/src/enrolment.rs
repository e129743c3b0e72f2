//! Enrolment: a phone, a SIM and the statement of a bank become an identity, in one transaction.

mod begin;
mod complete;
mod replace;
mod sim;

use std::time::Duration;

use ipse_protocol::bytes::B64u;
use ipse_protocol::ids::{EnrolmentId, IdentityId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::{Progress, Readiness};
use ipse_protocol::wire::{
    BiometricResponse, CodeResponse, EnrolmentState, SimState, Vouched as Shown,
};
use ipse_store::enrolment::{self, Enrolment, EnrolmentSim, EnrolmentStatus};
use ipse_store::person::LookupField;
use ipse_store::registrar::Purpose;
use ipse_store::{StoreError, Tx};
use zeroize::Zeroizing;

use crate::code::{REGISTRATIONS, credential_identifier};
use crate::device::{Signed, Spent};
use crate::error::Error;
use crate::error::refuse;
use crate::person::{PersonKey, lookup_hash};
use crate::registrar::Vouched;
use crate::scheme::Scheme;
use crate::visit::Begun;

/// Purposes under which an enrolment's data is sealed.
const NUMBER: &str = "enrolment/number";
const VOUCHED: &str = "enrolment/vouched";

/// How many visits to banks one enrolment may begin.
pub const VISITS: i64 = 20;
/// How long a sweep of abandoned enrolments may wait for the next.
pub const SWEEP_EVERY: Duration = Duration::from_secs(60);

impl Scheme {
    /// The enrolment, if it is this device's and its time is not over.
    async fn enrolment(&self, signed: &Signed, id: &str) -> Result<Enrolment, Error> {
        let id = EnrolmentId::parse(id).ok_or(ProblemCode::NotFound)?;
        let device = signed.device.id.clone();
        self.read(move |tx| {
            let now = tx.now()?;
            let found = enrolment::by_id(tx, &id)?;
            match found.filter(|e| e.device == device) {
                Some(e) if e.expires > now || e.status == EnrolmentStatus::Completed => Ok(e),
                _ => refuse!(NotFound),
            }
        })
        .await
    }

    /// How far an enrolment is.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn enrolment_state(
        &self,
        signed: &Signed,
        id: &str,
    ) -> Result<EnrolmentState, Error> {
        let found = self.enrolment(signed, id).await?;
        let key = self.persons.key(&found.identity).await?;
        let vouched = opened(&key, &found)?;
        let status = if found.status == EnrolmentStatus::Completed {
            Progress::Completed
        } else if vouched.is_some() {
            Progress::Vouched
        } else if found.sim_statement.is_some() {
            Progress::SimConnected
        } else {
            Progress::Created
        };
        Ok(EnrolmentState {
            sim: sim_state(&found),
            enrolment: found.id.to_string(),
            replaces: found.replaces.is_some(),
            status,
            vouched: vouched.map(|v| Shown {
                bank: v.bank,
                given_name: v.given_name,
                family_name: v.family_name,
                birthdate: v.birthdate,
                nationality: v.nationality,
                document_number: Some(masked(&v.document_number)),
                gender: v.gender,
                place_of_birth: v
                    .place_of_birth
                    .map(|place| format!("{}, {}", place.locality, place.country)),
                address: v.address.map(|address| address.lines().join(", ")),
                photo: v.picture.is_some(),
            }),
        })
    }

    /// The person chose a bank.
    ///
    /// # Errors
    /// `malformed_request` for a bank that is not ours, `registrar_failed`; `too_many_requests` after [`VISITS`] of them.
    pub async fn enrolment_bank(
        &self,
        signed: &Signed,
        id: &str,
        bank: &str,
    ) -> Result<Begun, Error> {
        let begun = self.idempotent(signed, async {
            let found = self.enrolment(signed, id).await?;
            if found.status != EnrolmentStatus::Open {
                return Err(ProblemCode::NotFound.into());
            }
            let counted = found.id.clone();
            self.write(move |tx| {
                if enrolment::count_visit(tx, &counted, VISITS)? {
                    return Ok(());
                }
                refuse!(TooManyRequests);
            })
            .await?;
            self.begin_visit(signed, Purpose::Enrolment, &found.id, bank, found.language)
                .await
        });
        Ok(Begun {
            authorization_url: begun.await?,
            cookie: self.visit_cookie(signed),
        })
    }

    /// A registrar vouched for the person of an enrolment, after a visit that began at a time in milliseconds. From now on
    /// the person may learn that they have an identity already.
    pub(crate) async fn enrolment_vouched(
        &self,
        id: &str,
        vouched: &Vouched,
        began: i64,
    ) -> Result<(), Error> {
        let wanted = EnrolmentId::parse(id).ok_or(ProblemCode::NotFound)?;
        let found = self
            .store
            .read(move |tx| enrolment::by_id(tx, &wanted))
            .await?
            .ok_or(ProblemCode::NotFound)?;
        let key = self.persons.key(&found.identity).await?;
        let sealed = key.seal(VOUCHED, &packed(vouched)?)?;
        let field = LookupField::NationalNumber;
        let person = lookup_hash(&*self.keys, field, &vouched.national_number);
        self.store
            .write(move |tx| {
                enrolment::set_vouched(tx, &found.id, &sealed, began)?;
                replace::note(tx, &found.id, &person).map(drop)
            })
            .await?;
        Ok(())
    }

    /// First half of registering the code (OPAQUE).
    ///
    /// # Errors
    /// `malformed_request`; `too_many_requests` after [`REGISTRATIONS`] of them.
    pub async fn enrolment_code(
        &self,
        signed: &Signed,
        id: &str,
        request: &[u8],
    ) -> Result<CodeResponse, Error> {
        let found = self.enrolment(signed, id).await?;
        if found.status != EnrolmentStatus::Open {
            return Err(ProblemCode::NotFound.into());
        }
        let owner = found.replaces.as_ref().unwrap_or(&found.identity);
        let identifier = credential_identifier(owner, &found.device, found.code_version);
        let count = move |tx: &mut Tx| enrolment::count_registration(tx, &found.id, REGISTRATIONS);
        self.register_code(identifier, request, found.expires, count)
            .await
    }

    /// What the phone's platform needs to make a WebAuthn credential.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn enrolment_biometric(
        &self,
        signed: &Signed,
        id: &str,
    ) -> Result<BiometricResponse, Error> {
        let found = self.enrolment(signed, id).await?;
        let key = self.persons.key(&found.identity).await?;
        let name = opened(&key, &found)?.map(|v| format!("{} {}", v.given_name, v.family_name));
        let challenge = match (signed.spent, found.biometric_challenge) {
            // Sent again: the phone may be answering this challenge.
            (Spent::Repeated, Some(challenge)) => challenge,
            _ => {
                let challenge = self.random.bytes::<32>();
                let id = found.id.clone();
                self.store
                    .write(move |tx| {
                        enrolment::set_biometric_challenge(tx, &id, &challenge).map(drop)
                    })
                    .await?;
                challenge
            }
        };
        Ok(BiometricResponse {
            challenge: B64u(challenge.to_vec()),
            rp_id: self.config.rp_id().to_owned(),
            // It says nothing of the person, and is not the name under which a partner knows them.
            user_id: B64u(String::from(found.identity).into_bytes()),
            user_name: name.unwrap_or_else(|| "Ipse".into()),
        })
    }

    /// Deletes what nobody completed in time: enrolments with their keys, visits to banks, recoveries, SIM connections. Says
    /// how many enrolments.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sweep_enrolments(&self) -> Result<usize, Error> {
        self.store
            .write(|tx| {
                let now = tx.now()?;
                ipse_store::registrar::sweep(tx, now)?;
                ipse_store::recovery::sweep(tx, now)?;
                ipse_store::sim::sweep_connections(tx, now)?;
                ipse_store::fingerprint::sweep(tx, now)?;
                ipse_store::email::sweep(tx, now, now - crate::email::COUNTED_MS)?;
                ipse_store::sim_text::sweep(tx, now - crate::sim::COUNTED_MS)?;
                ipse_store::answer::sweep(tx, now - crate::idempotency::KEPT_MS)
            })
            .await?;
        let mut all = 0;
        loop {
            // Anybody can begin one, so there may be many: a page is one transaction here and one in the store of person keys.
            let page = self.store.write(forget_overdue).await?;
            self.persons.erase_all(&page).await?;
            all += page.len();
            if page.len() < enrolment::PAGE {
                return Ok(all);
            }
        }
    }
}

/// Deletes a page of enrolments that nobody completed, and returns their identities.
fn forget_overdue(tx: &mut Tx) -> Result<Vec<IdentityId>, StoreError> {
    let now = tx.now()?;
    let mut forgotten = Vec::new();
    for row in enrolment::overdue(tx, now)? {
        if !enrolment::forget(tx, &row)? {
            continue;
        }
        // The operator relies on a SIM only after it answered, which takes a text message.
        if row.sim_nonce_hash.is_some()
            && let (Some(operator), Some(handle)) = (&row.operator, &row.handle)
        {
            release_unless_bound(tx, operator, handle)?;
        }
        forgotten.push(row.identity);
    }
    Ok(forgotten)
}

/// Lets an operator forget a SIM, unless it is bound: a person who enrols a second time has the same SIM that is bound to
/// their identity.
pub(crate) fn release_unless_bound(
    tx: &mut Tx,
    operator: &str,
    handle: &str,
) -> Result<(), StoreError> {
    if ipse_store::sim::by_handle(tx, operator, handle)?.is_none() {
        crate::sim::release(tx, operator, handle)?;
    }
    Ok(())
}

/// What the caller is told of the SIM: its state when the enrolment began. The caller may be anybody, so what changed since
/// is told only when a message is asked for.
fn sim_state(row: &Enrolment) -> SimState {
    let state = match row.sim_state {
        EnrolmentSim::Ready | EnrolmentSim::Changed => Readiness::Ready,
        EnrolmentSim::Upgradable => Readiness::Upgradable,
        EnrolmentSim::Incompatible => Readiness::Incompatible,
        EnrolmentSim::Unknown => Readiness::Unknown,
    };
    SimState {
        state,
        operator: row.operator.clone(),
    }
}

fn packed(vouched: &Vouched) -> Result<Zeroizing<Vec<u8>>, Error> {
    serde_json::to_vec(vouched)
        .map(Zeroizing::new)
        .map_err(|_| Error::Internal("vouched data does not serialize"))
}

fn opened(key: &PersonKey, row: &Enrolment) -> Result<Option<Vouched>, Error> {
    let Some(sealed) = &row.vouched else {
        return Ok(None);
    };
    let plain = key.open(VOUCHED, sealed)?;
    serde_json::from_slice(&plain)
        .map(Some)
        .map_err(|_| Error::Corrupt("vouched data"))
}

/// The last four characters; the others are hidden.
fn masked(number: &str) -> String {
    let tail = number.len().saturating_sub(4);
    format!("…{}", number.get(tail..).unwrap_or_default())
}
