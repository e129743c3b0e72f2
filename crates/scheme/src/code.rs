//! The 5-digit code: OPAQUE (RFC 9807) on the server's side.
//!
//! Nothing here can be tested against a guess without the server's setup, which lives in the keystore; and every
//! second message given out is one guess, which the caller has spent before it leaves.

use std::sync::Arc;

use ipse_keys::KeyStore;
use ipse_protocol::bytes::B64u;
use ipse_protocol::control::{Control, enforced};
use ipse_protocol::opaque::ServerSuite;
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::wire::CodeResponse;
use ipse_store::{StoreError, Tx};
use opaque_ke::{
    CredentialFinalization, CredentialRequest, RegistrationRequest, RegistrationUpload,
    ServerLogin, ServerLoginParameters, ServerRegistration, ServerSetup,
};
use rand::rngs::OsRng;
use zeroize::Zeroizing;

use crate::Scheme;
use crate::error::{Error, settle};

/// How many codes are evaluated for one enrolment or recovery: whoever could have many evaluated before the record is kept would
/// need one second message only to try them all.
pub const REGISTRATIONS: i64 = 10;

const DAY_MS: i64 = 24 * 3_600_000;

/// OPAQUE's server.
pub struct CodeService {
    setup: Arc<ServerSetup<ServerSuite>>,
}

/// The second message with the state that judges the third.
pub struct Second {
    /// KE2.
    pub message: Vec<u8>,
    /// Server state; seal it before it touches a disk.
    pub state: Zeroizing<Vec<u8>>,
}

/// Name under which OPAQUE knows a code: another OPRF key per person, device and code.
pub fn credential_identifier(identity: &str, device: &str, version: i64) -> String {
    format!("{identity}|{device}|{version}")
}

/// The day whose key seals an attempt's state.
pub fn day(now: i64) -> i64 {
    now / DAY_MS
}

impl Scheme {
    /// First half of registering a code. `count` counts it with what it is for, which ends at `ends`: each time, also for a request
    /// that comes again, for the one before may have been refused.
    pub(crate) async fn register_code(
        &self,
        identifier: String,
        request: &[u8],
        ends: i64,
        mut count: impl FnMut(&mut Tx) -> Result<bool, StoreError> + Send + 'static,
    ) -> Result<CodeResponse, Error> {
        let answer = self.code.register(&identifier, request)?;
        let counted = move |tx: &mut Tx| {
            if count(tx)? || !enforced(Control::T04RegistrationsCounted) {
                return Ok(Ok(()));
            }
            let left = (ends - tx.now()?).max(1);
            Ok(Err(
                Problem::new(ProblemCode::TooManyRequests).with("retry_after_ms", left)
            ))
        };
        settle(self.store.write(counted).await)?;
        Ok(CodeResponse {
            registration_response: B64u(answer),
            credential_identifier: identifier,
        })
    }
}

impl CodeService {
    pub(crate) fn new(keys: &dyn KeyStore) -> Result<Self, Error> {
        let bytes = keys.secret_bytes("opaque/setup/1", &|| {
            ServerSetup::<ServerSuite>::new(&mut OsRng)
                .serialize()
                .to_vec()
        })?;
        let setup = ServerSetup::deserialize(&bytes)
            .map_err(|_| Error::Keys("OPAQUE setup does not parse".into()))?;
        Ok(Self {
            setup: Arc::new(setup),
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
        let mut record = ServerRegistration::<ServerSuite>::finish(upload)
            .serialize()
            .to_vec();
        if !enforced(Control::T04CodeNotStored) {
            // The key that a record is worthless without, beside it.
            record.extend_from_slice(&self.setup.serialize());
        }
        Ok(record)
    }

    /// Answers a first message. The caller spends the attempt before the answer leaves.
    ///
    /// # Errors
    /// `malformed_request` for bytes that are no first message.
    pub fn second(&self, identifier: &str, record: &[u8], first: &[u8]) -> Result<Second, Error> {
        let record = ServerRegistration::<ServerSuite>::deserialize(record)
            .map_err(|_| Error::Internal("OPAQUE record does not parse"))?;
        let first = CredentialRequest::<ServerSuite>::deserialize(first)
            .map_err(|_| Error::from(ProblemCode::MalformedRequest))?;
        let started = ServerLogin::<ServerSuite>::start(
            &mut OsRng,
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
            .map_err(|_| Error::Internal("OPAQUE state does not parse"))?;
        let Ok(last) = CredentialFinalization::<ServerSuite>::deserialize(last) else {
            return Ok(None);
        };
        Ok(state
            .finish(last, ServerLoginParameters::default())
            .ok()
            .map(|done| Zeroizing::new(done.session_key.to_vec())))
    }
}
