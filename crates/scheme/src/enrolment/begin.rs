//! The first request of a phone: nobody knows its key yet.

use ipse_jose::{Alg, VerifyingKey, b64, jws};
use ipse_protocol::control::{Control, enforced};
use ipse_protocol::device_request::{self, RequestClaims};
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::terms::Readiness;
use ipse_protocol::view::LANGUAGES;
use ipse_protocol::wire::{EnrolmentRequest, EnrolmentResponse};
use ipse_protocol::{ids, sha256, text};
use ipse_sim::phone_number;
use ipse_store::device::Device;
use ipse_store::enrolment::{self, Enrolment};
use ipse_store::{Tx, device as devices, person};

use super::{NUMBER, sim_state};
use crate::device::{Incoming, Spent};
use crate::error::{Error, settle};
use crate::person::lookup_hash;
use crate::sim::Found;
use crate::{Outcome, Scheme, device, refuse};

/// Longest name of a device.
const MAX_DEVICE_NAME: usize = 60;

impl Scheme {
    /// A phone asks for an Ipse (protocol §3). The answer says the same of a number whether or not somebody who is
    /// enrolled has it.
    ///
    /// # Errors
    /// `malformed_request` with the reason, `device_signature_invalid`, `sim_unavailable`, `already_enrolled` when the
    /// device key is in use.
    pub async fn begin_enrolment(
        &self,
        incoming: Incoming<'_>,
        body: &EnrolmentRequest,
    ) -> Result<EnrolmentResponse, Error> {
        let (claims, hash) = self.verify_first(&incoming, body)?;
        let number = acceptable(body)?;
        let point = body.device_key.to_sec1();
        let sequence =
            i64::try_from(claims.seq).map_err(|_| Error::from(ProblemCode::MalformedRequest))?;
        // The same request again, its answer having been lost on the way, costs nothing.
        let known = self
            .store
            .read(move |tx| repeated(tx, &point, sequence, &hash))
            .await?;
        if let Some(known) = known {
            return Ok(answer(&known));
        }
        let keys = self.keys.clone();
        if !enforced(Control::T41SameAnswer) {
            let hash = lookup_hash(&*keys, "phone_number", &number);
            let taken = self
                .store
                .read(move |tx| person::by_lookup(tx, "phone_number", &hash))
                .await?;
            if taken.is_some() {
                return Err(ProblemCode::AlreadyEnrolled.into());
            }
        }
        let sim = self.sim_of(&number).await?;
        let identity = ids::new(ids::IDENTITY);
        let key = self.persons.create(&identity).await?;
        let mut device = pending(body, &identity, sequence, &hash);
        let mut row = Enrolment {
            id: ids::new(ids::ENROLMENT),
            device: device.id.clone(),
            identity,
            status: "open".into(),
            language: body.language.clone(),
            number: key.seal(NUMBER, number.as_bytes())?,
            operator: sim.operator,
            sim_state: sim.state.as_str().to_owned(),
            handle: sim.handle,
            ..Enrolment::default()
        };
        let named = claims.dev;
        let lifetime = self.config.lifetimes.enrolment;
        let made = row.identity.clone();
        let begun = settle(
            self.store
                .write(move |tx| {
                    let now = tx.now()?;
                    (row.created, row.expires) = (now, now + lifetime);
                    (device.created, device.last_used) = (now, now);
                    device.mac = device::row_mac(&*keys, &device).to_vec();
                    begin(tx, &*keys, &named, &device, &row, (sequence, &hash))
                })
                .await,
        );
        // A key for nobody is not kept. When the outcome is unknown it is: the enrolment may be there.
        let unused = match &begun {
            Ok((begun, _)) => begun.identity != made,
            Err(Error::Refused(_)) => true,
            Err(_) => false,
        };
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
        // A phone that begins anew may still call itself by the id that it had.
        if kid != b64::encode(&key.thumbprint()) && !ids::valid(ids::DEVICE, &kid) {
            return Err(invalid());
        }
        self.bound_to(incoming, &claims, &kid)?;
        Ok((claims, sha256(&parsed.payload)))
    }

