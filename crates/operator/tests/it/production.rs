//! What the production profile needs, without hardware.

use std::sync::Arc;
use std::time::Duration;

use ipse_jose::jwe::{DecryptionKey, KeyAlg};
use ipse_jose::{Alg, SigningKey};
use ipse_keys::{Belonging, Error, FileKeyStore, KeyStore, RowSecrets, SealingKey, Secret32};
use ipse_operator::cards::{Address, CardChannel, ChannelError, Exchange};
use zeroize::Zeroizing;

/// A keystore in files that passes for one in hardware.
pub struct Hardware(pub FileKeyStore);

impl KeyStore for Hardware {
    fn signing_with(&self, purpose: &str, alg: Alg) -> Result<Arc<SigningKey>, Error> {
        self.0.signing_with(purpose, alg)
    }

    fn decryption_with(&self, purpose: &str, alg: KeyAlg) -> Result<Arc<DecryptionKey>, Error> {
        self.0.decryption_with(purpose, alg)
    }

    fn secret(&self, purpose: &str) -> Result<Secret32, Error> {
        self.0.secret(purpose)
    }

    fn secret_bytes(
        &self,
        purpose: &str,
        create: &dyn Fn() -> Vec<u8>,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.0.secret_bytes(purpose, create)
    }

    fn seal(&self, purpose: &str, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.seal(purpose, aad, plain)
    }

    fn open(&self, purpose: &str, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.0.open(purpose, aad, sealed)
    }

    fn destroy(&self, purpose: &str) -> Result<(), Error> {
        self.0.destroy(purpose)
    }

    fn mac(&self, purpose: &str, msg: &[u8]) -> [u8; 32] {
        self.0.mac(purpose, msg)
    }

    fn daily(&self, day: i64) -> Result<Arc<SealingKey>, Error> {
        self.0.daily(day)
    }

    fn daily_made(&self, day: i64) -> Result<Arc<SealingKey>, Error> {
        self.0.daily_made(day)
    }

    fn destroy_days(&self, today: i64) -> Result<(), Error> {
        self.0.destroy_days(today)
    }

    fn row_keys(&self) -> Result<RowSecrets, Error> {
        self.0.row_keys()
    }

    fn belonging(&self) -> Belonging {
        self.0.belonging()
    }

    fn rows_sealed(&self) -> bool {
        self.0.rows_sealed()
    }

    fn is_production(&self) -> bool {
        true
    }
}

/// Cards that never answer.
pub struct NoCards;

impl CardChannel for NoCards {
    fn exchange<'a>(&'a self, _: &'a Address, _: &'a [u8], _: Duration) -> Exchange<'a> {
        Box::pin(async { Err(ChannelError::Unreachable) })
    }
}
