//! Devices: whose signature it is, in which order, and that the row is the one which the scheme wrote.

use std::sync::Arc;

use ipse_jose::Alg;
use ipse_keys::KeyStore;
use ipse_protocol::constant_time_eq;
use ipse_protocol::control::{Control, enforced};
use ipse_protocol::device_request::{self, RequestClaims, WINDOW};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_store::device::Device;
use ipse_store::{StoreError, Tx, device};

use crate::error::{Error, Outcome, settle};
use crate::identity::Reason;
use crate::{Scheme, block, refuse};

const HASH: usize = 32;
/// How much of a hash the window keeps: what is taken for a repetition has no effect, so a collision gains nothing.
const KEPT: usize = 8;
/// How far ahead of the last sequence a request may be. Phones count one by one; what they sent and lost is few.
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

/// A request whose signature verified.
pub struct Signed {
    /// The device as it was read.
    pub device: Arc<Device>,
    /// What it signed.
    pub claims: RequestClaims,
    /// SHA-256 of the signed payload: what the window of sequences keeps.
    pub hash: [u8; HASH],
    /// The compact JWS, kept as evidence.
    pub jws: String,
    /// Whether its sequence was new; only [`Scheme::authenticate`] asks.
    pub spent: Spent,
}

/// Whether a sequence was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// New: do it.
    Fresh,
    /// The very same request came before: answer without effect.
    Repeated,
}

/// MAC over everything in a device row that decides who may approve.
pub fn row_mac(keys: &dyn KeyStore, d: &Device) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(512);
    let mut field = |value: Option<&[u8]>| match value {
        Some(value) => {
            bytes.extend_from_slice(&(value.len() as u32 + 1).to_be_bytes());
            bytes.extend_from_slice(value);
        }
        None => bytes.extend_from_slice(&0u32.to_be_bytes()),
    };
    field(Some(d.id.as_bytes()));
    field(Some(d.identity.as_bytes()));
    field(Some(d.status.as_bytes()));
    field(Some(d.key_kind.as_bytes()));
    field(Some(&d.public_key));
    field(d.opaque_record.as_deref());
    field(Some(&d.code_version.to_be_bytes()));
    field(d.biometric_credential.as_deref());
    field(d.biometric_key.as_deref());
    field(d.sim_handle.as_deref().map(str::as_bytes));
    keys.mac("device/row/1", &bytes)
}

/// Whether a device row is one that the scheme wrote.
pub fn authentic(keys: &dyn KeyStore, d: &Device) -> bool {
    constant_time_eq(&row_mac(keys, d), &d.mac) || !enforced(Control::T34RowMac)
}

/// Writes a changed device row with its new MAC.
///
/// # Errors
/// When the store fails.
pub fn update(tx: &mut Tx, keys: &dyn KeyStore, d: &mut Device) -> Result<bool, StoreError> {
    d.mac = row_mac(keys, d).to_vec();
    device::update(tx, d)
}

impl Scheme {
    /// Verifies a device-signed request (protocol §2). Spends nothing.
    ///
    /// # Errors
    /// `device_signature_invalid` for anything that is not a request which a known device signed for this
    /// method, path and body.
    pub async fn verify_request(&self, incoming: Incoming<'_>) -> Result<Signed, Error> {
        let (signed, ()) = self.verify_reading(incoming, |_, _| Ok(Ok(()))).await?;
        Ok(signed)
    }

    /// As [`Scheme::verify_request`], reading what the call needs in the same snapshot as the device. What `more`
    /// refuses is told only to whoever signed.
    pub(crate) async fn verify_reading<T: Send + 'static>(
        &self,
        incoming: Incoming<'_>,
        mut more: impl FnMut(&mut Tx, &Device) -> Outcome<T> + Send + 'static,
    ) -> Result<(Signed, T), Error> {
        let invalid = || Error::from(ProblemCode::DeviceSignatureInvalid);
        let text = incoming.signature.ok_or_else(invalid)?;
        let parsed = device_request::parse(text).map_err(|_| invalid())?;
        let kid = parsed.claims.dev.clone();
        if !ipse_protocol::ids::valid(ipse_protocol::ids::DEVICE, &kid) {
            return Err(invalid());
        }
        let (found, read) = self
            .store
            .read(move |tx| {
                let Some(found) = device::by_id(tx, &kid)? else {
                    return Ok(None);
                };
                let read = more(tx, &found)?;
                Ok(Some((found, read)))
            })
            .await?
            .ok_or_else(invalid)?;
        // Looked at here too, not only in the deciding transaction: what is judged before it (signature, code, unlock)
        // is judged by this very row, and another one may stand there by then.
        if !authentic(&*self.keys, &found) {
            return Err(StoreError::Corrupt("device row".into()).into());
        }
        let key = ipse_jose::Jwk::from_sec1(&found.public_key)
            .and_then(|jwk| ipse_jose::VerifyingKey::from_jwk(&jwk, Alg::Es256))
            .map_err(|_| Error::Internal("device key in the database does not parse"))?;
        parsed.verify(&key).map_err(|_| invalid())?;
        self.bound_to(&incoming, &parsed.claims, &found.id)?;
        let signed = Signed {
            device: Arc::new(found),
            claims: parsed.claims,
            hash: parsed.hash,
            jws: text.to_owned(),
            spent: Spent::Fresh,
        };
        Ok((signed, read?))
    }

    /// Whether signed claims are about this very request, by this key.
    pub(crate) fn bound_to(
        &self,
        incoming: &Incoming<'_>,
        claims: &RequestClaims,
        kid: &str,
    ) -> Result<(), Error> {
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
            Err(ProblemCode::DeviceSignatureInvalid.into())
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
        settle(self.store.write(move |tx| sequence.spend(tx)).await)
    }

    /// What the deciding transaction of a request must spend.
    pub(crate) fn sequence(&self, signed: &Signed) -> Sequence {
        Sequence {
            keys: self.keys.clone(),
            seen: signed.device.clone(),
            sequence: signed.claims.seq as i64,
            hash: signed.hash,
        }
    }
}

