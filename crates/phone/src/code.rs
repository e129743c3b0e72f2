//! OPAQUE on the phone's side, with the key stretching that the phone is configured for.

use ipse_protocol::Random;
use ipse_protocol::opaque::{
    ClientLogin, ClientRegistration, Identity as NoStretching, KE1_LEN, LoginFinished, OpaqueError,
    REGISTRATION_RECORD_LEN, REGISTRATION_REQUEST_LEN, Stretching,
};

/// How the phone stretches the code before OPAQUE uses it. A code that was registered with one is proven with the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyStretching {
    /// Argon2id, as `docs/protocol.md` §3 has it: 19 MiB and some 20 ms.
    #[default]
    Argon2id,
    /// None, for tests and load.
    None,
}

/// Registration of a code. It holds the code until it ends; both are wiped then.
pub struct CodeRegistration(Registration);

enum Registration {
    Stretched(ClientRegistration<Stretching>),
    Plain(ClientRegistration<NoStretching>),
}

impl CodeRegistration {
    /// Blinds the code: the state and the registration request.
    ///
    /// # Errors
    /// As [`ClientRegistration::start`].
    pub fn start(
        stretching: KeyStretching,
        code: &str,
        random: &Random,
    ) -> Result<(Self, [u8; REGISTRATION_REQUEST_LEN]), OpaqueError> {
        Ok(match stretching {
            KeyStretching::Argon2id => {
                let (state, request) = ClientRegistration::start(code, random)?;
                (CodeRegistration(Registration::Stretched(state)), request)
            }
            KeyStretching::None => {
                let (state, request) = ClientRegistration::start(code, random)?;
                (CodeRegistration(Registration::Plain(state)), request)
            }
        })
    }

    /// The registration record, made from the scheme's response.
    ///
    /// # Errors
    /// As [`ClientRegistration::finish`].
    pub fn finish(self, response: &[u8]) -> Result<[u8; REGISTRATION_RECORD_LEN], OpaqueError> {
        match self.0 {
            Registration::Stretched(state) => state.finish(response),
            Registration::Plain(state) => state.finish(response),
        }
    }
}

/// Proof of a code. It holds the code until it ends; both are wiped then.
pub struct CodeLogin(Login);

enum Login {
    Stretched(ClientLogin<Stretching>),
    Plain(ClientLogin<NoStretching>),
}

impl CodeLogin {
    /// Blinds the code: the state and OPAQUE's first message.
    ///
    /// # Errors
    /// As [`ClientLogin::start`].
    pub fn start(
        stretching: KeyStretching,
        code: &str,
        random: &Random,
    ) -> Result<(Self, [u8; KE1_LEN]), OpaqueError> {
        Ok(match stretching {
            KeyStretching::Argon2id => {
                let (state, ke1) = ClientLogin::start(code, random)?;
                (CodeLogin(Login::Stretched(state)), ke1)
            }
            KeyStretching::None => {
                let (state, ke1) = ClientLogin::start(code, random)?;
                (CodeLogin(Login::Plain(state)), ke1)
            }
        })
    }

    /// Checks OPAQUE's second message; there is a result if the code was right.
    ///
    /// # Errors
    /// As [`ClientLogin::finish`].
    pub fn finish(self, ke2: &[u8]) -> Result<LoginFinished, OpaqueError> {
        match self.0 {
            Login::Stretched(state) => state.finish(ke2),
            Login::Plain(state) => state.finish(ke2),
        }
    }
}
