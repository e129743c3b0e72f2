//! A copied device: how the scheme finds out that two phones have one key.
//!
//! Other bytes at a sequence that is still kept suspend at once. A request from before that may be a recording, so it is refused with
//! a challenge. Only somebody who has the key now can answer it, and only a phone that did not send the newest sequence does.

use ipse_jose::{Alg, Jwk, VerifyingKey, b64};
use ipse_keys::KeyStore;
use ipse_protocol::constant_time_eq;
use ipse_protocol::copy_proof::{self, LIFE_MS};
use ipse_protocol::ids::DeviceId;
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::IdentityStatus;
use ipse_protocol::wire::BlockResponse;
use ipse_store::device::{Device, DeviceStatus};
use ipse_store::{Tx, device};

use super::suspend_copied;
use crate::error::{Error, RuleError, refuse};
use crate::scheme::Scheme;

/// Length of a challenge: its time, and a MAC.
const TIME: usize = 8;
const MAC: usize = 32;

/// The refusal of a request from before the window, with the challenge.
pub(crate) fn behind(keys: &dyn KeyStore, d: &Device, request: &[u8; 32], now: i64) -> Problem {
    let mut challenge = now.to_be_bytes().to_vec();
    challenge.extend_from_slice(&mac(keys, &d.id, request, now));
    Problem::new(ProblemCode::SequenceBehind)
        .with("challenge", b64::encode(&challenge))
        .with("newest", d.last_sequence)
}

/// It names device and refused request, so it serves for nothing else. Its one use suspends the device for good.
fn mac(keys: &dyn KeyStore, id: &DeviceId, request: &[u8; 32], time: i64) -> [u8; MAC] {
    let mut bytes = id.as_bytes().to_vec();
    bytes.extend_from_slice(request);
    bytes.extend_from_slice(&time.to_be_bytes());
    keys.mac("device/challenge/1", &bytes)
}

/// Whether a challenge is ours, for this device and request, and not too old.
fn is_ours(
    keys: &dyn KeyStore,
    id: &DeviceId,
    request: &[u8; 32],
    challenge: &str,
    now: i64,
) -> bool {
    let Ok(bytes) = b64::decode(challenge) else {
        return false;
    };
    let Some((time, tag)) = bytes.split_first_chunk::<TIME>() else {
        return false;
    };
    let time = i64::from_be_bytes(*time);
    constant_time_eq(&mac(keys, id, request, time), tag) && (time..time + LIFE_MS).contains(&now)
}

impl Scheme {
    /// A phone says that it did not send the newest sequence: two phones have its key, so both are suspended, with the identity.
    ///
    /// # Errors
    /// `device_signature_invalid` for a proof that does not verify, or is too late; `device_suspended`.
    pub async fn report_copy(&self, proof: &str) -> Result<BlockResponse, Error> {
        let invalid = || Error::from(ProblemCode::DeviceSignatureInvalid);
        let parsed = copy_proof::parse(proof).map_err(|_| invalid())?;
        let id = DeviceId::parse(&parsed.claims.dev).ok_or_else(invalid)?;
        let wanted = id.clone();
        let (found, now) = self
            .store
            .read(move |tx| Ok((device::by_id(tx, &wanted)?, tx.now()?)))
            .await?;
        let found = found.ok_or_else(invalid)?;
        let key = Jwk::from_sec1(&found.public_key)
            .and_then(|jwk| VerifyingKey::from_jwk(&jwk, Alg::Es256))
            .map_err(|_| Error::Corrupt("public key of a device"))?;
        parsed.verify(&key).map_err(|_| invalid())?;
        let claims = &parsed.claims;
        let ours = is_ours(&*self.keys, &id, &claims.request.0, &claims.challenge, now);
        if claims.aud != self.config.app || !ours {
            return Err(invalid());
        }
        self.write(move |tx| suspend(tx, &id)).await?;
        Ok(BlockResponse {
            status: IdentityStatus::Suspended,
        })
    }
}

fn suspend(tx: &mut Tx, id: &DeviceId) -> Result<(), RuleError> {
    let Some(mut found) = device::by_id(tx, id)? else {
        refuse!(DeviceSignatureInvalid);
    };
    match found.status {
        DeviceStatus::Pending | DeviceStatus::Active => {
            suspend_copied(tx, &mut found)?;
            Ok(())
        }
        DeviceStatus::Suspended | DeviceStatus::Replaced | DeviceStatus::Removed => {
            refuse!(DeviceSuspended)
        }
    }
}
