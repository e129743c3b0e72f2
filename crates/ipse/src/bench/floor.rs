//! The cryptography that the scheme cannot avoid in one login, on one core.

use ipse_jose::SigningKey;
use ipse_phone::{CodeLogin, CodeRegistration, KeyStretching};
use ipse_protocol::opaque::ServerSuite;
use ipse_protocol::{Clock, Random};
use opaque_ke::{
    CredentialFinalization, CredentialRequest, RegistrationRequest, RegistrationUpload,
    ServerLogin, ServerLoginParameters, ServerRegistration, ServerSetup,
};

use super::login::elapsed;

const ROUNDS: u32 = 300;
/// Two client assertions, three device signatures, one SIM statement.
const VERIFICATIONS: u32 = 6;
/// The ID token and the promise of the receipt.
const SIGNATURES: u32 = 2;

/// Milliseconds per login.
pub fn milliseconds(clock: &Clock, random: &Random) -> anyhow::Result<f64> {
    let mut random = random.clone();
    let setup = ServerSetup::<ServerSuite>::new(&mut random);
    let (registration, request) = CodeRegistration::start(KeyStretching::None, "58204", &random)?;
    let started = ServerRegistration::<ServerSuite>::start(
        &setup,
        RegistrationRequest::deserialize(&request)?,
        b"bench",
    )?;
    let upload = registration.finish(&started.message.serialize())?;
    let record =
        ServerRegistration::<ServerSuite>::finish(RegistrationUpload::deserialize(&upload)?)
            .serialize();
    let mut spent = std::time::Duration::ZERO;
    for _ in 0..ROUNDS {
        let (login, first) = CodeLogin::start(KeyStretching::None, "58204", &random)?;
        let start = clock.instant();
        let second = ServerLogin::start(
            &mut random,
            &setup,
            Some(ServerRegistration::<ServerSuite>::deserialize(&record)?),
            CredentialRequest::deserialize(&first)?,
            b"bench",
            ServerLoginParameters::default(),
        )?;
        spent += elapsed(clock, start);
        let finished = login.finish(&second.message.serialize())?;
        let start = clock.instant();
        second.state.finish(
            CredentialFinalization::deserialize(&finished.ke3)?,
            ServerLoginParameters::default(),
        )?;
        spent += elapsed(clock, start);
    }
    let key = SigningKey::generate_es256();
    let verifying = key.verifying_key();
    let message = [7u8; 400];
    let signature = key.sign(&message)?;
    let start = clock.instant();
    for _ in 0..ROUNDS * VERIFICATIONS {
        verifying.verify(&message, &signature)?;
    }
    for _ in 0..ROUNDS * SIGNATURES {
        std::hint::black_box(key.sign(&message)?);
    }
    spent += elapsed(clock, start);
    Ok(spent.as_secs_f64() * 1000.0 / f64::from(ROUNDS))
}
