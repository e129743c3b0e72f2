//! Devices: which phone signed a request, in which order, and that its row is one that the scheme wrote.

mod copied;

use std::sync::Arc;

use ipse_jose::Alg;
use ipse_keys::KeyStore;
use ipse_protocol::device_request::{self, RequestClaims, WINDOW};
use ipse_protocol::ids::{DeviceId, IdentityId};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::BlockReason;
use ipse_protocol::wire::Limited;
use ipse_store::device::{Device, DeviceStatus};
use ipse_store::{StoreError, Tx, device};

use crate::actor::{Actor, Viewer};
use crate::block;
use crate::error::{Error, RuleError, refuse};
use crate::scheme::Scheme;

const HASH: usize = 32;
/// How many bytes of a hash the window of sequences keeps. A request that is taken for a repetition has no effect, so a
/// collision gains nothing.
const WINDOW_HASH: usize = 8;
/// How far ahead of the last sequence a request may be. Phones count one by one, and lose few requests.
const AHEAD: i64 = 1_000;

/// A request as it came in.
pub struct Incoming<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// Path with query.
    pub target: &'a str,
    /// Value of `Ipse-Device`.
    pub signature: Option<&'a str>,
    /// Body, empty for GET.
    pub body: &'a [u8],
}

/// A request whose signature was verified.
pub struct Signed {
    /// The device, as it was read.
    pub device: Arc<Device>,
    /// What it signed.
    pub claims: RequestClaims,
    /// SHA-256 of the signed payload.
    pub hash: [u8; HASH],
    /// The compact JWS, which is kept as evidence.
    pub jws: String,
    /// Whether its sequence was new. Only [`Scheme::authenticate`] finds out.
    pub spent: Spent,
}

impl Signed {
    /// The person who looks at their own identity with this phone.
    pub fn viewer(&self) -> Viewer {
        Viewer {
            identity: self.device.identity.clone(),
            device: Some(self.device.id.clone()),
        }
    }
}

/// Whether a sequence was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// It was: carry the request out.
    Fresh,
    /// The very same request came before: answer without effect.
    Repeated,
}

/// Gives a device the record of a new code. The other devices of the identity have the old code; without a record they cannot use
/// it.
///
/// # Errors
/// When the store fails.
pub(crate) fn replace_code(
    tx: &mut Tx,
    (identity, device): (&IdentityId, &DeviceId),
    record: &[u8],
    version: i64,
) -> Result<(), StoreError> {
    for mut row in device::of_identity(tx, identity)? {
        if row.id == *device {
            row.opaque_record = Some(record.to_vec());
            row.code_version = version;
        } else {
            row.opaque_record = None;
        }
        device::update(tx, &row)?;
    }
    Ok(())
}

/// A registrar vouched for the person who holds a device: it is no longer contested.
///
/// # Errors
/// When the store fails.
pub(crate) fn vouched_again(tx: &mut Tx, id: &DeviceId) -> Result<(), StoreError> {
    let found = device::by_id(tx, id)?;
    let Some(mut row) = found.filter(|row| row.contested) else {
        return Ok(());
    };
    row.contested = false;
    device::update(tx, &row)
}

