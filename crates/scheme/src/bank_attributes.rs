//! A person who enrolled before their bank was asked for an attribute fetches it: a visit to a bank that only adds attributes.

use ipse_protocol::ids::DeviceId;
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::LeafKind;
use ipse_store::device::{self as devices, Device, DeviceStatus};
use ipse_store::identity as identities;
use ipse_store::person::{self, LookupField};
use ipse_store::registrar::{self, Purpose};

use crate::actor::Actor;
use crate::device::Signed;
use crate::enrolment::VISITS;
use crate::error::{Error, refuse};
use crate::person::lookup_hash;
use crate::registrar::Vouched;
use crate::scheme::Scheme;
use crate::visit::Begun;
use crate::{block, identity};

/// The reason in the receipt.
const REASON: &str = "bank";

impl Scheme {
    /// The person wants the attributes that a bank has of them.
    ///
    /// # Errors
    /// `not_found` while the enrolment runs, `identity_blocked`, `malformed_request` for a bank that is not ours,
    /// `registrar_failed`; `too_many_requests` after [`VISITS`] in the time that one lives.
    pub async fn fetch_attributes(&self, signed: &Signed, bank: &str) -> Result<Begun, Error> {
        let begun = self.idempotent(signed, async {
            let (who, device) = (signed.device.identity.clone(), signed.device.id.clone());
            let lifetime = self.config.lifetimes.enrolment;
            let (found, begun) = self
                .read(move |tx| {
                    let since = tx.now()? - lifetime;
                    Ok((
                        identity::active(tx, &who)?,
                        registrar::begun_since(tx, &device, Purpose::Attributes, since)?,
                    ))
                })
                .await?;
            if begun >= VISITS {
                return Err(ProblemCode::TooManyRequests.into());
            }
            // The visit is found by the proofing that it becomes.
            let proofing = self.proofing_id();
            self.begin_visit(signed, Purpose::Attributes, &proofing, bank, found.language)
                .await
        });
        Ok(Begun {
            authorization_url: begun.await?,
            cookie: self.visit_cookie(signed),
        })
    }

    /// The bank vouched. What it gave replaces what was known of the person, and the epoch rises: a request that was shown with the
    /// earlier attributes must be shown again.
    ///
    /// # Errors
    /// `person_mismatch` for another person, `identity_blocked`, `not_found` for a phone that is no longer the person's.
    pub(crate) async fn add_attributes(
        &self,
        proofing: String,
        device: &DeviceId,
        vouched: &Vouched,
    ) -> Result<(), Error> {
        let field = LookupField::NationalNumber;
        let hash = lookup_hash(&*self.keys, field, &vouched.national_number);
        let device = device.clone();
        let wanted = device.clone();
        let phone = self
            .store
            .read(move |tx| devices::by_id(tx, &wanted))
            .await?
            .ok_or(ProblemCode::NotFound)?;
        let who = phone.identity;
        let key = self.persons.key(&who).await?;
        let proofed = self.proofed(proofing, vouched, (&who, &key))?;
        self.write(move |tx| {
            let phone = devices::by_id(tx, &device)?;
            let mine = |d: &Device| d.status == DeviceStatus::Active && d.identity == who;
            if !phone.as_ref().is_some_and(mine) {
                refuse!(NotFound);
            }
            if person::by_lookup(tx, field, &hash)?.as_ref() != Some(&who) {
                refuse!(PersonMismatch);
            }
            identity::active(tx, &who)?;
            let now = tx.now()?;
            proofed.add(tx, &who, None, now)?;
            identities::raise_epoch(tx, &who)?;
            let (kind, actor) = (
                LeafKind::Attributes,
                Actor::Registrar(proofed.registrar.clone()),
            );
            block::queue_receipt(tx, &who, kind, REASON, &actor.cause())?;
            tx.notify(block::IDENTITY_CHANNEL, &who);
            Ok(())
        })
        .await
    }
}
