//! Enrolment (docs/protocol.md §3): each step, and all of them.

use ipse_jose::SigningKey;
use ipse_protocol::code::{self, Hints};
use ipse_protocol::opaque::{REGISTRATION_RECORD_LEN, REGISTRATION_REQUEST_LEN};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::terms::{KeyKind, Readiness};
use ipse_protocol::wire::{
    BankResponse, BiometricRegistration, BiometricResponse, CodeResponse, CompleteResponse,
    ConfigResponse, ConnectedResponse, DeviceKey, EnrolmentRequest, EnrolmentResponse,
    EnrolmentState, SimSentResponse,
};

use crate::error::{Error, local};
use crate::storage::Exclusive;
use crate::{CodeRegistration, Message, Phone, Result, State, Storage, Transport, requests};

/// What [`Phone::enrol`] needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Enrol<'a> {
    /// Origin of the app, or the issuer, which redirects there.
    pub scheme: &'a str,
    /// E.164.
    pub phone_number: &'a str,
    /// Name of a bank of the configuration.
    pub bank: &'a str,
    /// What the demo bank knows the customer by.
    pub customer: &'a str,
    /// Five digits.
    pub code: &'a str,
    /// What the person calls the phone.
    pub device_name: &'a str,
    /// `nl`, `fr`, `de` or `en`.
    pub language: &'a str,
    /// Whether to register a fingerprint too.
    pub fingerprint: bool,
}

/// An enrolment after its first request.
#[derive(Clone, Debug)]
pub struct StartedEnrolment {
    /// The scheme's configuration.
    pub config: ConfigResponse,
    /// Its answer.
    pub answer: EnrolmentResponse,
}

impl<T: Transport, S: Storage> Phone<T, S> {
    /// Enrols at a demo bank: the whole sequence of steps. The answer says whether the fingerprint was registered.
    ///
    /// # Errors
    /// The refusals of the protocol; `code_refused` with `reason` before anything is sent.
    pub async fn enrol(&mut self, with: &Enrol<'_>) -> Result<CompleteResponse> {
        check_code(with.code, Some(with.phone_number), None)?;
        let banks = self.config(with.scheme).await?.banks;
        if !banks.iter().any(|bank| bank.name == with.bank) {
            let names: Vec<_> = banks.into_iter().map(|bank| bank.name).collect();
            return Err(Error::of(local::BANK_UNKNOWN).with("banks", names));
        }
        let started = self
            .begin_enrolment(
                with.scheme,
                with.phone_number,
                with.device_name,
                with.language,
            )
            .await?;
        if started.answer.sim.state == Readiness::Ready {
            let before = self.messages().await?;
            self.send_sim_secret().await?;
            let secret = self.secret_after(&before).await?;
            self.answer_sim_secret(&secret).await?;
        }
        let url = self.choose_bank(with.bank).await?;
        self.sign_in_at_bank(&url, with.customer).await?;
        let vouched = self.enrolment().await?.vouched;
        let birth_date = vouched.map(|v| v.birthdate);
        check_code(with.code, Some(with.phone_number), birth_date.as_deref())?;
        let record = self.register_code(with.code).await?;
        // The fingerprint is optional: if it fails, the person enrols without it.
        let biometric = if with.fingerprint {
            self.register_biometric().await.ok()
        } else {
            None
        };
        let (terms, optional) = (&started.config.terms_version, biometric.is_some());
        match self.complete_enrolment(record, terms, biometric).await {
            Err(error) if optional && error.code == ProblemCode::ProofInvalid.as_str() => {
                self.forget_fingerprint()?;
                self.complete_enrolment(record, terms, None).await
            }
            done => done,
        }
    }

    /// First step: makes a device key; the scheme answers whether the SIM is ready.
    ///
    /// # Errors
    /// `phone_in_use` when this phone has an identity already.
    pub async fn begin_enrolment(
        &mut self,
        scheme: &str,
        phone_number: &str,
        device_name: &str,
        language: &str,
    ) -> Result<StartedEnrolment> {
        if self.state().is_ok_and(|state| state.identity.is_some()) {
            return Err(Error::of(local::ENROLLED));
        }
        let config = self.config(scheme).await?;
        let key = SigningKey::generate_es256();
        let request = EnrolmentRequest {
            phone_number: phone_number.to_owned(),
            device_key: DeviceKey::of(&key).ok_or_else(|| Error::of(local::STORAGE))?,
            device_name: device_name.to_owned(),
            key_kind: KeyKind::Software,
            language: language.to_owned(),
        };
        let lock = self.storage.lock(Exclusive::Request).await?;
        self.storage
            .begin(&lock, key, State::new(&config, phone_number))?;
        drop(lock);
        let answer = self.send_enrolment(&request).await?;
        Ok(StartedEnrolment { config, answer })
    }

