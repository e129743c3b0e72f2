//! Device unlock: WebAuthn (Level 3) registrations and assertions, of the one kind that Ipse asks for.
//!
//! ES256, user presence and user verification, our own origin and relying-party id, no attestation or self attestation. CBOR is
//! read strictly: what does not read and write back to the same bytes is refused.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use ciborium::Value;
use ipse_jose::{Alg, Jwk, VerifyingKey, b64};
use ipse_protocol::wire::{Assertion, BiometricRegistration};
use ipse_protocol::{constant_time_eq, sha256};
use ipse_store::device::Backup;
use serde::Deserialize;

/// Flag: a person was there (§6.1).
const UP: u8 = 0x01;
/// Flag: the platform verified who.
const UV: u8 = 0x04;
/// Flag: the credential may be copied to other devices (backup eligibility).
const BE: u8 = 0x08;
/// Flag: it is copied (backup state).
const BS: u8 = 0x10;
/// Flag: a credential follows.
const AT: u8 = 0x40;
/// Flag: extension data follows.
const ED: u8 = 0x80;
/// Bytes of an AAGUID.
const AAGUID: usize = 16;
/// The AAGUID of an authenticator that does not name its model.
const NO_MODEL: [u8; AAGUID] = [0; AAGUID];
/// Relying-party id's hash, flags, counter.
const HEAD: usize = 37;
/// The COSE algorithm ES256 (RFC 9053 §2.1).
const ES256: i64 = -7;
/// No authenticator's credential id is longer (§6.5.1).
const MAX_CREDENTIAL_ID: usize = 1023;
/// Nesting of what we read.
const DEPTH: usize = 4;

/// What the credential must be about.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The challenge that was given.
    pub challenge: &'a [u8; 32],
    /// Origin of the app.
    pub origin: &'a str,
    /// Relying-party id: host of the origin.
    pub rp_id: &'a str,
}

/// A new credential.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its id.
    pub id: Vec<u8>,
    /// P-256 public key, uncompressed point.
    pub public_key: Vec<u8>,
    /// Whether it is bound to this device.
    pub backup: Backup,
}

/// Why a registration or assertion is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `clientDataJSON` is not what was asked: type, challenge, origin.
    #[error("client data")]
    ClientData,
    /// The attestation object is not CBOR of the form that it must have.
    #[error("attestation object")]
    Attestation,
    /// Authenticator data is of another relying party, or of the wrong form.
    #[error("authenticator data")]
    AuthenticatorData,
    /// Nobody was there, or nobody was verified.
    #[error("user not verified")]
    UserNotVerified,
    /// The backup flags contradict each other, or the registration.
    #[error("backup flags")]
    Backup,
    /// Not an ES256 key.
    #[error("key")]
    Key,
    /// The signature does not verify.
    #[error("signature")]
    Signature,
}

#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
}

fn check_client_data(bytes: &[u8], kind: &str, expect: &Expected<'_>) -> Result<(), Refusal> {
    let data: ClientData = ipse_jose::strict_json(bytes).map_err(|_| Refusal::ClientData)?;
    let challenge = b64::encode(expect.challenge);
    let good = data.kind == kind
        && constant_time_eq(data.challenge.as_bytes(), challenge.as_bytes())
        && data.origin == expect.origin
        && !data.cross_origin;
    good.then_some(()).ok_or(Refusal::ClientData)
}

/// Checks the head of authenticator data. Returns its flags and the rest.
fn check_head<'a>(data: &'a [u8], rp_id: &str) -> Result<(u8, &'a [u8]), Refusal> {
    let (head, rest) = data
        .split_at_checked(HEAD)
        .ok_or(Refusal::AuthenticatorData)?;
    if head[..32] != sha256(rp_id.as_bytes()) {
        return Err(Refusal::AuthenticatorData);
    }
    let flags = head[32];
    if flags & (UP | UV) != UP | UV {
        return Err(Refusal::UserNotVerified);
    }
    Ok((flags, rest))
}

