//! Enrolment: a phone, a SIM and a bank's word become an identity, all in one transaction or not at all.

mod begin;
mod complete;
mod sim;

use std::time::Duration;

use ipse_protocol::bytes::B64u;
use ipse_protocol::control::{Control, enforced};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::{Progress, Readiness};
use ipse_protocol::wire::{
    BiometricResponse, CodeResponse, EnrolmentState, SimState, Vouched as Shown,
};
use ipse_store::Tx;
use ipse_store::enrolment::{self, Enrolment};
use zeroize::Zeroizing;

use crate::code::{REGISTRATIONS, credential_identifier};
use crate::device::{Signed, Spent};
use crate::error::{Error, settle};
use crate::person::PersonKey;
use crate::registrar::{Begun, Purpose, Vouched};
use crate::{Scheme, refuse};

pub use sim::{TEXTS, TEXTS_VOUCHED};

/// Version of the keyed hashes by which people are found again.
pub(crate) const LOOKUP_VERSION: i64 = 1;
/// Purposes under which an enrolment's data is sealed.
const NUMBER: &str = "enrolment/number";
const VOUCHED: &str = "enrolment/vouched";

/// Most pages of abandoned enrolments that one sweep looks at.
const SWEEP_PAGES: usize = 200;
/// How long a sweep of abandoned enrolments may wait for the next.
pub const SWEEP_EVERY: Duration = Duration::from_secs(60);

