//! The first request of a phone, whose key is not known yet.

use std::net::IpAddr;

use ipse_jose::{Alg, VerifyingKey, b64, jws};
use ipse_protocol::device_request::{self, RequestClaims};
use ipse_protocol::ids::{DeviceId, EnrolmentId, IdentityId};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::{KeyKind, Readiness};
use ipse_protocol::wire::{EnrolmentRequest, EnrolmentResponse};
use ipse_protocol::{Random, sha256, text};
use ipse_sim::phone_number;
use ipse_store::device::{Device, DeviceStatus};
use ipse_store::enrolment::{self, Enrolment, EnrolmentSim, EnrolmentStatus};
use ipse_store::{StoreError, Tx, device as devices};
use ipse_texts::Language;

use super::{NUMBER, sim_state};
use crate::device;
use crate::device::{Incoming, Spent};
use crate::error::{Error, RuleError, refuse};
use crate::scheme::Scheme;
use crate::sim::Found;

/// When to try again while too many enrolments are open.
const PAUSE_MS: i64 = 60_000;
/// Longest name of a device.
const MAX_DEVICE_NAME: usize = 60;

impl Scheme {
    /// A phone begins an enrolment (protocol §3). The answer is the same whether or not a person who is enrolled has the
    /// number.
    ///
    /// # Errors
    /// `malformed_request` with the reason, `too_many_requests`, `device_signature_invalid`, `sim_unavailable`,
    /// `already_enrolled` when the device key is in use.
    pub async fn begin_enrolment(
        &self,
        incoming: Incoming<'_>,
        body: &EnrolmentRequest,
        address: IpAddr,
    ) -> Result<EnrolmentResponse, Error> {
        let (claims, hash) = self.verify_first(&incoming, body)?;
        let (number, language) = acceptable(body)?;
        let point = body.device_key.to_sec1();
        let sequence = i64::try_from(claims.seq).map_err(|_| ProblemCode::MalformedRequest)?;
        // The same request again, whose answer was lost on the way, costs nothing.
        let known = self
            .store
            .read(move |tx| repeated(tx, &point, sequence, &hash))
            .await?;
        if let Some(known) = known {
            return Ok(answer(&known));
        }
        let lifetime = self.config.lifetimes.enrolment;
        let now = self.clock.unix_ms();
        // A phone that begins again is counted once.
        let place = open_as(&point);
        if !self.open.enrolment(&place, address, (now, now + lifetime)) {
            return Err(Problem::new(ProblemCode::TooManyRequests)
                .with("retry_after_ms", PAUSE_MS)
                .into());
        }
        let keys = self.keys.clone();
        let sim = self.sim_of(&number).await;
        let sim = sim.inspect_err(|_| self.open.release(&place))?;
        let identity = IdentityId::new(&self.random);
        let key = self.persons.create(&identity).await?;
        let mut device = pending(&self.random, body, &identity, sequence, &hash);
        let mut row = Enrolment {
            id: EnrolmentId::new(&self.random),
            device: device.id.clone(),
            identity,
            status: EnrolmentStatus::Open,
            language,
            number: key.seal(NUMBER, number.as_bytes())?,
            vouched: None,
            proofing_began: None,
            replaces: None,
            code_version: 1,
            operator: sim.operator,
            sim_state: sim.state,
            handle: sim.handle,
            sim_challenge: None,
            sim_nonce_hash: None,
            sim_statement: None,
            sim_changed_at: None,
            biometric_challenge: None,
            receipt: None,
            created: 0,
            expires: 0,
        };
        let named = claims.dev;
        let made = row.identity.clone();
        let begun = self
            .write(move |tx| {
                let now = tx.now()?;
                (row.created, row.expires) = (now, now + lifetime);
                (device.created, device.last_used) = (now, now);
                begin(tx, &*keys, &named, &device, &row, (sequence, &hash))
            })
            .await;
        // An unused key is not kept. It is when the outcome is unknown: the enrolment may exist.
        let unused = match &begun {
            Ok((begun, _)) => begun.identity != made,
            Err(Error::Refused(_)) => true,
            Err(_) => false,
        };
        if matches!(begun, Err(Error::Refused(_))) {
            self.open.release(&place);
        }
        if unused {
            self.persons.erase(&made).await?;
        }
        let (begun, replaced) = begun?;
        if let Some(old) = replaced {
            self.persons.erase(&old).await?;
        }
        Ok(answer(&begun))
    }

    /// The first signature of a phone: by the key in the body, which nobody knows yet.
    fn verify_first(
        &self,
        incoming: &Incoming<'_>,
        body: &EnrolmentRequest,
    ) -> Result<(RequestClaims, [u8; 32]), Error> {
        let invalid = || Error::from(ProblemCode::DeviceSignatureInvalid);
        let token = incoming.signature.ok_or_else(invalid)?;
        let parsed =
            jws::decode_unverified(token, device_request::MAX_LEN).map_err(|_| invalid())?;
        let jwk = body.device_key.to_jwk().ok_or_else(invalid)?;
        let key = VerifyingKey::from_jwk(&jwk, Alg::Es256).map_err(|_| invalid())?;
        parsed
            .verify(&key, &[device_request::TYP])
            .map_err(|_| invalid())?;
        let claims = RequestClaims::parse(&parsed.payload).map_err(|_| invalid())?;
        let kid = parsed.header.kid.ok_or_else(invalid)?;
        // A phone that begins again may still use the id that it had.
        if kid != b64::encode(&key.thumbprint()) && DeviceId::parse(&kid).is_none() {
            return Err(invalid());
        }
        self.require_bound(incoming, &claims, &kid)?;
        Ok((claims, sha256(&parsed.payload)))
    }