/// Where a credential is kept, by its flags. One that is copied although it may not be is a contradiction (§6.1.3).
fn backup(flags: u8) -> Result<Backup, Refusal> {
    match (flags & BE != 0, flags & BS != 0) {
        (false, false) => Ok(Backup::Bound),
        (true, false) => Ok(Backup::Eligible),
        (true, true) => Ok(Backup::Copied),
        (false, true) => Err(Refusal::Backup),
    }
}

/// Reads one CBOR item from the start of `bytes`. Returns it and the rest.
fn read_cbor(bytes: &[u8]) -> Option<(Value, &[u8])> {
    let mut rest = bytes;
    let value: Value = ciborium::de::from_reader_with_recursion_limit(&mut rest, DEPTH).ok()?;
    let used = bytes.len() - rest.len();
    let mut again = Vec::with_capacity(used);
    ciborium::into_writer(&value, &mut again).ok()?;
    (again == bytes[..used]).then_some((value, rest))
}

fn read_whole(bytes: &[u8]) -> Option<Value> {
    read_cbor(bytes).and_then(|(value, rest)| rest.is_empty().then_some(value))
}

/// Takes a member of a map; none when it is missing or stands twice.
fn member<'v>(map: &'v [(Value, Value)], key: &Value) -> Option<&'v Value> {
    let mut found = map.iter().filter(|(k, _)| k == key);
    let (_, value) = found.next()?;
    found.next().is_none().then_some(value)
}

/// A COSE key (RFC 9053 §7.1.1) of exactly the five members of an ES256 key, as an uncompressed point.
fn read_key(value: &Value) -> Option<Vec<u8>> {
    let map = value.as_map()?;
    let int = |n: i64| Value::Integer(n.into());
    let is = |key: i64, value: i64| member(map, &int(key)) == Some(&int(value));
    if map.len() != 5 || !is(1, 2) || !is(3, ES256) || !is(-1, 1) {
        return None;
    }
    let x = member(map, &int(-2))?.as_bytes()?;
    let y = member(map, &int(-3))?.as_bytes()?;
    if x.len() != 32 || y.len() != 32 {
        return None;
    }
    let point = [&[4][..], x, y].concat();
    // On the curve?
    let jwk = Jwk::from_sec1(&point).ok()?;
    VerifyingKey::from_jwk(&jwk, Alg::Es256).ok()?;
    Some(point)
}

/// Verifies a registration (§7.1) and returns the credential.
///
/// # Errors
/// [`Refusal`] says why not.
pub fn verify_registration(
    registration: &BiometricRegistration,
    expect: &Expected<'_>,
) -> Result<Credential, Refusal> {
    check_client_data(&registration.client_data.0, "webauthn.create", expect)?;
    let object = read_whole(&registration.attestation_object.0).ok_or(Refusal::Attestation)?;
    let map = object.as_map().ok_or(Refusal::Attestation)?;
    let text = |name: &str| member(map, &Value::Text(name.to_owned()));
    let statement = text("attStmt")
        .and_then(Value::as_map)
        .ok_or(Refusal::Attestation)?;
    let attestation = match text("fmt").and_then(Value::as_text) {
        Some("none") if statement.is_empty() => Attestation::None,
        Some("packed") => Attestation::of_itself(statement)?,
        _ => return Err(Refusal::Attestation),
    };
    let data = text("authData")
        .and_then(Value::as_bytes)
        .ok_or(Refusal::Attestation)?;
    if map.len() != 3 {
        return Err(Refusal::Attestation);
    }
    let (flags, rest) = check_head(data, expect.rp_id)?;
    if flags & AT == 0 {
        return Err(Refusal::AuthenticatorData);
    }
    let (aaguid, credential) = read_credential(rest, flags)?;
    if let Attestation::Itself { signature } = attestation {
        // An authenticator that names its model must prove it with a certificate, which nobody asked for.
        if aaguid != NO_MODEL {
            return Err(Refusal::Attestation);
        }
        let client_data = &registration.client_data.0;
        verify_signature(data, client_data, &credential.public_key, signature)?;
    }
    Ok(credential)
}

