//! What a person sees of their own identity, and the block that they can set at once.

use ipse_protocol::ids::{ActionId, IdentityId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::{BlockReason, DeviceStatus, IdentityStatus, SimConnection};
use ipse_protocol::wire::{
    BlockResponse, DeviceSummary, DevicesResponse, IdentityEvent, MeResponse, ReasonSince,
    SimSummary,
};
use ipse_store::device as device_rows;
use ipse_store::device::DeviceStatus as RowStatus;
use ipse_store::sim::BindingStatus;
use ipse_store::{action, identity as identities, person, sim as sim_rows};

use crate::actor::{Actor, Viewer};
use crate::code::WRONG_IN_A_ROW;
use crate::device::{self, Incoming, Signed, Spent};
use crate::error::Error;
use crate::error::refuse;
use crate::person::Attributes;
use crate::scheme::Scheme;
use crate::{block, email, identity as rules};

impl Scheme {
    /// `GET /phone/v1/me`.
    ///
    /// # Errors
    /// `not_found` while the enrolment runs.
    pub async fn me(&self, signed: &Signed) -> Result<MeResponse, Error> {
        let id = signed.device.identity.clone();
        let (identity, reasons, sealed, email, binding, now) = self
            .store
            .read(move |tx| {
                let identity = identities::by_id(tx, &id)?;
                Ok((
                    identity,
                    identities::reasons(tx, &id)?,
                    person::attributes(tx, &id)?,
                    ipse_store::email::address(tx, &id)?,
                    sim_rows::binding(tx, &id)?,
                    tx.now()?,
                ))
            })
            .await?;
        let identity = identity.ok_or(ProblemCode::NotFound)?;
        let key = self.persons.key(&identity.id).await?;
        let known = Attributes::open(&key, &sealed.ok_or(ProblemCode::NotFound)?)?;
        Ok(MeResponse {
            status: identity.status,
            next: rules::next(&reasons),
            reasons: reasons
                .into_iter()
                .map(|r| ReasonSince {
                    reason: r.reason,
                    since: r.since,
                })
                .collect(),
            level: self.highest_level(&signed.device, binding.as_ref(), now),
            limited: device::limited(&signed.device, now),
            given_name: known.given_name,
            family_name: known.family_name,
            phone_number: known.phone_number,
            email: email
                .map(|sealed| email::open(&key, &identity.id, &sealed))
                .transpose()?,
            epoch: identity.epoch.unsigned_abs(),
            code_version: identity.code_version.unsigned_abs(),
            wrong_codes_left: u32::try_from(WRONG_IN_A_ROW - identity.wrong_codes).unwrap_or(0),
            wrong_since_last: u32::try_from(identity.wrong_codes).unwrap_or(u32::MAX),
            sim: SimSummary {
                state: match binding.as_ref().map(|b| b.status) {
                    None => SimConnection::None,
                    Some(BindingStatus::Bound) => SimConnection::Connected,
                    Some(BindingStatus::Changed | BindingStatus::Lost) => SimConnection::Changed,
                    Some(BindingStatus::Moved) => SimConnection::Moved,
                },
                operator: binding.map(|b| b.operator),
            },
            biometric: signed.device.biometric_credential.is_some(),
            this_device: signed.device.id.to_string(),
            identity: identity.id.to_string(),
        })
    }

    /// `GET /phone/v1/devices`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn devices(&self, viewer: &Viewer) -> Result<DevicesResponse, Error> {
        let id = viewer.identity.clone();
        let rows = self
            .store
            .read(move |tx| device_rows::of_identity(tx, &id))
            .await?;
        let devices = rows
            .into_iter()
            .map(|d| {
                Ok(DeviceSummary {
                    this: viewer.device.as_ref() == Some(&d.id),
                    name: d.name,
                    kind: d.key_kind,
                    since: d.created,
                    last_used: Some(d.last_used),
                    status: match d.status {
                        RowStatus::Active => DeviceStatus::Active,
                        RowStatus::Suspended => DeviceStatus::Suspended,
                        RowStatus::Replaced => DeviceStatus::Replaced,
                        RowStatus::Removed => DeviceStatus::Removed,
                        RowStatus::Pending => {
                            return Err(Error::Internal("a pending device was listed"));
                        }
                    },
                    device: d.id.to_string(),
                })
            })
            .collect::<Result<_, Error>>()?;
        Ok(DevicesResponse { devices })
    }

    /// The person blocks their own identity: at once, the device's signature is enough.
    ///
    /// # Errors
    /// Those of the signature; `malformed_request` for a reason that is not theirs to give.
    pub async fn block_self(
        &self,
        incoming: Incoming<'_>,
        reason: BlockReason,
    ) -> Result<BlockResponse, Error> {
        if reason != BlockReason::Person {
            return Err(ProblemCode::MalformedRequest.into());
        }
        let signed = self.verify_request(incoming).await?;
        let (sequence, who) = (self.sequence(&signed), signed.device.identity.clone());
        let actor = Actor::Device(signed.device.id.clone());
        self.write(move |tx| {
            let spent = sequence.spend(tx)?;
            if identities::by_id(tx, &who)?.is_none() {
                refuse!(NotFound);
            }
            match spent {
                Spent::Fresh => {
                    block::suspend(tx, &who, BlockReason::Person, &actor)?;
                }
                // An old block that is sent again does not undo what lifted it.
                Spent::Repeated => {}
            }
            Ok(())
        })
        .await?;
        Ok(BlockResponse {
            status: IdentityStatus::Suspended,
        })
    }

    /// "This wasn't me": blocks, and the receipt says which action it was about.
    ///
    /// # Errors
    /// `not_found` for an action that is not theirs.
    pub async fn report(&self, incoming: Incoming<'_>, id: &str) -> Result<BlockResponse, Error> {
        let signed = self.verify_request(incoming).await?;
        let id = ActionId::parse(id).ok_or(ProblemCode::NotFound)?;
        let who = signed.device.identity.clone();
        let sequence = self.sequence(&signed);
        self.write(move |tx| {
            let spent = sequence.spend(tx)?;
            let found = action::by_id(tx, &id)?;
            if !found.is_some_and(|a| a.belongs_to(&who)) {
                refuse!(NotFound);
            }
            if spent == Spent::Fresh {
                block::suspend_reported(tx, &who, &id)?;
            }
            Ok(())
        })
        .await?;
        Ok(BlockResponse {
            status: IdentityStatus::Suspended,
        })
    }

    /// What an open app is told when its identity changed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn identity_event(
        &self,
        identity: &IdentityId,
    ) -> Result<Option<IdentityEvent>, Error> {
        let id = identity.clone();
        let found = self
            .store
            .read(move |tx| identities::by_id(tx, &id))
            .await?;
        Ok(found.map(|i| IdentityEvent { status: i.status }))
    }
}
