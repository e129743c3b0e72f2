//! OPAQUE (RFC 9807): Ristretto255, TripleDH with SHA-512, empty context, no identifiers.
//!
//! The phone app runs the same library as WebAssembly (`@serenity-kit/opaque`); `tests/interop` shows that both
//! interoperate. The code is stretched on the phone only, so the suite of the server has no stretching.

use argon2::{Algorithm, Argon2, Params, Version};
use opaque_ke::errors::{InternalError, ProtocolError};
use opaque_ke::generic_array::{ArrayLength, GenericArray};
pub use opaque_ke::ksf::Identity;
use opaque_ke::{
    CipherSuite, ClientLoginFinishParameters, ClientRegistrationFinishParameters,
    CredentialResponse, RegistrationResponse, Ristretto255, TripleDh, ksf::Ksf,
};
use zeroize::{Zeroize, Zeroizing};

use crate::Random;

/// The cipher suite, with a choice of key stretching.
pub struct Suite<K>(std::marker::PhantomData<K>);

impl<K: Ksf> CipherSuite for Suite<K> {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, sha2::Sha512>;
    type Ksf = K;
}

/// The server's suite: it never stretches.
pub type ServerSuite = Suite<Identity>;
/// The phone's suite.
pub type PhoneSuite = Suite<Stretching>;

/// Length of a registration request. The library ignores bytes after a message, so [`crate::wire`] checks lengths.
pub const REGISTRATION_REQUEST_LEN: usize = 32;
/// Length of a registration record.
pub const REGISTRATION_RECORD_LEN: usize = 192;
/// Length of the first message of a login.
pub const KE1_LEN: usize = 96;
/// Length of the second message of a login.
pub const KE2_LEN: usize = 320;
/// Length of the last message of a login.
pub const KE3_LEN: usize = 64;

/// Memory of the key stretching, in KiB.
pub const ARGON2_MEMORY_KIB: u32 = 19_456;
/// Passes of the key stretching.
pub const ARGON2_ITERATIONS: u32 = 1;
/// Lanes of the key stretching.
pub const ARGON2_PARALLELISM: u32 = 1;

/// Argon2id (RFC 9106) with a salt of 16 zero bytes and an output as long as the input, as RFC 9807 §5 requires: one
/// pass over 19 MiB, some 20 ms on a phone. With 100,000 codes stretching adds little protection. The OPRF seed in the
/// scheme's keystore protects them.
pub struct Stretching(Argon2<'static>);

/// The stretching that every phone uses.
pub fn stretching() -> Stretching {
    Stretching::default()
}

impl Default for Stretching {
    fn default() -> Self {
        let params = Params::new(
            ARGON2_MEMORY_KIB,
            ARGON2_ITERATIONS,
            ARGON2_PARALLELISM,
            None,
        )
        .unwrap_or_else(|error| unreachable!("the parameters are valid constants: {error}"));
        Stretching(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

impl Ksf for Stretching {
    fn hash<L: ArrayLength<u8>>(
        &self,
        input: GenericArray<u8, L>,
    ) -> Result<GenericArray<u8, L>, InternalError> {
        self.0.hash(input)
    }
}

/// Why a step failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpaqueError {
    /// The bytes are not the message of this step.
    #[error("not an OPAQUE message of this step")]
    Message,
    /// The code is wrong, or the server is not the one that registered it.
    #[error("the code is wrong")]
    Code,
}

impl OpaqueError {
    fn of(error: ProtocolError) -> Self {
        match error {
            ProtocolError::InvalidLoginError => OpaqueError::Code,
            _ => OpaqueError::Message,
        }
    }
}

/// Registration on the phone's side. It keeps the code until it ends, when both are erased.
pub struct ClientRegistration<K: Ksf = Stretching> {
    state: opaque_ke::ClientRegistration<Suite<K>>,
    code: Zeroizing<Vec<u8>>,
    random: Random,
}

impl<K: Ksf> ClientRegistration<K> {
    /// Blinds the code. Returns the state and the registration request.
    ///
    /// # Errors
    /// For a code that hashes to the identity element, which does not happen in practice.
    pub fn start(
        code: &str,
        random: &Random,
    ) -> Result<(Self, [u8; REGISTRATION_REQUEST_LEN]), OpaqueError> {
        let start =
            opaque_ke::ClientRegistration::<Suite<K>>::start(&mut random.clone(), code.as_bytes())
                .map_err(OpaqueError::of)?;
        let state = ClientRegistration {
            state: start.state,
            code: Zeroizing::new(code.as_bytes().to_vec()),
            random: random.clone(),
        };
        Ok((state, array(&start.message.serialize())?))
    }

    /// Makes the registration record from the server's response.
    ///
    /// # Errors
    /// [`OpaqueError::Message`] when the response is not one.
    pub fn finish(mut self, response: &[u8]) -> Result<[u8; REGISTRATION_RECORD_LEN], OpaqueError> {
        let response = RegistrationResponse::deserialize(response).map_err(OpaqueError::of)?;
        let mut done = self
            .state
            .finish(
                &mut self.random,
                &self.code,
                response,
                ClientRegistrationFinishParameters::default(),
            )
            .map_err(OpaqueError::of)?;
        done.export_key.zeroize();
        array(&done.message.serialize())
    }
}

/// A login on the phone's side. It keeps the code until it ends, when both are erased.
pub struct ClientLogin<K: Ksf = Stretching> {
    state: opaque_ke::ClientLogin<Suite<K>>,
    code: Zeroizing<Vec<u8>>,
    random: Random,
}

/// The result of a successful login.
pub struct LoginFinished {
    /// The last message.
    pub ke3: [u8; KE3_LEN],
    /// The session key. Only a server with the record of this code has the same.
    pub session_key: Zeroizing<Vec<u8>>,
}

impl<K: Ksf> ClientLogin<K> {
    /// Blinds the code. Returns the state and KE1.
    ///
    /// # Errors
    /// For a code that hashes to the identity element, which does not happen in practice.
    pub fn start(code: &str, random: &Random) -> Result<(Self, [u8; KE1_LEN]), OpaqueError> {
        let start = opaque_ke::ClientLogin::<Suite<K>>::start(&mut random.clone(), code.as_bytes())
            .map_err(OpaqueError::of)?;
        let state = ClientLogin {
            state: start.state,
            code: Zeroizing::new(code.as_bytes().to_vec()),
            random: random.clone(),
        };
        Ok((state, array(&start.message.serialize())?))
    }

    /// Processes KE2. If it succeeds, the code was right.
    ///
    /// # Errors
    /// [`OpaqueError::Code`] when the code was wrong, [`OpaqueError::Message`] when KE2 is not one.
    pub fn finish(mut self, ke2: &[u8]) -> Result<LoginFinished, OpaqueError> {
        let response = CredentialResponse::deserialize(ke2).map_err(OpaqueError::of)?;
        let mut done = self
            .state
            .finish(
                &mut self.random,
                &self.code,
                response,
                ClientLoginFinishParameters::default(),
            )
            .map_err(OpaqueError::of)?;
        done.export_key.zeroize();
        let session_key = Zeroizing::new(done.session_key.to_vec());
        done.session_key.zeroize();
        Ok(LoginFinished {
            ke3: array(&done.message.serialize())?,
            session_key,
        })
    }
}

/// Converts the output of the library to an array.
fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], OpaqueError> {
    bytes.try_into().map_err(|_| OpaqueError::Message)
}
