//! Who is told that another phone took the place of a person's: the number that was bound, by text message, and the registrar
//! that vouched first, by a signed event. Both are effects of the deciding transaction, tried until they succeed.

use ipse_jose::{b64, jws};
use ipse_protocol::ids::{self, DeviceId, IdentityId};
use ipse_protocol::terms::LeafKind;
use ipse_store::outbox::{self, EffectKind};
use ipse_store::sim::{self, Binding};
use ipse_store::{StoreError, Tx, device as devices, person};
use ipse_texts::Language;
use serde::{Deserialize, Serialize};

use crate::block;
use crate::error::Error;
use crate::registrar::{RegistrarError, Vouched};
use crate::scheme::Scheme;
use crate::sim::release;
use crate::sim_controller::SimError;

/// Prefix of an effect's id.
const EFFECT: &str = "eff";
/// `typ` of a signed event (RFC 8417 §2.3).
pub const EVENT_TYP: &str = "secevent+jwt";
/// The event: another phone took the place of the customer's.
pub const NEW_PHONE: &str = "https://ipse.example/events/new-phone";
/// Keystore purpose of the key that signs events for registrars.
pub const EVENT_KEY: &str = "registrars/events";

#[derive(Serialize, Deserialize)]
struct Text {
    operator: String,
    handle: String,
    device: DeviceId,
    language: Language,
}

#[derive(Serialize, Deserialize)]
struct Event {
    identity: IdentityId,
    time: i64,
}

/// Queues the text message to the SIM that was bound. The SIM is released after it, if it is not bound again.
pub(crate) fn queue_text(
    tx: &mut Tx,
    old: &Binding,
    device: &DeviceId,
    language: Language,
) -> Result<(), StoreError> {
    let text = Text {
        operator: old.operator.clone(),
        handle: old.handle.clone(),
        device: device.clone(),
        language,
    };
    queue(tx, (EffectKind::NewPhoneText, &old.operator), &text)
}

/// Queues the event for the registrar that vouched first.
pub(crate) fn queue_event(tx: &mut Tx, identity: &IdentityId) -> Result<(), StoreError> {
    let Some((registrar, _)) = person::first_proofing(tx, identity)? else {
        return Ok(());
    };
    let event = Event {
        identity: identity.clone(),
        time: tx.now()?,
    };
    queue(tx, (EffectKind::NewPhoneEvent, &registrar), &event)
}

fn queue(
    tx: &mut Tx,
    lane: (EffectKind, &str),
    payload: &impl Serialize,
) -> Result<(), StoreError> {
    let payload = serde_json::to_string(payload)
        .map_err(|_| StoreError::Abort("an effect does not serialize".into()))?;
    let now = tx.now()?;
    let id = ids::of(EFFECT, &tx.random().bytes());
    outbox::add_for(tx, &id, lane, &payload, now)
}

impl Scheme {
    /// Carries out an [`EffectKind::NewPhoneText`]. The new phone may reach more than `basic` some time after the message was
    /// handed to the operator, or the operator refused it for good.
    ///
    /// # Errors
    /// When the operator does not answer: try again later.
    pub async fn text_new_phone(&self, payload: &str) -> Result<(), Error> {
        let text: Text =
            serde_json::from_str(payload).map_err(|_| Error::Corrupt("new-phone text"))?;
        if let Some(operator) = self.operator(&text.operator) {
            match operator.notify_new_phone(&text.handle, text.language).await {
                Ok(()) => {}
                Err(
                    error @ (SimError::NotFound
                    | SimError::NotReady(_)
                    | SimError::Closed
                    | SimError::Secret { .. }),
                ) => {
                    tracing::info!(operator = operator.name(), %error, "no text about a new phone");
                }
                Err(error @ (SimError::Unavailable | SimError::TooMany)) => {
                    return Err(crate::sim::refused_by_operator(error));
                }
            }
        }
        let limited = self.config.lifetimes.new_phone;
        self.store
            .write(move |tx| {
                let now = tx.now()?;
                if let Some(mut row) = devices::by_id(tx, &text.device)?
                    && row.basic_until == i64::MAX
                {
                    row.basic_until = now + limited;
                    devices::update(tx, &row)?;
                    // Each change of a device row is a leaf of the log.
                    let (kind, who) = (LeafKind::Device, &row.identity);
                    block::queue_receipt(tx, who, kind, "notice_ended", &row.id)?;
                    // The app shows until when.
                    tx.notify(block::IDENTITY_CHANNEL, &row.identity);
                }
                if sim::by_handle(tx, &text.operator, &text.handle)?.is_none() {
                    release(tx, &text.operator, &text.handle)?;
                }
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// Carries out an [`EffectKind::NewPhoneEvent`]: a security event token (RFC 8417), pushed (RFC 8935).
    ///
    /// # Errors
    /// When the registrar does not take it: try again later.
    pub async fn event_new_phone(&self, id: &str, payload: &str) -> Result<(), Error> {
        let event: Event =
            serde_json::from_str(payload).map_err(|_| Error::Corrupt("new-phone event"))?;
        let who = event.identity.clone();
        let found = self
            .store
            .read(move |tx| person::first_proofing(tx, &who))
            .await?;
        let Some((name, sealed)) = found else {
            return Ok(());
        };
        let Some(registrar) = self.registrar(&name).filter(|r| r.takes_events()) else {
            // Not a registrar of this deployment any more, or one that wants no events.
            return Ok(());
        };
        let key = self.persons.key(&event.identity).await?;
        let plain = key.open("proofing", &sealed)?;
        let vouched: Vouched =
            serde_json::from_slice(&plain).map_err(|_| Error::Corrupt("vouched data"))?;
        let claims = serde_json::json!({
            "iss": self.config.issuer, "aud": registrar.issuer(), "jti": id,
            "iat": self.clock.unix_seconds(), "toe": event.time / 1000,
            "sub_id": {"format": "iss_sub", "iss": registrar.issuer(), "sub": subject(&vouched)?},
            "events": {NEW_PHONE: {}},
        });
        let signing = self.keys.signing(EVENT_KEY)?;
        let token = jws::sign(&signing, EVENT_TYP, claims.to_string().as_bytes())
            .map_err(|_| Error::Internal("an event cannot be signed"))?;
        match registrar.tell(&token).await {
            Ok(()) => Ok(()),
            Err(RegistrarError::Refused(reason)) => {
                tracing::warn!(registrar = name, reason, "a registrar refused an event");
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The name under which the registrar knows its customer: `sub` of its signed userinfo.
fn subject(vouched: &Vouched) -> Result<String, Error> {
    #[derive(Deserialize)]
    struct Claims {
        sub: String,
    }
    let corrupt = || Error::Corrupt("evidence of a registrar");
    let payload = vouched.evidence.split('.').nth(1).ok_or_else(corrupt)?;
    let payload = b64::decode(payload).map_err(|_| corrupt())?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|_| corrupt())?;
    Ok(claims.sub)
}
