//! Fingerprint in software: a WebAuthn authenticator (Level 3) with one ES256 credential.

use ipse_jose::{Alg, SigningKey, b64};
use ipse_protocol::bytes::B64u;
use ipse_protocol::wire::{Assertion, BiometricRegistration, BiometricResponse, DeviceKey};
use ipse_protocol::{Random, sha256};

use crate::error::{Error, local};
use crate::storage::{read_json, write_json};
use crate::{Result, Storage};

const KEY: &str = "unlock.p8";
const ID: &str = "unlock.json";

/// Flags: user present, user verified (§6.1).
const UP_UV: u8 = 0x05;
/// Flag: a credential follows.
const AT: u8 = 0x40;

/// A WebAuthn credential.
pub struct Biometric {
    key: SigningKey,
    id: Vec<u8>,
}

impl Biometric {
    /// A credential with a new key and a random id of 32 bytes.
    #[must_use]
    pub fn generate(random: &Random) -> Self {
        Self::new(SigningKey::generate_es256(), random.bytes::<32>().to_vec())
    }

    /// The credential with this key and id; the id has at most 123 bytes.
    #[must_use]
    pub fn new(key: SigningKey, id: Vec<u8>) -> Self {
        Biometric { key, id }
    }

    /// The credential that a phone keeps.
    ///
    /// # Errors
    /// `unlock_unavailable` when there is none.
    pub fn open(storage: &impl Storage) -> Result<Self> {
        let missing = || Error::of(local::BIOMETRIC);
        let pkcs8 = storage
            .read(KEY)?
            .map(zeroize::Zeroizing::new)
            .ok_or_else(missing)?;
        let id: String = read_json(storage, ID)?.ok_or_else(missing)?;
        Ok(Biometric {
            key: SigningKey::from_pkcs8(Alg::Es256, &pkcs8).map_err(|_| missing())?,
            id: b64::decode(&id).map_err(|_| missing())?,
        })
    }

    /// Keeps the credential in a phone.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn save(&self, storage: &mut impl Storage) -> Result<()> {
        let pkcs8 = self
            .key
            .to_pkcs8()
            .map_err(|_| Error::of(local::STORAGE).with("file", KEY))?;
        storage.write(KEY, &pkcs8)?;
        write_json(storage, ID, &b64::encode(&self.id))
    }

    /// Deletes the credential that a phone keeps, if there is one.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn remove(storage: &mut impl Storage) -> Result<()> {
        storage.remove(ID)?;
        storage.remove(KEY)
    }

    /// Whether the credential has this id.
    #[must_use]
    pub fn has_id(&self, id: &[u8]) -> bool {
        self.id == id
    }

    /// What registers the credential (§6.3.2), without attestation.
    ///
    /// # Errors
    /// `unlock_unavailable` when the key is not ES256.
    pub fn registration(
        &self,
        options: &BiometricResponse,
        origin: &str,
    ) -> Result<BiometricRegistration> {
        let public = DeviceKey::of(&self.key).ok_or_else(|| Error::of(local::BIOMETRIC))?;
        let data = client_data("webauthn.create", &options.challenge.0, origin);
        Ok(BiometricRegistration {
            client_data: B64u(data),
            attestation_object: B64u(attestation_object(&options.rp_id, &self.id, &public)),
        })
    }

    /// An assertion over a challenge, by a verified user (§6.3.3).
    ///
    /// # Errors
    /// `signing_failed`.
    pub fn assert(&self, rp_id: &str, origin: &str, challenge: &[u8]) -> Result<Assertion> {
        let client_data = client_data("webauthn.get", challenge, origin);
        let authenticator_data = head(rp_id, UP_UV);
        let mut signed = authenticator_data.clone();
        signed.extend_from_slice(&sha256(&client_data));
        let signature = self.key.sign(&signed).map_err(Error::signing)?;
        Ok(Assertion {
            signature: B64u(der(&signature)),
            authenticator_data: B64u(authenticator_data),
            client_data: B64u(client_data),
        })
    }
}

fn client_data(kind: &str, challenge: &[u8], origin: &str) -> Vec<u8> {
    let challenge = b64::encode(challenge);
    serde_json::json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false })
        .to_string()
        .into_bytes()
}

/// Hash of the relying party id, flags, and a signature counter of zero, which says that there is none (§6.1).
fn head(rp_id: &str, flags: u8) -> Vec<u8> {
    let mut out = sha256(rp_id.as_bytes()).to_vec();
    out.push(flags);
    out.extend_from_slice(&[0; 4]);
    out
}

/// `{"fmt": "none", "attStmt": {}, "authData": …}` in CBOR, with the key as COSE (RFC 9053 §7.1.1).
fn attestation_object(rp_id: &str, id: &[u8], key: &DeviceKey) -> Vec<u8> {
    let mut data = head(rp_id, UP_UV | AT);
    data.extend_from_slice(&[0; 16]);
    data.extend_from_slice(&[0, id.len() as u8]);
    data.extend_from_slice(id);
    // Five members: kty 2 (EC2), alg -7 (ES256), crv 1 (P-256), x, y.
    data.extend_from_slice(&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
    data.extend_from_slice(&key.x.0);
    data.extend_from_slice(&[0x22, 0x58, 0x20]);
    data.extend_from_slice(&key.y.0);
    let mut out = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
    // 37 + 16 + 2 + 77 bytes and the id: fits the one-byte length.
    out.push(data.len() as u8);
    out.extend_from_slice(&data);
    out
}

/// `r || s` as DER, which WebAuthn wants (SEC 1 §C.5).
fn der(raw: &[u8]) -> Vec<u8> {
    let (r, s) = raw.split_at(raw.len() / 2);
    let integer = |n: &[u8]| {
        let zeros = n
            .iter()
            .take_while(|b| **b == 0)
            .count()
            .min(n.len().saturating_sub(1));
        let n = &n[zeros..];
        let mut out = vec![0x02];
        let pad = n.first().is_some_and(|b| b & 0x80 != 0);
        out.push(n.len() as u8 + u8::from(pad));
        if pad {
            out.push(0);
        }
        out.extend_from_slice(n);
        out
    };
    let body = [integer(r), integer(s)].concat();
    let mut out = vec![0x30, body.len() as u8];
    out.extend_from_slice(&body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

    const ORIGIN: &str = "http://localhost:4001";

    #[test]
    fn assertions_verify_with_the_registered_key() {
        let options = BiometricResponse {
            challenge: B64u(vec![1; 32]),
            rp_id: "localhost".into(),
            user_id: B64u(vec![2; 16]),
            user_name: "An".into(),
        };
        let biometric = Biometric::generate(&Random::system());
        let registered = biometric.registration(&options, ORIGIN).unwrap();
        let object = registered.attestation_object.0;
        // The key is at the end: x, three bytes, y.
        let (x, y) = (
            &object[object.len() - 67..][..32],
            &object[object.len() - 32..],
        );
        let point = [&[4][..], x, y].concat();
        for round in 0..64u8 {
            let a = biometric
                .assert("localhost", ORIGIN, &[round; 32])
                .expect("signs");
            let mut signed = a.authenticator_data.0.clone();
            signed.extend_from_slice(&sha256(&a.client_data.0));
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point)
                .verify(&signed, &a.signature.0)
                .unwrap();
        }
    }

    #[test]
    fn der_is_minimal() {
        let mut raw = [0; 64];
        raw[31] = 0x80;
        raw[63] = 0x7f;
        assert_eq!(der(&raw), [0x30, 7, 2, 2, 0, 0x80, 2, 1, 0x7f]);
    }
}