    async fn sim_of(&self, number: &str) -> Result<Sim, Error> {
        let Found::At(operator, found) = self.resolve(number).await? else {
            return Ok(Sim {
                state: EnrolmentSim::Unknown,
                operator: None,
                handle: None,
            });
        };
        // The state of the line plays no part: anybody may ask about any number, and must not learn that a phone was lost or
        // that a number moves. The operator texts no secret to such a line.
        let state = match found.readiness {
            Readiness::Ready => EnrolmentSim::Ready,
            Readiness::Upgradable | Readiness::Provisioning => EnrolmentSim::Upgradable,
            Readiness::Incompatible => EnrolmentSim::Incompatible,
            Readiness::Retired | Readiness::Unknown => EnrolmentSim::Unknown,
        };
        Ok(Sim {
            state,
            operator: Some(operator.name().to_owned()),
            handle: (state == EnrolmentSim::Ready).then_some(found.handle),
        })
    }
}

struct Sim {
    state: EnrolmentSim,
    operator: Option<String>,
    handle: Option<String>,
}

/// Under what an enrolment of this device key is counted while it is open.
pub(super) fn open_as(device_key: &[u8; 65]) -> String {
    format!("enr/{}", b64::encode(device_key))
}

/// The normalised number and the language. Checks the rest of the phone's data.
fn acceptable(body: &EnrolmentRequest) -> Result<(String, Language), Error> {
    let malformed = |member: &str, reason: &str| {
        Error::from(
            Problem::new(ProblemCode::MalformedRequest)
                .with("member", member)
                .with("reason", reason),
        )
    };
    let number = phone_number::normalise(&body.phone_number)
        .map_err(|problem| malformed("phone_number", problem.code()))?;
    let name = body.device_name.trim();
    if name.is_empty() || name.chars().count() > MAX_DEVICE_NAME || text::check(name).is_err() {
        return Err(malformed("device_name", "text"));
    }
    let language = Language::ALL.into_iter().find(|l| l.tag() == body.language);
    let language = language.ok_or_else(|| malformed("language", "unknown"))?;
    Ok((number, language))
}

/// The enrolment that this same request began before.
fn repeated(
    tx: &mut Tx,
    point: &[u8; 65],
    sequence: i64,
    hash: &[u8; 32],
) -> Result<Option<Enrolment>, StoreError> {
    let Some(id) = devices::by_key(tx, point)? else {
        return Ok(None);
    };
    let same = devices::by_id(tx, &id)?.is_some_and(|d| {
        d.status == DeviceStatus::Pending
            && d.last_sequence == sequence
            && d.recent == device::window_hash(hash)
    });
    if !same {
        return Ok(None);
    }
    enrolment::of_device(tx, &id)
}

/// A device whose enrolment is not complete. A key in hardware needs evidence, which no phone can give so far, so the key
/// counts as software.
fn pending(
    random: &Random,
    body: &EnrolmentRequest,
    identity: &IdentityId,
    sequence: i64,
    hash: &[u8; 32],
) -> Device {
    Device {
        id: DeviceId::new(random),
        identity: identity.clone(),
        status: DeviceStatus::Pending,
        name: body.device_name.trim().to_owned(),
        key_kind: KeyKind::Software,
        public_key: body.device_key.to_sec1(),
        opaque_record: None,
        code_version: 1,
        biometric_credential: None,
        biometric_key: None,
        biometric_backup: None,
        sim_handle: None,
        contest_until: None,
        contested: false,
        basic_until: 0,
        mac: Vec::new(),
        last_sequence: sequence,
        recent: device::window_hash(hash).to_vec(),
        created: 0,
        last_used: 0,
    }
}

/// Adds device and enrolment. An earlier enrolment of the same key is deleted, and its identity returned.
fn begin(
    tx: &mut Tx,
    keys: &dyn ipse_keys::KeyStore,
    named: &str,
    device: &Device,
    row: &Enrolment,
    (sequence, hash): (i64, &[u8; 32]),
) -> Result<(Enrolment, Option<IdentityId>), RuleError> {
    let mut replaced = None;
    let named = DeviceId::parse(named);
    match devices::by_key(tx, &device.public_key)? {
        None if named.is_some() => refuse!(DeviceSignatureInvalid),
        None => {}
        Some(id) => {
            if named.is_some_and(|named| named != id) {
                refuse!(DeviceSignatureInvalid);
            }
            let found = match device::spend(tx, keys, &id, sequence, hash)? {
                (_, Spent::Repeated) => enrolment::of_device(tx, &id)?,
                (found, Spent::Fresh) if found.status == DeviceStatus::Pending => {
                    if let Some(old) = enrolment::of_device(tx, &id)?
                        && enrolment::forget(tx, &old)?
                    {
                        // It was never completed, so its key is destroyed.
                        replaced = Some(old.identity);
                    }
                    None
                }
                (_, Spent::Fresh) => refuse!(AlreadyEnrolled),
            };
            if let Some(found) = found {
                return Ok((found, None));
            }
        }
    }
    devices::insert(tx, device)?;
    enrolment::insert(tx, row)?;
    Ok((row.clone(), replaced))
}

fn answer(row: &Enrolment) -> EnrolmentResponse {
    EnrolmentResponse {
        enrolment: row.id.to_string(),
        device: row.device.to_string(),
        sim: sim_state(row),
        expires: row.expires,
    }
}
