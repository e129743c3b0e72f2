//! Enrolment, recovery and a new SIM (docs/protocol.md §3): each step by itself, and the whole way.

use ipse_jose::SigningKey;
use ipse_protocol::code::{self, Hints};
use ipse_protocol::opaque::{ClientRegistration, REGISTRATION_RECORD_LEN, Stretching};
use ipse_protocol::terms::{KeyKind, Readiness};
use ipse_protocol::wire::{
    BankRequest, BankResponse, BiometricRegistration, BiometricResponse, CodeRequest, CodeResponse,
    CompleteRequest, CompleteResponse, ConfigResponse, ConnectedResponse, DeviceKey, Empty,
    EnrolmentRequest, EnrolmentResponse, EnrolmentState, OwnActionResponse,
    RecoveryCompleteRequest, RecoveryCompleteResponse, RecoveryResponse, RecoveryState,
    SimAnswerRequest, SimSentResponse,
};

use crate::biometric::Biometric;
use crate::error::{Error, local};
use crate::state::{self, State};
use crate::{Phone, Result};

/// What the whole way needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Enrol<'a> {
    /// Origin of the app (the issuer's will do where it leads to the app).
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

/// An enrolment that has begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The scheme's configuration.
    pub config: ConfigResponse,
    /// Its answer.
    pub answer: EnrolmentResponse,
}

impl Phone {
    /// The whole way from nothing to an Ipse, at a demo bank.
    ///
    /// # Errors
    /// The refusals of the protocol; `code_refused` with `reason` before anything is sent.
    pub async fn enrol(&self, with: &Enrol<'_>) -> Result<CompleteResponse> {
        check_code(with.code, Some(with.phone_number), None)?;
        let banks = self.config(with.scheme).await?.banks;
        if !banks.iter().any(|bank| bank.name == with.bank) {
            let names: Vec<_> = banks.into_iter().map(|bank| bank.name).collect();
            return Err(Error::of(local::BANK_UNKNOWN).with("banks", names));
        }
        let begun = self
            .begin_enrolment(
                with.scheme,
                with.phone_number,
                with.device_name,
                with.language,
            )
            .await?;
        if begun.answer.sim.state == Readiness::Ready {
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
        let biometric = if with.fingerprint {
            Some(self.register_biometric().await?)
        } else {
            None
        };
        self.complete_enrolment(record, &begun.config.terms_version, biometric)
            .await
    }

    /// First step: a new device key, and the scheme's answer about the SIM.
    ///
    /// # Errors
    /// `phone_in_use` when this folder holds an Ipse already.
    pub async fn begin_enrolment(
        &self,
        scheme: &str,
        phone_number: &str,
        device_name: &str,
        language: &str,
    ) -> Result<Begun> {
        if self.state().is_ok_and(|state| state.identity.is_some()) {
            return Err(Error::of(local::ENROLLED));
        }
        let config = self.config(scheme).await?;
        let key = SigningKey::generate_es256();
        let device_key = DeviceKey::of(&key).ok_or_else(|| Error::of(local::STORAGE))?;
        // The state is written last: whoever finds it finds the key and its sequence too.
        let alone = self.home.alone().await?;
        self.home.remove(state::FILE)?;
        self.home.write(state::KEY, &key.to_pkcs8())?;
        self.home.reset_sequence(&alone)?;
        self.save(&State::new(&config, phone_number))?;
        drop(alone);
        let request = EnrolmentRequest {
            phone_number: phone_number.to_owned(),
            device_key,
            device_name: device_name.to_owned(),
            key_kind: KeyKind::Software,
            language: language.to_owned(),
        };
        let answer: EnrolmentResponse = self.post("/phone/v1/enrolments", &request).await?;
        let mut state = self.state()?;
        state.device = Some(answer.device.clone());
        state.enrolment = Some(answer.enrolment.clone());
        state.operator.clone_from(&answer.sim.operator);
        self.save(&state)?;
        Ok(Begun { config, answer })
    }

    fn enrolment_path(&self, step: &str) -> Result<String> {
        let enrolment = self
            .state()?
            .enrolment
            .ok_or_else(|| Error::of(local::NOT_ENROLLED))?;
        Ok(format!("/phone/v1/enrolments/{enrolment}{step}"))
    }

    /// Asks the operator to text a secret to the handset.
    ///
    /// # Errors
    /// `sim_unavailable`, `sim_not_ready`.
    pub async fn send_sim_secret(&self) -> Result<SimSentResponse> {
        self.post(&self.enrolment_path("/sim")?, &Empty {}).await
    }

    /// Connects the SIM with the secret from the message.
    ///
    /// # Errors
    /// `sim_secret_wrong` with `tries_left`.
    pub async fn answer_sim_secret(&self, secret: &str) -> Result<ConnectedResponse> {
        let secret = secret.to_owned();
        self.post(
            &self.enrolment_path("/sim/answer")?,
            &SimAnswerRequest { secret },
        )
        .await
    }

    /// Chooses the bank that vouches; gives the address where the customer signs in.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn choose_bank(&self, bank: &str) -> Result<String> {
        let bank = bank.to_owned();
        let answer: BankResponse = self
            .post(&self.enrolment_path("/bank")?, &BankRequest { bank })
            .await?;
        Ok(answer.authorization_url)
    }

