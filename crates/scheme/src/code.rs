//! The 5-digit code: OPAQUE (RFC 9807) on the server's side.
//!
//! A guess can be tested only with the server's setup, which is in the keystore. Every second message is one guess, and
//! the caller spends it before the message is sent.

use std::sync::Arc;

use ipse_keys::KeyStore;
use ipse_protocol::Random;
use ipse_protocol::ids::{DeviceId, IdentityId};
use ipse_protocol::opaque::ServerSuite;
use ipse_protocol::problem::ProblemCode;
use opaque_ke::{
    CredentialFinalization, CredentialRequest, RegistrationRequest, RegistrationUpload,
    ServerLogin, ServerLoginParameters, ServerRegistration, ServerSetup,
};
use zeroize::Zeroizing;

use crate::error::Error;

/// So many wrong codes in a row block.
pub const WRONG_IN_A_ROW: i64 = 3;
/// How many codes are evaluated for one enrolment or recovery. A caller who could have many evaluated before the record
/// is stored would need only one second message to try them all.
pub const REGISTRATIONS: i64 = 10;

const DAY_MS: i64 = 24 * 3_600_000;

/// OPAQUE's server.
pub struct CodeService {
    setup: Arc<ServerSetup<ServerSuite>>,
    random: Random,
}

/// The second message with the state that judges the third.
pub struct Second {
    /// KE2.
    pub message: Vec<u8>,
    /// Server state. It is sealed before it is stored.
    pub state: Zeroizing<Vec<u8>>,
}

/// The identifier of a code in OPAQUE: each person, device and code has another OPRF key.
pub fn credential_identifier(identity: &IdentityId, device: &DeviceId, version: i64) -> String {
    format!("{identity}|{device}|{version}")
}

/// The day whose key seals an attempt's state.
pub fn day(now: i64) -> i64 {
    now / DAY_MS
}

/// OPAQUE's setup, from the keystore.
pub(crate) fn setup(
    keys: &dyn KeyStore,
    random: &Random,
) -> Result<Zeroizing<Vec<u8>>, ipse_keys::Error> {
    keys.secret_bytes("opaque/setup/1", &|| {
        ServerSetup::<ServerSuite>::new(&mut random.clone())
            .serialize()
            .to_vec()
    })
}

impl CodeService {
    pub(crate) fn new(keys: &dyn KeyStore, random: Random) -> Result<Self, Error> {
        let bytes = setup(keys, &random)?;
        let setup = ServerSetup::deserialize(&bytes).map_err(|_| Error::Corrupt("OPAQUE setup"))?;
        Ok(Self {
            setup: Arc::new(setup),
            random,
        })
    }

    /// First half of a registration: the answer to the phone's blinded code.
    ///
    /// # Errors
    /// `malformed_request` for bytes that are no registration request.
    pub fn register(&self, identifier: &str, request: &[u8]) -> Result<Vec<u8>, Error> {
        let request = RegistrationRequest::<ServerSuite>::deserialize(request)
            .map_err(|_| Error::from(ProblemCode::MalformedRequest))?;
        let answer =
            ServerRegistration::<ServerSuite>::start(&self.setup, request, identifier.as_bytes())
                .map_err(|_| Error::from(ProblemCode::MalformedRequest))?;
        Ok(answer.message.serialize().to_vec())
    }

    /// Second half of a registration: the record to keep.
    ///
    /// # Errors
    /// `malformed_request` for bytes that are no registration record.
    pub fn accept(&self, upload: &[u8]) -> Result<Vec<u8>, Error> {
        let upload = RegistrationUpload::<ServerSuite>::deserialize(upload)
            .map_err(|_| Error::from(ProblemCode::MalformedRequest))?;
        Ok(ServerRegistration::<ServerSuite>::finish(upload)
            .serialize()
            .to_vec())
    }

    /// Answers a first message. The caller spends the attempt before it sends the answer.
    ///
    /// # Errors
    /// `malformed_request` for bytes that are no first message.
    pub fn second(&self, identifier: &str, record: &[u8], first: &[u8]) -> Result<Second, Error> {
        let record = ServerRegistration::<ServerSuite>::deserialize(record)
            .map_err(|_| Error::Corrupt("OPAQUE record"))?;
        let first = CredentialRequest::<ServerSuite>::deserialize(first)
            .map_err(|_| Error::from(ProblemCode::MalformedRequest))?;
        let started = ServerLogin::<ServerSuite>::start(
            &mut self.random.clone(),
            &self.setup,
            Some(record),
            first,
            identifier.as_bytes(),
            ServerLoginParameters::default(),
        )
        .map_err(|_| Error::from(ProblemCode::MalformedRequest))?;
        Ok(Second {
            message: started.message.serialize().to_vec(),
            state: Zeroizing::new(started.state.serialize().to_vec()),
        })
    }

    /// Judges the last message: the session key if the code was right.
    ///
    /// # Errors
    /// When the state does not parse.
    pub fn finish(&self, state: &[u8], last: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let state = ServerLogin::<ServerSuite>::deserialize(state)
            .map_err(|_| Error::Corrupt("OPAQUE state"))?;
        let Ok(last) = CredentialFinalization::<ServerSuite>::deserialize(last) else {
            return Ok(None);
        };
        Ok(state
            .finish(last, ServerLoginParameters::default())
            .ok()
            .map(|done| Zeroizing::new(done.session_key.to_vec())))
    }
}