impl Scheme {
    /// The enrolment, if it is this device's and its time is not over.
    async fn enrolment(&self, signed: &Signed, id: &str) -> Result<Enrolment, Error> {
        if !ipse_protocol::ids::valid(ipse_protocol::ids::ENROLMENT, id) {
            return Err(ProblemCode::NotFound.into());
        }
        let (id, device) = (id.to_owned(), signed.device.id.clone());
        settle(
            self.store
                .read(move |tx| {
                    let now = tx.now()?;
                    let found = enrolment::by_id(tx, &id)?;
                    match found.filter(|e| e.device == device) {
                        Some(e) if e.expires > now || e.status == "completed" => Ok(Ok(e)),
                        _ => refuse!(NotFound),
                    }
                })
                .await,
        )
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
        let status = if found.status == "completed" {
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
            enrolment: found.id,
            status,
            vouched: vouched.map(|v| Shown {
                bank: v.bank,
                given_name: v.given_name,
                family_name: v.family_name,
                birthdate: v.birthdate,
                nationality: v.nationality,
                document_number: Some(masked(&v.document_number)),
            }),
        })
    }

    /// The person chose a bank.
    ///
    /// # Errors
    /// `malformed_request` for a bank that is not ours, `registrar_failed`.
    pub async fn enrolment_bank(
        &self,
        signed: &Signed,
        id: &str,
        bank: &str,
    ) -> Result<Begun, Error> {
        let begun = self.idempotent(signed, async {
            let found = self.enrolment(signed, id).await?;
            if found.status != "open" {
                return Err(ProblemCode::NotFound.into());
            }
            self.begin_visit(signed, Purpose::Enrolment, &found.id, bank, &found.language)
                .await
        });
        Ok(Begun {
            authorization_url: begun.await?,
            cookie: self.visit_cookie(signed),
        })
    }

    pub(crate) async fn enrolment_vouched(&self, id: &str, vouched: &Vouched) -> Result<(), Error> {
        let wanted = id.to_owned();
        let found = self
            .store
            .read(move |tx| enrolment::by_id(tx, &wanted))
            .await?
            .ok_or(Error::from(ProblemCode::NotFound))?;
        let key = self.persons.key(&found.identity).await?;
        let sealed = key.seal(VOUCHED, &packed(vouched)?)?;
        self.store
            .write(move |tx| enrolment::set_vouched(tx, &found.id, &sealed).map(drop))
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
        if found.status != "open" && enforced(Control::T04RegistrationCloses) {
            return Err(ProblemCode::NotFound.into());
        }
        let identifier = credential_identifier(&found.identity, &found.device, 1);
        let count = move |tx: &mut Tx| enrolment::count_registration(tx, &found.id, REGISTRATIONS);
        self.register_code(identifier, request, found.expires, count)
            .await
    }

    /// What the phone's platform needs to make an unlock credential.
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
            // Sent again: another challenge would spoil the one that the phone may be answering.
            (Spent::Repeated, Some(challenge)) => challenge,
            _ => {
                let challenge = ipse_protocol::random::<32>();
                let id = found.id.clone();
                self.store
                    .write(move |tx| {
                        enrolment::set_biometric_challenge(tx, &id, &challenge).map(drop)
                    })
                    .await?;
                challenge.to_vec()
            }
        };
        Ok(BiometricResponse {
            challenge: B64u(challenge),
            rp_id: self.config.rp_id().to_owned(),
            // Says nothing of the person, and differs from what partners know them by.
            user_id: B64u(found.identity.into_bytes()),
            user_name: name.unwrap_or_else(|| "Ipse".into()),
        })
    }

    /// Forgets what nobody finished in time: enrolments with their keys, visits to banks, recoveries, SIM connections.
    /// Says how many enrolments that were.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sweep_enrolments(&self) -> Result<usize, Error> {
        let mut all = 0;
        // Anybody can begin one, so there may be many: all that are due go, not only the first page.
        for _ in 0..SWEEP_PAGES {
            match self.sweep_page().await? {
                0 => break,
                forgotten => all += forgotten,
            }
        }
        Ok(all)
    }

    async fn sweep_page(&self) -> Result<usize, Error> {
        let overdue = self
            .store
            .write(|tx| {
                let now = tx.now()?;
                ipse_store::registrar::sweep(tx, now)?;
                ipse_store::recovery::sweep(tx, now)?;
                ipse_store::sim::sweep_connections(tx, now)?;
                ipse_store::sim_text::sweep(tx, now - sim::TEXTS_DAY)?;
                ipse_store::answer::sweep(tx, now - crate::idempotency::KEPT_MS)?;
                enrolment::overdue(tx, now)
            })
            .await?;
        let mut forgotten = 0;
        for row in overdue {
            let identity = row.identity.clone();
            let gone = self
                .store
                .write(move |tx| {
                    let gone = enrolment::forget(tx, &row)?;
                    if gone && let (Some(operator), Some(handle)) = (&row.operator, &row.handle) {
                        release_unless_bound(tx, operator, handle)?;
                    }
                    Ok(gone)
                })
                .await?;
            if gone {
                self.persons.erase(&identity).await?;
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }
}

/// Lets an operator forget a SIM, unless it is somebody's: whoever enrols a second time has the very SIM that their
/// identity rests on.
pub(crate) fn release_unless_bound(
    tx: &mut Tx,
    operator: &str,
    handle: &str,
) -> Result<(), ipse_store::StoreError> {
    if ipse_store::sim::by_handle(tx, operator, handle)?.is_none() {
        crate::sim::release(tx, operator, handle)?;
    }
    Ok(())
}

/// What is said of the SIM to who began, which may be anybody: as it was then. What became of it meanwhile is told when a
/// message is asked for.
fn sim_state(row: &Enrolment) -> SimState {
    let state = match row.sim_state.as_str() {
        "changed" => Readiness::Ready,
        other => Readiness::parse(other).unwrap_or(Readiness::Unknown),
    };
    SimState {
        state,
        operator: row.operator.clone(),
    }
}

fn packed(vouched: &Vouched) -> Result<Zeroizing<Vec<u8>>, Error> {
    serde_json::to_vec(vouched)
        .map(Zeroizing::new)
        .map_err(|_| Error::Internal("vouched data"))
}

fn opened(key: &PersonKey, row: &Enrolment) -> Result<Option<Vouched>, Error> {
    let Some(sealed) = &row.vouched else {
        return Ok(None);
    };
    let plain = key.open(VOUCHED, sealed)?;
    serde_json::from_slice(&plain)
        .map(Some)
        .map_err(|_| Error::Internal("vouched data does not parse"))
}

/// All but the last four characters hidden.
fn masked(number: &str) -> String {
    let tail = number.len().saturating_sub(4);
    format!("…{}", number.get(tail..).unwrap_or_default())
}