    /// How far the enrolment is.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn enrolment(&self) -> Result<EnrolmentState> {
        self.get(&self.enrolment_path("")?).await
    }

    /// Registers the code; gives the record for the last step.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn register_code(&self, code: &str) -> Result<[u8; REGISTRATION_RECORD_LEN]> {
        self.register(&self.enrolment_path("/code")?, code).await
    }

    async fn register(&self, path: &str, code: &str) -> Result<[u8; REGISTRATION_RECORD_LEN]> {
        let answer = || Error::of(local::ANSWER);
        let (registration, request) =
            ClientRegistration::<Stretching>::start(code).map_err(|_| answer())?;
        let registration_request = request.into();
        let response: CodeResponse = self
            .post(
                path,
                &CodeRequest {
                    registration_request,
                },
            )
            .await?;
        registration
            .finish(&response.registration_response.0)
            .map_err(|_| answer())
    }

    /// Makes a fingerprint credential for the enrolment.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn register_biometric(&self) -> Result<BiometricRegistration> {
        let options: BiometricResponse = self
            .post(&self.enrolment_path("/unlock")?, &Empty {})
            .await?;
        let state = self.state()?;
        if options.rp_id != state.rp_id {
            return Err(Error::of(local::ANSWER).with("reason", "rp_id changed"));
        }
        Biometric::create(&self.home, &options, &state.app)
    }

    /// Last step: from here the person has an Ipse.
    ///
    /// # Errors
    /// `already_enrolled` for a national number that has one.
    pub async fn complete_enrolment(
        &self,
        record: [u8; REGISTRATION_RECORD_LEN],
        terms_version: &str,
        biometric: Option<BiometricRegistration>,
    ) -> Result<CompleteResponse> {
        let request = CompleteRequest {
            registration_record: record.into(),
            terms_version: terms_version.to_owned(),
            biometric,
        };
        let birth_date = self.enrolment().await?.vouched.map(|v| v.birthdate);
        let done: CompleteResponse = self
            .post(&self.enrolment_path("/complete")?, &request)
            .await?;
        let mut state = self.state()?;
        state.identity = Some(done.identity.clone());
        state.device = Some(done.device.clone());
        state.birth_date = birth_date;
        self.save(&state)?;
        Ok(done)
    }

    /// A new code through the bank, after `code_exhausted`.
    ///
    /// # Errors
    /// `person_mismatch` when the bank vouches for another person.
    pub async fn recover(
        &self,
        bank: &str,
        customer: &str,
        code: &str,
    ) -> Result<RecoveryCompleteResponse> {
        let state = self.enrolled()?;
        check_code(code, Some(&state.phone_number), state.birth_date.as_deref())?;
        let bank = bank.to_owned();
        let begun: RecoveryResponse = self
            .post("/phone/v1/recoveries", &BankRequest { bank })
            .await?;
        let path = format!("/phone/v1/recoveries/{}", begun.recovery);
        self.sign_in_at_bank(&begun.authorization_url, customer)
            .await?;
        let _: RecoveryState = self.get(&path).await?;
        let record = self.register(&format!("{path}/code"), code).await?;
        let request = RecoveryCompleteRequest {
            registration_record: record.into(),
        };
        self.post(&format!("{path}/complete"), &request).await
    }

    /// Connects the SIM that is in the handset now; gives the action that the person approves with the code.
    ///
    /// # Errors
    /// `sim_unavailable`, `sim_not_ready`; `message_missing` outside the demo.
    pub async fn connect_sim(&self) -> Result<String> {
        self.enrolled()?;
        let before = self.messages().await?;
        let _: SimSentResponse = self.post("/phone/v1/sim", &Empty {}).await?;
        let secret = self.secret_after(&before).await?;
        let answer: OwnActionResponse = self
            .post("/phone/v1/sim/answer", &SimAnswerRequest { secret })
            .await?;
        Ok(answer.action)
    }
}

/// Judged on the phone, since the code goes nowhere.
fn check_code(code: &str, phone_number: Option<&str>, birth_date: Option<&str>) -> Result<()> {
    let hints = Hints {
        phone_number,
        birth_date,
    };
    code::check(code, &hints)
        .map_err(|problem| Error::of(local::CODE).with("reason", problem.as_str()))
}
