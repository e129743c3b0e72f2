//! §3: configuration, enrolment, recovery, new SIM.

use serde::{Deserialize, Serialize};

use super::nullable;
use crate::bytes::{B32, B64u, Fixed};
use crate::opaque::{REGISTRATION_RECORD_LEN, REGISTRATION_REQUEST_LEN};
use crate::terms::{IdentityStatus, KeyKind, Level, Progress, Readiness};

/// `GET /phone/v1/config`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigResponse {
    /// Origin of the app: `aud` of every device signature.
    pub audience: String,
    /// The scheme's issuer.
    pub issuer: String,
    /// `demo` or `production`.
    pub profile: String,
    /// Banks that act as registrars.
    pub banks: Vec<BankName>,
    /// Version of the terms to accept at enrolment.
    pub terms_version: String,
    /// Version of the code scheme.
    pub code_scheme: u32,
    /// WebAuthn parameters.
    pub webauthn: WebauthnConfig,
    /// Handsets of the demo's operators; empty in production.
    pub handsets: Vec<Handset>,
    /// Whether a person can add an e-mail address: whether the scheme can send mail.
    #[serde(default)]
    pub email: bool,
    /// Where the mails of the demo can be read; absent in production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<String>,
    /// Public key of the log.
    pub log_key: ipse_jose::Jwk,
}

/// A bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankName {
    /// Its name.
    pub name: String,
}

/// WebAuthn parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebauthnConfig {
    /// Relying party id.
    pub rp_id: String,
}

/// Where text messages of an operator's customers can be read, in the demo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handset {
    /// Name of the operator.
    pub operator: String,
    /// Its origin.
    pub url: String,
}

/// Public device key, with exactly these members (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceKey {
    /// `EC`.
    pub kty: String,
    /// `P-256`.
    pub crv: String,
    /// First coordinate.
    pub x: B32,
    /// Second coordinate.
    pub y: B32,
}

impl DeviceKey {
    /// From the uncompressed point (SEC 1).
    pub fn from_sec1(point: &[u8]) -> Option<Self> {
        let (first, xy) = point.split_first()?;
        let (x, y) = xy.split_at_checked(32)?;
        if *first != 4 {
            return None;
        }
        Some(DeviceKey {
            kty: "EC".into(),
            crv: "P-256".into(),
            x: B32::from(<[u8; 32]>::try_from(x).ok()?),
            y: B32::from(<[u8; 32]>::try_from(y).ok()?),
        })
    }

    /// The public key of a device's key pair.
    pub fn of(key: &ipse_jose::SigningKey) -> Option<Self> {
        let value = key.public_jwk().to_value();
        Some(DeviceKey {
            kty: "EC".into(),
            crv: "P-256".into(),
            x: B32::decode(value.get("x")?.as_str()?)?,
            y: B32::decode(value.get("y")?.as_str()?)?,
        })
    }

    /// As a JWK; `None` when it does not name an EC key on P-256. The point is checked when the key is used.
    pub fn to_jwk(&self) -> Option<ipse_jose::Jwk> {
        if self.kty != "EC" || self.crv != "P-256" {
            return None;
        }
        ipse_jose::Jwk::ec_p256(&self.x.to_string(), &self.y.to_string()).ok()
    }

    /// The uncompressed point (SEC 1).
    pub fn to_sec1(&self) -> [u8; 65] {
        let mut point = [4; 65];
        point[1..33].copy_from_slice(&self.x.0);
        point[33..].copy_from_slice(&self.y.0);
        point
    }
}

/// `POST /phone/v1/enrolments`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentRequest {
    /// E.164.
    pub phone_number: String,
    /// Public device key.
    pub device_key: DeviceKey,
    /// The name that the person gives the phone.
    pub device_name: String,
    /// Where the key is stored.
    pub key_kind: KeyKind,
    /// `nl`, `fr`, `de` or `en`.
    pub language: String,
}

/// The state of the person's SIM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimState {
    /// Whether it can be connected.
    pub state: Readiness,
    /// Name of its operator, if known.
    pub operator: Option<String>,
}

/// Answer to [`EnrolmentRequest`], status 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentResponse {
    /// Enrolment id.
    pub enrolment: String,
    /// Device id, the `kid` of later requests.
    pub device: String,
    /// The state of the SIM.
    pub sim: SimState,
    /// When it expires, in milliseconds since 1970 UTC.
    pub expires: i64,
}

/// Answer to `POST …/sim`: a secret was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimSentResponse {
    /// Always true.
    pub sent: bool,
    /// How often a wrong secret may be typed.
    pub tries_left: u32,
}

/// `POST /phone/v1/sim`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimRequest {
    /// Another number than before; absent for the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
}

impl std::fmt::Debug for SimRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SimRequest")
    }
}

/// `POST …/sim/answer`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimAnswerRequest {
    /// Six digits from the text message.
    pub secret: String,
}

impl std::fmt::Debug for SimAnswerRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SimAnswerRequest")
    }
}

