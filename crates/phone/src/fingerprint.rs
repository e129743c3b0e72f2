//! The fingerprint of an enrolled phone, added or removed (docs/protocol.md §3, "Fingerprint").

use ipse_protocol::wire::{BiometricRegistration, BiometricResponse, OwnActionResponse};

use crate::error::{Error, local};
use crate::{Biometric, Phone, Result, Storage, Transport, requests};

impl<T: Transport, S: Storage> Phone<T, S> {
    /// Makes a fingerprint credential. The result is the action that adds it when the person approves with the code.
    ///
    /// # Errors
    /// `fingerprint_exists`.
    pub async fn add_fingerprint(&mut self) -> Result<String> {
        self.enrolled()?;
        let options: BiometricResponse = self.call(requests::add_fingerprint()?).await?;
        let registration = self.make_biometric(&options)?;
        let message = requests::add_fingerprint_answer(&registration)?;
        let begun: OwnActionResponse = self.call(message).await?;
        Ok(begun.action)
    }

    /// Asks for the action that removes the fingerprint when the person approves it with the code.
    ///
    /// # Errors
    /// `fingerprint_missing`.
    pub async fn remove_fingerprint(&mut self) -> Result<String> {
        self.enrolled()?;
        let begun: OwnActionResponse = self.call(requests::remove_fingerprint()?).await?;
        Ok(begun.action)
    }

    /// Deletes the fingerprint credential that this phone keeps.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn forget_fingerprint(&mut self) -> Result<()> {
        Biometric::remove(&mut self.storage)
    }

    /// Makes and keeps a credential for a challenge of the scheme.
    pub(crate) fn make_biometric(
        &mut self,
        options: &BiometricResponse,
    ) -> Result<BiometricRegistration> {
        let state = self.state()?;
        if options.rp_id != state.rp_id {
            return Err(Error::of(local::ANSWER).with("reason", "rp_id changed"));
        }
        let biometric = Biometric::generate(&self.random);
        biometric.save(&mut self.storage)?;
        biometric.registration(options, &state.app)
    }
}