/// The attestation of a registration that asked for none.
enum Attestation<'a> {
    /// Nothing.
    None,
    /// Packed self attestation (§8.2): the credential's own key signs. A browser may pass it on, for it names no model (§5.1.3).
    Itself {
        /// Over authenticator data and the hash of the client data, DER.
        signature: &'a [u8],
    },
}

impl<'a> Attestation<'a> {
    /// Reads a packed statement without a certificate.
    fn of_itself(statement: &'a [(Value, Value)]) -> Result<Self, Refusal> {
        let named = |name: &str| member(statement, &Value::Text(name.to_owned()));
        let signature = named("sig").and_then(Value::as_bytes);
        match signature {
            Some(signature)
                if statement.len() == 2 && named("alg") == Some(&Value::Integer(ES256.into())) =>
            {
                Ok(Self::Itself { signature })
            }
            _ => Err(Refusal::Attestation),
        }
    }
}

/// Reads the AAGUID, which names the authenticator's model, and the credential.
fn read_credential(bytes: &[u8], flags: u8) -> Result<([u8; AAGUID], Credential), Refusal> {
    let wrong = Refusal::AuthenticatorData;
    // AAGUID, length of the id (2), the id, the key.
    let (aaguid, rest) = bytes.split_first_chunk::<AAGUID>().ok_or(wrong)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(wrong)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || length > MAX_CREDENTIAL_ID {
        return Err(wrong);
    }
    let (id, rest) = rest.split_at_checked(length).ok_or(wrong)?;
    let (key, rest) = read_cbor(rest).ok_or(Refusal::Key)?;
    let public_key = read_key(&key).ok_or(Refusal::Key)?;
    check_extensions(rest, flags)?;
    let credential = Credential {
        id: id.to_vec(),
        public_key,
        backup: backup(flags)?,
    };
    Ok((*aaguid, credential))
}

/// We ask for no extension; a platform may add one, but nothing else may follow.
fn check_extensions(rest: &[u8], flags: u8) -> Result<(), Refusal> {
    let good = if flags & ED == 0 {
        rest.is_empty()
    } else {
        read_whole(rest).is_some_and(|value| value.is_map())
    };
    good.then_some(()).ok_or(Refusal::AuthenticatorData)
}

/// Verifies an assertion (§7.2) by this device's credential. WebAuthn's signature counter is not looked at: platforms
/// leave it at zero, and each challenge serves once. `registered` is what the credential's registration said of its backup: it may
/// have been copied since, but its eligibility never changes (§7.2).
///
/// # Errors
/// [`Refusal`] says why not.
pub fn verify_assertion(
    assertion: &Assertion,
    public_key: &[u8],
    registered: Option<Backup>,
    expect: &Expected<'_>,
) -> Result<(), Refusal> {
    check_client_data(&assertion.client_data.0, "webauthn.get", expect)?;
    let data = &assertion.authenticator_data.0;
    let (flags, rest) = check_head(data, expect.rp_id)?;
    if flags & AT != 0 {
        return Err(Refusal::AuthenticatorData);
    }
    check_extensions(rest, flags)?;
    let found = backup(flags)?;
    if registered.is_some_and(|was| was.is_bound() != found.is_bound()) {
        return Err(Refusal::Backup);
    }
    let client_data = &assertion.client_data.0;
    verify_signature(data, client_data, public_key, &assertion.signature.0)
}

/// Verifies a credential's signature over authenticator data and the hash of the client data.
fn verify_signature(
    data: &[u8],
    client_data: &[u8],
    public_key: &[u8],
    signature: &[u8],
) -> Result<(), Refusal> {
    let mut signed = data.to_vec();
    signed.extend_from_slice(&sha256(client_data));
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public_key)
        .verify(&signed, signature)
        .map_err(|_| Refusal::Signature)
}

#[cfg(test)]
mod tests;