/// Answer to [`SimAnswerRequest`] during enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectedResponse {
    /// Always true.
    pub connected: bool,
}

/// `POST …/bank`, `POST /phone/v1/recoveries`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankRequest {
    /// Name of a bank of the configuration.
    pub bank: String,
}

/// Answer to [`BankRequest`] during enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankResponse {
    /// Where the person signs in.
    pub authorization_url: String,
}

/// The data that the bank confirmed, as the phone shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouched {
    /// Name of the bank.
    pub bank: String,
    /// First names.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
    /// ISO 8601.
    pub birthdate: String,
    /// ISO 3166-1 alpha-2.
    pub nationality: String,
    /// Masked, except its end.
    pub document_number: Option<String>,
    /// `female`, `male` or another word.
    pub gender: Option<String>,
    /// Place and country.
    pub place_of_birth: Option<String>,
    /// The lines of the address, as one.
    pub address: Option<String>,
    /// Whether the bank gave a photo.
    pub photo: bool,
}

/// `GET …/enrolments/E`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentState {
    /// Enrolment id.
    pub enrolment: String,
    /// The progress.
    pub status: Progress,
    /// The state of the SIM.
    pub sim: SimState,
    /// The data that the bank confirmed, if it has.
    pub vouched: Option<Vouched>,
    /// Whether the person has an Ipse, whose phone this one replaces. False until the bank has vouched.
    pub replaces: bool,
}

/// `POST …/code`: OPAQUE registration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeRequest {
    /// OPAQUE registration request.
    pub registration_request: Fixed<REGISTRATION_REQUEST_LEN>,
}

/// Answer to [`CodeRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeResponse {
    /// OPAQUE registration response.
    pub registration_response: B64u,
    /// The name of the code at the scheme, for information.
    pub credential_identifier: String,
}

/// Answer to `POST …/unlock` and `POST /phone/v1/fingerprint/add`: WebAuthn creation options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BiometricResponse {
    /// Challenge.
    pub challenge: B64u,
    /// Relying party id.
    pub rp_id: String,
    /// User handle.
    pub user_id: B64u,
    /// Shown by the platform.
    pub user_name: String,
}

/// A new WebAuthn credential; also the body of `POST /phone/v1/fingerprint/add/answer`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BiometricRegistration {
    /// `clientDataJSON`.
    pub client_data: B64u,
    /// `attestationObject`.
    pub attestation_object: B64u,
}

/// `POST …/complete` of an enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompleteRequest {
    /// OPAQUE registration record.
    pub registration_record: Fixed<REGISTRATION_RECORD_LEN>,
    /// The terms that the person accepted.
    pub terms_version: String,
    /// A WebAuthn credential, or none.
    #[serde(rename = "unlock", deserialize_with = "nullable")]
    pub biometric: Option<BiometricRegistration>,
}

/// Answer to [`CompleteRequest`], status 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompleteResponse {
    /// Identity id.
    pub identity: String,
    /// Device id.
    pub device: String,
    /// The highest level of this phone.
    pub level: Level,
    /// Receipt id.
    pub receipt: String,
    /// Version of the code.
    pub code_version: u64,
    /// Epoch of the identity.
    pub epoch: u64,
    /// Whether this phone took the place of another.
    pub replaced: bool,
    /// Whether this phone has a WebAuthn credential.
    #[serde(rename = "unlock")]
    pub biometric: bool,
}

/// Answer to `POST /phone/v1/recoveries`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryResponse {
    /// Recovery id.
    pub recovery: String,
    /// Where the person signs in.
    pub authorization_url: String,
}

/// `GET …/recoveries/R`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryState {
    /// Recovery id.
    pub recovery: String,
    /// The progress.
    pub status: Progress,
}

/// `POST …/recoveries/R/complete`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryCompleteRequest {
    /// OPAQUE registration record of the new code.
    pub registration_record: Fixed<REGISTRATION_RECORD_LEN>,
}

/// Answer to [`RecoveryCompleteRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCompleteResponse {
    /// Identity id.
    pub identity: String,
    /// Version of the new code.
    pub code_version: u64,
    /// Epoch of the identity.
    pub epoch: u64,
    /// `active`, unless other reasons remain.
    pub status: IdentityStatus,
}

/// `POST /phone/v1/code/answer`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeAnswerRequest {
    /// Six digits from the text message.
    pub secret: String,
    /// OPAQUE registration record of the new code.
    pub registration_record: Fixed<REGISTRATION_RECORD_LEN>,
}

impl std::fmt::Debug for CodeAnswerRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeAnswerRequest")
    }
}

/// Answer to calls that open an action for the person: `POST /phone/v1/sim/answer`, `…/code/answer`,
/// `…/fingerprint/add/answer`, `…/fingerprint/remove`, `…/email/answer`, `…/email/remove`, `…/unblock`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnActionResponse {
    /// Action id.
    pub action: String,
}