    async fn sim_of(&self, number: &str) -> Result<Sim, Error> {
        let Found::At(operator, found) = self.resolve(number).await? else {
            return Ok(Sim {
                state: Readiness::Unknown,
                operator: None,
                handle: None,
            });
        };
        // How the line is plays no part: anybody may ask this of any number, and that a phone was lost, or is about to
        // change operators, is its holder's business. The operator texts no secret to such a line.
        let state = match Readiness::parse(&found.readiness) {
            Some(Readiness::Ready) => Readiness::Ready,
            Some(Readiness::Upgradable | Readiness::Provisioning) => Readiness::Upgradable,
            Some(Readiness::Incompatible) => Readiness::Incompatible,
            _ => Readiness::Unknown,
        };
        Ok(Sim {
            state,
            operator: Some(operator.name().to_owned()),
            handle: (state == Readiness::Ready).then_some(found.handle),
        })
    }
}

struct Sim {
    state: Readiness,
    operator: Option<String>,
    handle: Option<String>,
}

/// Normalises the number and checks the rest of what the phone says of itself.
fn acceptable(body: &EnrolmentRequest) -> Result<String, Error> {
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
    if !LANGUAGES.contains(&body.language.as_str()) {
        return Err(malformed("language", "unknown"));
    }
    Ok(number)
}

/// The enrolment that this very request began before.
fn repeated(
    tx: &mut Tx,
    point: &[u8],
    sequence: i64,
    hash: &[u8; 32],
) -> Result<Option<Enrolment>, ipse_store::StoreError> {
    let Some(id) = enrolment::device_by_key(tx, point)? else {
        return Ok(None);
    };
    let same = devices::by_id(tx, &id)?.is_some_and(|d| {
        d.status == "pending" && d.last_sequence == sequence && d.recent == device::kept(hash)
    });
    if !same {
        return Ok(None);
    }
    enrolment::of_device(tx, &id)
}

/// A device that belongs to nobody yet. That its key is in hardware would need evidence, which no phone can give so
/// far; so it counts as software.
fn pending(body: &EnrolmentRequest, identity: &str, sequence: i64, hash: &[u8; 32]) -> Device {
    Device {
        id: ids::new(ids::DEVICE),
        identity: identity.to_owned(),
        status: "pending".into(),
        name: body.device_name.trim().to_owned(),
        key_kind: "software".into(),
        public_key: body.device_key.to_sec1().to_vec(),
        opaque_record: None,
        code_version: 1,
        biometric_credential: None,
        biometric_key: None,
        sim_handle: None,
        mac: Vec::new(),
        last_sequence: sequence,
        recent: device::kept(hash).to_vec(),
        created: 0,
        last_used: 0,
    }
}

/// Adds device and enrolment; what the same key had begun before is forgotten, and its identity id given back.
fn begin(
    tx: &mut Tx,
    keys: &dyn ipse_keys::KeyStore,
    named: &str,
    device: &Device,
    row: &Enrolment,
    (sequence, hash): (i64, &[u8; 32]),
) -> Outcome<(Enrolment, Option<String>)> {
    let mut replaced = None;
    match enrolment::device_by_key(tx, &device.public_key)? {
        None if ids::valid(ids::DEVICE, named) => refuse!(DeviceSignatureInvalid),
        None => {}
        Some(id) => {
            if ids::valid(ids::DEVICE, named) && named != id {
                refuse!(DeviceSignatureInvalid);
            }
            let found = match device::spend(tx, keys, &id, sequence, hash)? {
                Ok((_, Spent::Repeated)) => enrolment::of_device(tx, &id)?,
                Ok((found, Spent::Fresh)) if found.status == "pending" => {
                    if let Some(old) = enrolment::of_device(tx, &id)?
                        && enrolment::forget(tx, &old)?
                    {
                        // Only of what was never completed: this key is destroyed.
                        replaced = Some(old.identity);
                    }
                    None
                }
                Ok(_) => refuse!(AlreadyEnrolled),
                Err(problem) => return Ok(Err(problem)),
            };
            if let Some(found) = found {
                return Ok(Ok((found, None)));
            }
        }
    }
    devices::insert(tx, device)?;
    enrolment::insert(tx, row)?;
    Ok(Ok((row.clone(), replaced)))
}

fn answer(row: &Enrolment) -> EnrolmentResponse {
    EnrolmentResponse {
        enrolment: row.id.clone(),
        device: row.device.clone(),
        sim: sim_state(row),
        expires: row.expires,
    }
}
