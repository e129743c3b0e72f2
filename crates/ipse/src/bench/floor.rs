//! The cryptography of one login that nothing can avoid, alone: what the scheme computes, on one core.

use std::time::Instant;

use ipse_jose::SigningKey;
use ipse_protocol::opaque::{
    ClientLogin, ClientRegistration, Identity as NoStretching, ServerSuite,
};
use opaque_ke::{
    CredentialFinalization, CredentialRequest, RegistrationRequest, RegistrationUpload,
    ServerLogin, ServerLoginParameters, ServerRegistration, ServerSetup,
};
use rand::rngs::OsRng;

const ROUNDS: u32 = 300;
/// Two client assertions, three device signatures, one SIM statement.
const VERIFICATIONS: u32 = 6;
/// The ID token and the promise of the receipt.
const SIGNATURES: u32 = 2;

/// Milliseconds per login.
pub fn milliseconds() -> anyhow::Result<f64> {
    let setup = ServerSetup::<ServerSuite>::new(&mut OsRng);
    let (registration, request) = ClientRegistration::<NoStretching>::start("58204")?;
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
        let (login, first) = ClientLogin::<NoStretching>::start("58204")?;
        let start = Instant::now();
        let second = ServerLogin::start(
            &mut OsRng,
            &setup,
            Some(ServerRegistration::<ServerSuite>::deserialize(&record)?),
            CredentialRequest::deserialize(&first)?,
            b"bench",
            ServerLoginParameters::default(),
        )?;
        spent += start.elapsed();
        let finished = login.finish(&second.message.serialize())?;
        let start = Instant::now();
        second.state.finish(
            CredentialFinalization::deserialize(&finished.ke3)?,
            ServerLoginParameters::default(),
        )?;
        spent += start.elapsed();
    }
    let key = SigningKey::generate_es256();
    let verifying = key.verifying_key();
    let message = [7u8; 400];
    let signature = key.sign(&message);
    let start = Instant::now();
    for _ in 0..ROUNDS * VERIFICATIONS {
        verifying.verify(&message, &signature)?;
    }
    for _ in 0..ROUNDS * SIGNATURES {
        std::hint::black_box(key.sign(&message));
    }
    spent += start.elapsed();
    Ok(spent.as_secs_f64() * 1000.0 / f64::from(ROUNDS))
}