/// The sequence of a verified request.
pub(crate) struct Sequence {
    keys: Arc<dyn KeyStore>,
    /// The authentic row that the request was verified with.
    seen: Arc<Device>,
    sequence: i64,
    hash: [u8; HASH],
}

impl Sequence {
    /// [`spend`] inside the deciding transaction. Nearly always the row still is the one that was read, and taking the sequence
    /// is one statement; else the row is read and judged again.
    pub(crate) fn spend(&self, tx: &mut Tx) -> Outcome<Spent> {
        let (seen, sequence) = (&*self.seen, self.sequence);
        let next =
            sequence > seen.last_sequence && may_send(seen).is_ok() && in_reach(seen, sequence);
        if next && enforced(Control::T05SequenceReuse) {
            let recent = window(seen, sequence, &self.hash);
            let now = tx.now()?;
            if device::spend(tx, seen, sequence, &recent, now)? {
                return Ok(Ok(Spent::Fresh));
            }
        }
        Ok(spend(tx, &*self.keys, &seen.id, sequence, &self.hash)?.map(|(_, spent)| spent))
    }
}

fn may_send(d: &Device) -> Result<(), Problem> {
    match d.status.as_str() {
        "suspended" | "removed" => Err(Problem::new(ProblemCode::DeviceSuspended)),
        _ => Ok(()),
    }
}

/// Who jumps far ahead would leave the other holder of the key behind for good.
fn in_reach(d: &Device, sequence: i64) -> bool {
    sequence <= d.last_sequence.saturating_add(AHEAD)
}

/// The window after a new sequence. A skipped one keeps an empty place: whoever uses it later is late, not a copy.
fn window(d: &Device, sequence: i64, hash: &[u8; HASH]) -> Vec<u8> {
    let skipped = (sequence - d.last_sequence - 1).min(WINDOW as i64) as usize;
    let mut recent = Vec::with_capacity(WINDOW * KEPT);
    recent.extend_from_slice(kept(hash));
    recent.resize(KEPT * (1 + skipped).min(WINDOW), 0);
    let room = WINDOW * KEPT - recent.len();
    recent.extend_from_slice(&d.recent[..room.min(d.recent.len())]);
    recent
}

/// Takes a request's sequence inside the deciding transaction, and gives the device row as it stands now.
///
/// A used sequence with other bytes, or one from before the window, means that two phones hold this key: no phone goes back
/// behind what it has sent. The device and its identity are suspended, and that commits.
///
/// # Errors
/// When the store fails.
pub fn spend(
    tx: &mut Tx,
    keys: &dyn KeyStore,
    id: &str,
    sequence: i64,
    hash: &[u8; HASH],
) -> Outcome<(Device, Spent)> {
    let Some(mut found) = device::by_id(tx, id)? else {
        refuse!(DeviceSignatureInvalid);
    };
    if !authentic(keys, &found) {
        return Err(StoreError::Corrupt("device row".into()));
    }
    if let Err(problem) = may_send(&found) {
        return Ok(Err(problem));
    }
    if !enforced(Control::T05SequenceReuse) {
        return Ok(Ok((found, Spent::Fresh)));
    }
    if !in_reach(&found, sequence) {
        refuse!(SequenceStale);
    }
    let kept = kept(hash);
    if sequence > found.last_sequence {
        let recent = window(&found, sequence, hash);
        let now = tx.now()?;
        if !device::spend(tx, &found, sequence, &recent, now)? {
            refuse!(SequenceStale);
        }
        found.last_sequence = sequence;
        found.recent = recent;
        return Ok(Ok((found, Spent::Fresh)));
    }
    let back = usize::try_from(found.last_sequence - sequence).unwrap_or(usize::MAX);
    match found.recent.chunks_exact(KEPT).nth(back) {
        Some(used) if used == kept => Ok(Ok((found, Spent::Repeated))),
        Some(used) if used.iter().all(|b| *b == 0) => refuse!(SequenceStale),
        _ => {
            copied(tx, keys, &mut found)?;
            Ok(Err(Problem::new(ProblemCode::DeviceCopied)))
        }
    }
}

/// What the window of sequences keeps of a request's hash.
pub(crate) fn kept(hash: &[u8; HASH]) -> &[u8] {
    &hash[..KEPT]
}

fn copied(tx: &mut Tx, keys: &dyn KeyStore, found: &mut Device) -> Result<(), StoreError> {
    found.status = "suspended".into();
    update(tx, keys, found)?;
    // While the enrolment runs there is no identity yet: then the device alone is stopped.
    if ipse_store::identity::by_id(tx, &found.identity)?.is_some() {
        block::suspend(tx, &found.identity, Reason::DeviceLost, "scheme")?;
    }
    Ok(())
}