impl Scheme {
    /// Whether a device may act for its identity.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn is_active(&self, id: &DeviceId) -> Result<bool, Error> {
        let id = id.clone();
        let found = self.store.read(move |tx| device::by_id(tx, &id)).await?;
        Ok(found.is_some_and(|device| device.status == DeviceStatus::Active))
    }

    /// Verifies a device-signed request (protocol §2). Its sequence is not spent.
    ///
    /// # Errors
    /// `device_signature_invalid` for anything that is not a request which a known device signed for this
    /// method, path and body.
    pub async fn verify_request(&self, incoming: Incoming<'_>) -> Result<Signed, Error> {
        let (signed, ()) = self.verify_reading(incoming, |_, _| Ok(())).await?;
        Ok(signed)
    }

    /// As [`Scheme::verify_request`], reading what the call needs in the same snapshot as the device. What `more` refuses
    /// is told only to a caller whose signature is valid.
    pub(crate) async fn verify_reading<T: Send + 'static>(
        &self,
        incoming: Incoming<'_>,
        mut more: impl FnMut(&mut Tx, &Device) -> Result<T, RuleError> + Send + 'static,
    ) -> Result<(Signed, T), Error> {
        let invalid = || Error::from(ProblemCode::DeviceSignatureInvalid);
        let text = incoming.signature.ok_or_else(invalid)?;
        let parsed = device_request::parse(text).map_err(|_| invalid())?;
        let id = DeviceId::parse(&parsed.claims.dev).ok_or_else(invalid)?;
        let (found, read) = self
            .store
            .read(move |tx| {
                let Some(found) = device::by_id(tx, &id)? else {
                    return Ok(None);
                };
                let read = match more(tx, &found) {
                    Ok(read) => Ok(read),
                    Err(RuleError::Refused(problem)) => Err(problem),
                    Err(RuleError::Store(error)) => return Err(error),
                };
                Ok(Some((found, read)))
            })
            .await?
            .ok_or_else(invalid)?;
        let key = ipse_jose::Jwk::from_sec1(&found.public_key)
            .and_then(|jwk| ipse_jose::VerifyingKey::from_jwk(&jwk, Alg::Es256))
            .map_err(|_| Error::Corrupt("public key of a device"))?;
        parsed.verify(&key).map_err(|_| invalid())?;
        self.require_bound(&incoming, &parsed.claims, &found.id)?;
        let signed = Signed {
            device: Arc::new(found),
            claims: parsed.claims,
            hash: parsed.hash,
            jws: text.to_owned(),
            spent: Spent::Fresh,
        };
        Ok((signed, read?))
    }

    /// Checks that signed claims are about this very request, by this key.
    pub(crate) fn require_bound(
        &self,
        incoming: &Incoming<'_>,
        claims: &RequestClaims,
        kid: &str,
    ) -> Result<(), ProblemCode> {
        let same = claims
            .check(
                &self.config.app,
                incoming.method,
                incoming.target,
                incoming.body,
            )
            .is_ok();
        if same && claims.dev == kid {
            Ok(())
        } else {
            Err(ProblemCode::DeviceSignatureInvalid)
        }
    }

    /// Verifies a request and spends its sequence, for calls that decide nothing else.
    ///
    /// # Errors
    /// As [`Scheme::verify_request`]; `device_copied`, `device_suspended`, `sequence_stale`.
    pub async fn authenticate(&self, incoming: Incoming<'_>) -> Result<Signed, Error> {
        let mut signed = self.verify_request(incoming).await?;
        signed.spent = self.spend_only(&signed).await?;
        Ok(signed)
    }

    /// Spends the sequence of a request that decides nothing else.
    pub(crate) async fn spend_only(&self, signed: &Signed) -> Result<Spent, Error> {
        let sequence = self.sequence(signed);
        self.write(move |tx| sequence.spend(tx)).await
    }

    /// The sequence that the deciding transaction of a request must spend.
    pub(crate) fn sequence(&self, signed: &Signed) -> Sequence {
        Sequence {
            keys: self.keys.clone(),
            seen: signed.device.clone(),
            sequence: i64::try_from(signed.claims.seq).unwrap_or(i64::MAX),
            hash: signed.hash,
        }
    }
}

/// The sequence of a verified request.
pub(crate) struct Sequence {
    keys: Arc<dyn KeyStore>,
    /// The authentic row by which the request was verified.
    seen: Arc<Device>,
    sequence: i64,
    hash: [u8; HASH],
}

impl Sequence {
    /// [`spend`] inside the deciding transaction. The row is nearly always still the one that was read, and then this is
    /// one statement. Otherwise the row is read and judged again.
    pub(crate) fn spend(&self, tx: &mut Tx) -> Result<Spent, RuleError> {
        let (seen, sequence) = (&*self.seen, self.sequence);
        let next =
            sequence > seen.last_sequence && may_send(seen).is_ok() && in_reach(seen, sequence);
        if next {
            let recent = window(seen, sequence, &self.hash);
            let now = tx.now()?;
            if device::spend(tx, seen, sequence, &recent, now)? {
                return Ok(Spent::Fresh);
            }
        }
        let (_, spent) = spend(tx, &*self.keys, &seen.id, sequence, &self.hash)?;
        Ok(spent)
    }
}

fn may_send(d: &Device) -> Result<(), Problem> {
    match d.status {
        DeviceStatus::Pending | DeviceStatus::Active => Ok(()),
        DeviceStatus::Suspended | DeviceStatus::Removed => Err(ProblemCode::DeviceSuspended.into()),
        DeviceStatus::Replaced => Err(replaced(d)),
    }
}

/// The refusal of a request of a replaced device: until when it may say that its owner did not replace it.
pub(crate) fn replaced(d: &Device) -> Problem {
    Problem::new(ProblemCode::DeviceReplaced).with("contest_until", d.contest_until)
}

/// Whether a new phone still reaches `basic` only, and for how long.
pub(crate) fn limited(d: &Device, now: i64) -> Option<Limited> {
    (d.basic_until > now).then_some(Limited {
        until: (d.basic_until != i64::MAX).then_some(d.basic_until),
    })
}

/// A holder of the key who jumps far ahead would lock the other holder out for good.
fn in_reach(d: &Device, sequence: i64) -> bool {
    sequence <= d.last_sequence.saturating_add(AHEAD)
}

