//! What a person sees of their own identity, and the block that they can set at once.

use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::{ActionStatus, BlockReason, IdentityStatus, Level, SimConnection};
use ipse_protocol::wire::{
    ActionEvent, BlockResponse, DeviceSummary, DevicesResponse, IdentityEvent, MeResponse,
    ReasonSince, SimSummary,
};
use ipse_store::{action, device as device_rows, identity as identities, person, sim as sim_rows};

use crate::action::{status_at, word};
use crate::device::{Incoming, Signed, Spent};
use crate::error::{Error, settle};
use crate::identity::Reason;
use crate::person::Attributes;
use crate::{Scheme, block};

impl Scheme {
    /// `GET /phone/v1/me`.
    ///
    /// # Errors
    /// `not_found` while the enrolment runs.
    pub async fn me(&self, signed: &Signed) -> Result<MeResponse, Error> {
        let id = signed.device.identity.clone();
        let (identity, reasons, sealed, binding) = self
            .store
            .read(move |tx| {
                let identity = identities::by_id(tx, &id)?;
                Ok((
                    identity,
                    identities::reasons(tx, &id)?,
                    person::attributes(tx, &id)?,
                    sim_rows::binding(tx, &id)?,
                ))
            })
            .await?;
        let missing = || Error::from(ProblemCode::NotFound);
        let identity = identity.ok_or_else(missing)?;
        let key = self.persons.key(&identity.id).await?;
        let known = Attributes::open(&key, &sealed.ok_or_else(missing)?)?;
        let bound = binding.as_ref().is_some_and(|b| b.status == "bound");
        let soft = signed.device.key_kind == "software" && !self.config.is_demo();
        Ok(MeResponse {
            status: word(IdentityStatus::parse, Some(&identity.status))?,
            reasons: reasons
                .into_iter()
                .map(|r| {
                    Ok(ReasonSince {
                        reason: word(BlockReason::parse, Some(&r.reason))?,
                        since: r.since,
                    })
                })
                .collect::<Result<_, Error>>()?,
            level: if bound && !soft {
                Level::Advanced
            } else {
                Level::Basic
            },
            given_name: known.given_name,
            family_name: known.family_name,
            phone_number: known.phone_number,
            epoch: identity.epoch as u64,
            code_version: identity.code_version as u64,
            wrong_codes_left: (3 - identity.wrong_codes).max(0) as u32,
            wrong_since_last: identity.wrong_codes as u32,
            sim: SimSummary {
                state: match &binding {
                    None => SimConnection::None,
                    Some(_) if bound => SimConnection::Connected,
                    Some(_) => SimConnection::Changed,
                },
                operator: binding.map(|b| b.operator),
            },
            biometric: signed.device.biometric_credential.is_some(),
            this_device: signed.device.id.clone(),
            identity: identity.id,
        })
    }

    /// `GET /phone/v1/devices`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn devices(&self, signed: &Signed) -> Result<DevicesResponse, Error> {
        let id = signed.device.identity.clone();
        let rows = self
            .store
            .read(move |tx| device_rows::of_identity(tx, &id))
            .await?;
        let devices = rows
            .into_iter()
            .map(|d| {
                Ok(DeviceSummary {
                    this: d.id == signed.device.id,
                    name: d.name,
                    kind: word(ipse_protocol::terms::KeyKind::parse, Some(&d.key_kind))?,
                    since: d.created,
                    last_used: Some(d.last_used),
                    status: word(ipse_protocol::terms::DeviceStatus::parse, Some(&d.status))?,
                    device: d.id,
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
        settle(
            self.store
                .write(move |tx| {
                    match sequence.spend(tx)? {
                        Ok(_) if identities::by_id(tx, &who)?.is_none() => {
                            crate::refuse!(NotFound);
                        }
                        Ok(Spent::Fresh) => {
                            block::suspend(tx, &who, Reason::Person, "phone")?;
                            Ok(Ok(()))
                        }
                        // Whoever sends an old block again does not undo what lifted it.
                        Ok(Spent::Repeated) => Ok(Ok(())),
                        Err(problem) => Ok(Err(problem)),
                    }
                })
                .await,
        )?;
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
        if !ipse_protocol::ids::valid(ipse_protocol::ids::ACTION, id) {
            return Err(ProblemCode::NotFound.into());
        }
        let (id, who) = (id.to_owned(), signed.device.identity.clone());
        let sequence = self.sequence(&signed);
        settle(
            self.store
                .write(move |tx| {
                    let spent = match sequence.spend(tx)? {
                        Ok(spent) => spent,
                        Err(problem) => return Ok(Err(problem)),
                    };
                    let mine = action::by_id(tx, &id)?
                        .is_some_and(|a| a.identity.as_deref() == Some(who.as_str()));
                    if !mine {
                        crate::refuse!(NotFound);
                    }
                    if spent == Spent::Fresh {
                        block::suspend(tx, &who, Reason::Person, &id)?;
                    }
                    Ok(Ok(()))
                })
                .await,
        )?;
        Ok(BlockResponse {
            status: IdentityStatus::Suspended,
        })
    }

    /// What an open app is told when its identity changed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn identity_event(&self, identity: &str) -> Result<Option<IdentityEvent>, Error> {
        let id = identity.to_owned();
        let found = self
            .store
            .read(move |tx| identities::by_id(tx, &id))
            .await?;
        found
            .map(|i| {
                Ok(IdentityEvent {
                    status: word(IdentityStatus::parse, Some(&i.status))?,
                })
            })
            .transpose()
    }

    /// What an open app is told when an action changed, if it is this person's.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn action_event(
        &self,
        identity: &str,
        id: &str,
    ) -> Result<Option<ActionEvent>, Error> {
        let id = id.to_owned();
        let (found, now) = self
            .store
            .read(move |tx| Ok((action::by_id(tx, &id)?, tx.now()?)))
            .await?;
        found
            .filter(|a| a.identity.as_deref() == Some(identity))
            .map(|a| {
                Ok(ActionEvent {
                    status: word(ActionStatus::parse, Some(status_at(&a, now)))?,
                    id: a.id,
                })
            })
            .transpose()
    }
}
