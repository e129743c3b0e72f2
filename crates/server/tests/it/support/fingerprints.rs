//! The steps of adding and removing a fingerprint.

use ipse_phone::{Biometric, requests};
use ipse_protocol::Random;
use ipse_protocol::wire::{BiometricRegistration, BiometricResponse, Offer};

use super::{Phone, Reply};

impl Phone {
    /// A new credential, for the challenge that the scheme gives now.
    pub async fn new_fingerprint(&mut self) -> (Biometric, BiometricRegistration) {
        let options: BiometricResponse = self.exchange(requests::add_fingerprint()).await.json();
        let finger = Biometric::generate(&Random::system());
        let registration = finger.registration(&options, &self.state.app);
        (finger, registration.expect("a registration"))
    }

    /// Submits a credential.
    pub async fn submit_fingerprint(&mut self, registration: &BiometricRegistration) -> Reply {
        self.exchange(requests::add_fingerprint_answer(registration))
            .await
    }

    /// Everything up to the action that adds a fingerprint.
    pub async fn begin_adding(&mut self) -> (Biometric, Offer) {
        let (finger, registration) = self.new_fingerprint().await;
        let begun = self.submit_fingerprint(&registration).await;
        (finger, self.begun_offer(&begun).await)
    }

    /// The action that removes the fingerprint.
    pub async fn begin_removing(&mut self) -> Offer {
        let begun = self.exchange(requests::remove_fingerprint()).await;
        self.begun_offer(&begun).await
    }

    pub async fn begun_offer(&mut self, begun: &Reply) -> Offer {
        let action = begun.body["action"].as_str();
        let action = action.unwrap_or_else(|| panic!("{}", begun.body));
        self.own_offer(action).await
    }

    /// Whether the scheme says that this phone has a fingerprint.
    pub async fn has_fingerprint(&mut self) -> bool {
        let me = self.get("/me").await;
        me.body["unlock"]
            .as_bool()
            .unwrap_or_else(|| panic!("{}", me.body))
    }
}
