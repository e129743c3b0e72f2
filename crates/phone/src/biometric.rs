//! Fingerprint in software: a WebAuthn authenticator (Level 3) with one ES256 credential in the phone's folder.

use ipse_jose::{Alg, SigningKey, b64};
use ipse_protocol::bytes::B64u;
use ipse_protocol::wire::{Assertion, BiometricRegistration, BiometricResponse, DeviceKey};
use ipse_protocol::{random, sha256};

use crate::Result;
use crate::error::{Error, local};
use crate::home::Home;

const KEY: &str = "unlock.p8";
const ID: &str = "unlock.json";

/// User present, user verified.
const UP_UV: u8 = 0x05;
/// A credential follows.
const AT: u8 = 0x40;

/// The credential.
pub(crate) struct Biometric {
    key: SigningKey,
    id: Vec<u8>,
}

impl Biometric {
    /// Makes a credential, keeps it, and gives the registration (§6.3.2).
    pub fn create(
        home: &Home,
        options: &BiometricResponse,
        origin: &str,
    ) -> Result<BiometricRegistration> {
        let (key, id) = (SigningKey::generate_es256(), random::<32>());
        home.write(KEY, &key.to_pkcs8())?;
        home.write_json(ID, &b64::encode(&id))?;
        let public = DeviceKey::of(&key).ok_or_else(|| Error::of(local::BIOMETRIC))?;
        let data = client_data("webauthn.create", &options.challenge.0, origin);
        Ok(BiometricRegistration {
            client_data: B64u(data),
            attestation_object: B64u(attestation_object(&options.rp_id, &id, &public)),
        })
    }

    /// The credential of this phone.
    pub fn open(home: &Home) -> Result<Self> {
        let missing = || Error::of(local::BIOMETRIC);
        let pkcs8 = home
            .read(KEY)?
            .map(zeroize::Zeroizing::new)
            .ok_or_else(missing)?;
        let id: String = home.read_json(ID)?.ok_or_else(missing)?;
        Ok(Biometric {
            key: SigningKey::from_pkcs8(Alg::Es256, &pkcs8).map_err(|_| missing())?,
            id: b64::decode(&id).map_err(|_| missing())?,
        })
    }

    /// Whether this is the credential that the scheme asks for.
    pub fn is(&self, id: &[u8]) -> bool {
        self.id == id
    }

    /// The person's yes to a challenge (§6.3.3).
    pub fn assert(&self, rp_id: &str, origin: &str, challenge: &[u8]) -> Assertion {
        let client_data = client_data("webauthn.get", challenge, origin);
        let authenticator_data = head(rp_id, UP_UV);
        let mut signed = authenticator_data.clone();
        signed.extend_from_slice(&sha256(&client_data));
        Assertion {
            signature: B64u(der(&self.key.sign(&signed))),
            authenticator_data: B64u(authenticator_data),
            client_data: B64u(client_data),
        }
    }
}

fn client_data(kind: &str, challenge: &[u8], origin: &str) -> Vec<u8> {
    let challenge = b64::encode(challenge);
    serde_json::json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false })
        .to_string()
        .into_bytes()
}

/// Hash of the relying party id, flags, signature counter (zero: not kept).
fn head(rp_id: &str, flags: u8) -> Vec<u8> {
    let mut out = sha256(rp_id.as_bytes()).to_vec();
    out.push(flags);
    out.extend_from_slice(&[0; 4]);
    out
}

/// `{"fmt": "none", "attStmt": {}, "authData": …}` in CBOR, with the key as COSE (RFC 9053 §7.1.1).
fn attestation_object(rp_id: &str, id: &[u8; 32], key: &DeviceKey) -> Vec<u8> {
    let mut data = head(rp_id, UP_UV | AT);
    data.extend_from_slice(&[0; 16]);
    data.extend_from_slice(&(id.len() as u16).to_be_bytes());
    data.extend_from_slice(id);
    // Five members: kty 2 (EC2), alg -7 (ES256), crv 1 (P-256), x, y.
    data.extend_from_slice(&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
    data.extend_from_slice(&key.x.0);
    data.extend_from_slice(&[0x22, 0x58, 0x20]);
    data.extend_from_slice(&key.y.0);
    let mut out = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
    // 37 + 16 + 2 + 32 + 77 bytes: fits the one-byte length.
    out.push(data.len() as u8);
    out.extend_from_slice(&data);
    out
}

/// `r || s` as the DER that WebAuthn wants (SEC 1 §C.5).
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

    #[test]
    fn assertions_verify_with_the_registered_key() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(dir.path()).unwrap();
        let options = BiometricResponse {
            challenge: B64u(vec![1; 32]),
            rp_id: "localhost".into(),
            user_id: B64u(vec![2; 16]),
            user_name: "An".into(),
        };
        let made = Biometric::create(&home, &options, "http://localhost:4001").unwrap();
        let object = made.attestation_object.0;
        // The key stands at the end: x, three bytes, y.
        let (x, y) = (
            &object[object.len() - 67..][..32],
            &object[object.len() - 32..],
        );
        let point = [&[4][..], x, y].concat();
        let biometric = Biometric::open(&home).unwrap();
        for round in 0..64u8 {
            let a = biometric.assert("localhost", "http://localhost:4001", &[round; 32]);
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