/// The window after a new sequence. A skipped sequence leaves an empty place: a request that uses it later is late, and
/// no copy.
fn window(d: &Device, sequence: i64, hash: &[u8; HASH]) -> Vec<u8> {
    let skipped = (sequence - d.last_sequence - 1).min(WINDOW as i64) as usize;
    let mut recent = Vec::with_capacity(WINDOW * WINDOW_HASH);
    recent.extend_from_slice(window_hash(hash));
    recent.resize(WINDOW_HASH * (1 + skipped).min(WINDOW), 0);
    let room = WINDOW * WINDOW_HASH - recent.len();
    recent.extend_from_slice(&d.recent[..room.min(d.recent.len())]);
    recent
}

/// Spends the sequence of a request inside the deciding transaction. Returns the current row of the device.
///
/// A used sequence with other bytes means that two phones hold this key: no phone uses a sequence twice. The device and its identity
/// are suspended, which commits.
///
/// # Errors
/// `device_signature_invalid`, `device_suspended`, `sequence_stale`, `sequence_behind`, `device_copied`.
pub fn spend(
    tx: &mut Tx,
    keys: &dyn KeyStore,
    id: &DeviceId,
    sequence: i64,
    hash: &[u8; HASH],
) -> Result<(Device, Spent), RuleError> {
    let Some(mut found) = device::by_id(tx, id)? else {
        refuse!(DeviceSignatureInvalid);
    };
    may_send(&found)?;
    if !in_reach(&found, sequence) {
        refuse!(SequenceStale);
    }
    if sequence > found.last_sequence {
        let recent = window(&found, sequence, hash);
        let now = tx.now()?;
        if !device::spend(tx, &found, sequence, &recent, now)? {
            refuse!(SequenceStale);
        }
        found.last_sequence = sequence;
        found.recent = recent;
        return Ok((found, Spent::Fresh));
    }
    let back = usize::try_from(found.last_sequence - sequence).unwrap_or(usize::MAX);
    match found.recent.chunks_exact(WINDOW_HASH).nth(back) {
        Some(used) if used == window_hash(hash) => Ok((found, Spent::Repeated)),
        Some(used) if used.iter().all(|b| *b == 0) => refuse!(SequenceStale),
        Some(_) => {
            suspend_copied(tx, &mut found)?;
            Err(Problem::new(ProblemCode::DeviceCopied).into())
        }
        // Perhaps a recording: somebody who has the key must say more.
        None => Err(copied::behind(keys, &found, hash, tx.now()?).into()),
    }
}

/// What the window of sequences keeps of the hash of a request.
pub(crate) fn window_hash(hash: &[u8; HASH]) -> &[u8] {
    &hash[..WINDOW_HASH]
}

/// Spends the sequence of a request of a device that another one replaced. Its sequences never suspend anybody: the device
/// has no right left that a copy could share.
///
/// # Errors
/// `not_found` when it was not replaced, `sequence_stale`.
pub(crate) fn spend_replaced(
    tx: &mut Tx,
    id: &DeviceId,
    sequence: i64,
    hash: &[u8; HASH],
) -> Result<(Device, Spent), RuleError> {
    let Some(found) = device::by_id(tx, id)? else {
        refuse!(DeviceSignatureInvalid);
    };
    if found.status != DeviceStatus::Replaced {
        refuse!(NotFound);
    }
    if sequence <= found.last_sequence {
        let back = usize::try_from(found.last_sequence - sequence).unwrap_or(usize::MAX);
        return match found.recent.chunks_exact(WINDOW_HASH).nth(back) {
            Some(used) if used == window_hash(hash) => Ok((found, Spent::Repeated)),
            _ => refuse!(SequenceStale),
        };
    }
    if !in_reach(&found, sequence) {
        refuse!(SequenceStale);
    }
    let recent = window(&found, sequence, hash);
    let now = tx.now()?;
    if !device::spend(tx, &found, sequence, &recent, now)? {
        refuse!(SequenceStale);
    }
    Ok((found, Spent::Fresh))
}

pub(crate) fn suspend_copied(tx: &mut Tx, found: &mut Device) -> Result<(), StoreError> {
    found.status = DeviceStatus::Suspended;
    device::update(tx, found)?;
    // Ends the event streams of this device, also when the identity is suspended already.
    tx.notify(block::IDENTITY_CHANNEL, &found.identity);
    // Before the enrolment is complete there is no identity: then only the device is suspended.
    if ipse_store::identity::by_id(tx, &found.identity)?.is_some() {
        let reason = BlockReason::DeviceLost;
        block::suspend(tx, &found.identity, reason, &Actor::System)?;
    }
    Ok(())
}