    /// The request of the first step, with the key that the phone has; keeps the device id that the scheme answers.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn send_enrolment(
        &mut self,
        request: &EnrolmentRequest,
    ) -> Result<EnrolmentResponse> {
        let answer: EnrolmentResponse = self.call(requests::enrolment(request)?).await?;
        let mut state = self.state()?;
        state.device = Some(answer.device.clone());
        state.enrolment = Some(answer.enrolment.clone());
        state.operator.clone_from(&answer.sim.operator);
        self.storage.set_state(state)?;
        Ok(answer)
    }

    fn enrolment_id(&self) -> Result<String> {
        let enrolment = self.state()?.enrolment;
        enrolment.ok_or_else(|| Error::of(local::NOT_ENROLLED))
    }

    /// Has the operator text a secret to the handset.
    ///
    /// # Errors
    /// `sim_unavailable`, `sim_not_ready`.
    pub async fn send_sim_secret(&mut self) -> Result<SimSentResponse> {
        let message = requests::enrolment_sim(&self.enrolment_id()?)?;
        self.call(message).await
    }

    /// Connects the SIM with the secret from the message.
    ///
    /// # Errors
    /// `sim_secret_wrong` with `tries_left`.
    pub async fn answer_sim_secret(&mut self, secret: &str) -> Result<ConnectedResponse> {
        let message = requests::enrolment_sim_answer(&self.enrolment_id()?, secret)?;
        self.call(message).await
    }

    /// Chooses the bank that vouches; the address where the customer signs in.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn choose_bank(&mut self, bank: &str) -> Result<String> {
        let message = requests::enrolment_bank(&self.enrolment_id()?, bank)?;
        let answer: BankResponse = self.call(message).await?;
        Ok(answer.authorization_url)
    }

    /// How far the enrolment is.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn enrolment(&mut self) -> Result<EnrolmentState> {
        let message = requests::enrolment_state(&self.enrolment_id()?);
        self.call(message).await
    }

    /// Registers the code; the record for the last step.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn register_code(&mut self, code: &str) -> Result<[u8; REGISTRATION_RECORD_LEN]> {
        let of = format!("enrolments/{}", self.enrolment_id()?);
        self.register_code_with(code, |blinded| requests::code(&of, blinded))
            .await
    }

    /// Registers a code by the request that sends it blinded.
    pub(crate) async fn register_code_with(
        &mut self,
        code: &str,
        send: impl FnOnce([u8; REGISTRATION_REQUEST_LEN]) -> Result<Message>,
    ) -> Result<[u8; REGISTRATION_RECORD_LEN]> {
        let unreadable = || Error::of(local::ANSWER);
        let (registration, request) = CodeRegistration::start(self.stretching, code, &self.random)
            .map_err(|_| unreadable())?;
        let response: CodeResponse = self.call(send(request)?).await?;
        registration
            .finish(&response.registration_response.0)
            .map_err(|_| unreadable())
    }

    /// Makes a fingerprint credential for the enrolment.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn register_biometric(&mut self) -> Result<BiometricRegistration> {
        let message = requests::enrolment_biometric(&self.enrolment_id()?)?;
        let options: BiometricResponse = self.call(message).await?;
        self.make_biometric(&options)
    }

    /// Last step: from here on the person has an identity, or theirs is on this phone.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn complete_enrolment(
        &mut self,
        record: [u8; REGISTRATION_RECORD_LEN],
        terms_version: &str,
        biometric: Option<BiometricRegistration>,
    ) -> Result<CompleteResponse> {
        let birth_date = self.enrolment().await?.vouched.map(|v| v.birthdate);
        let enrolment = self.enrolment_id()?;
        let message = requests::complete_enrolment(&enrolment, record, terms_version, biometric)?;
        let done: CompleteResponse = self.call(message).await?;
        let mut state = self.state()?;
        state.identity = Some(done.identity.clone());
        state.device = Some(done.device.clone());
        state.birth_date = birth_date;
        self.storage.set_state(state)?;
        Ok(done)
    }
}

/// Checks a code on the phone, since the code is never sent.
pub(crate) fn check_code(
    code: &str,
    phone_number: Option<&str>,
    birth_date: Option<&str>,
) -> Result<()> {
    let hints = Hints {
        phone_number,
        birth_date,
    };
    code::check(code, &hints)
        .map_err(|problem| Error::of(local::CODE).with("reason", problem.as_str()))
}
