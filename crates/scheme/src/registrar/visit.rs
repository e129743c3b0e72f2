//! A visit to a bank: begun by a device, finished by the browser that the person signed in with, once.

use ipse_jose::{Alg, Jwk, VerifyingKey, b64};
use ipse_protocol::control::{Control, enforced};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::{constant_time_eq, sha256};
use ipse_store::registrar::{self, Session};

use super::{RegistrarError, Visit, Vouched, response_issuer};
use crate::device::Signed;
use crate::error::{Error, settle};
use crate::{Scheme, refuse};

/// What a visit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Getting an Ipse.
    Enrolment,
    /// Getting a new code.
    Recovery,
}

impl Purpose {
    /// The word in the database and in the app's address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Purpose::Enrolment => "enrolment",
            Purpose::Recovery => "recovery",
        }
    }
}

/// A visit that has begun.
pub struct Begun {
    /// Where the person signs in.
    pub authorization_url: String,
    /// Value of the cookie by which the callback knows the browser.
    pub cookie: String,
}

/// What the browser brings back.
#[derive(Clone, Copy, Default)]
pub struct Callback<'a> {
    /// `state`.
    pub state: Option<&'a str>,
    /// `code`.
    pub code: Option<&'a str>,
    /// `iss` (RFC 9207).
    pub iss: Option<&'a str>,
    /// `error`.
    pub error: Option<&'a str>,
    /// The cookie, if the browser has one.
    pub cookie: Option<&'a str>,
}

/// Where the app goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    /// What the visit was for.
    pub purpose: Purpose,
    /// Its id.
    pub subject: String,
}

impl Scheme {
    /// Pushes the request to the bank and notes the visit: the URL at which the person signs in.
    pub(crate) async fn begin_visit(
        &self,
        signed: &Signed,
        purpose: Purpose,
        subject: &str,
        bank: &str,
        language: &str,
    ) -> Result<String, Error> {
        let registrar = self
            .registrar(bank)
            .ok_or(Error::from(ProblemCode::MalformedRequest))?;
        let visit = Visit {
            state: random(),
            nonce: nonce(&signed.device.public_key)?,
            verifier: random(),
            language: language.to_owned(),
        };
        let authorization_url = registrar.begin(&visit).await?;
        let cookie = self.visit_cookie(signed);
        let lifetime = self.config.lifetimes.enrolment;
        let mut session = Session {
            state_hash: sha256(visit.state.as_bytes()).to_vec(),
            purpose: purpose.as_str().into(),
            subject: subject.to_owned(),
            device: signed.device.id.clone(),
            registrar: registrar.name().to_owned(),
            nonce: visit.nonce,
            verifier: visit.verifier,
            cookie_hash: sha256(cookie.as_bytes()).to_vec(),
            status: "open".into(),
            expires: 0,
        };
        self.store
            .write(move |tx| {
                session.expires = tx.now()? + lifetime;
                registrar::insert(tx, &session)
            })
            .await?;
        Ok(authorization_url)
    }

    /// The cookie of the visit that a request begins. Derived, so that the same request again gets the same one, and it
    /// is not kept.
    pub(crate) fn visit_cookie(&self, signed: &Signed) -> String {
        b64::encode(&self.keys.mac("registrar/cookie/1", &signed.hash))
    }

    /// The browser comes back from the bank.
    ///
    /// # Errors
    /// `wrong_browser`, `registrar_failed`, `assurance_insufficient`, `person_mismatch`.
    pub async fn finish_visit(&self, back: Callback<'_>) -> Result<Landing, Error> {
        let refused = |reason| Error::from(RegistrarError::Refused(reason));
        let state = back.state.ok_or_else(|| refused("state"))?;
        let hash = sha256(state.as_bytes());
        let (session, now) = self
            .store
            .read(move |tx| Ok((registrar::by_state(tx, &hash)?, tx.now()?)))
            .await?;
        let session = session
            .filter(|s| s.expires > now)
            .ok_or_else(|| refused("state"))?;
        let cookie = sha256(back.cookie.unwrap_or_default().as_bytes());
        if !constant_time_eq(&cookie, &session.cookie_hash) && enforced(Control::T18BrowserBinding)
        {
            return Err(ProblemCode::WrongBrowser.into());
        }
        let purpose = match session.purpose.as_str() {
            "enrolment" => Purpose::Enrolment,
            _ => Purpose::Recovery,
        };
        let landing = Landing {
            purpose,
            subject: session.subject.clone(),
        };
        if session.status != "open" {
            // The page was loaded again: it leads where it led before, and does nothing.
            return match self.is_vouched(&landing).await? {
                true => Ok(landing),
                false => Err(refused("state_used")),
            };
        }
        let registrar = self
            .registrar(&session.registrar)
            .ok_or_else(|| refused("bank"))?
            .clone();
        response_issuer(&*registrar, back.iss)?;
        settle(
            self.store
                .write(move |tx| {
                    if registrar::spend(tx, &hash)? {
                        Ok(Ok(()))
                    } else {
                        refuse!(RegistrarFailed);
                    }
                })
                .await,
        )?;
        if let Some(error) = back.error {
            let cancelled = error == "access_denied";
            return Err(refused(if cancelled { "access_denied" } else { "error" }));
        }
        let code = back.code.ok_or_else(|| refused("code"))?;
        let visit = Visit {
            state: state.to_owned(),
            nonce: session.nonce,
            verifier: session.verifier,
            language: String::new(),
        };
        let vouched = registrar.finish(&visit, code).await.inspect_err(|error| {
            tracing::warn!(bank = registrar.name(), %error, "visit to a bank failed");
        })?;
        self.vouch(&landing, &vouched).await?;
        Ok(landing)
    }

    async fn vouch(&self, landing: &Landing, vouched: &Vouched) -> Result<(), Error> {
        match landing.purpose {
            Purpose::Enrolment => self.enrolment_vouched(&landing.subject, vouched).await,
            Purpose::Recovery => self.recovery_vouched(&landing.subject, vouched).await,
        }
    }

    async fn is_vouched(&self, landing: &Landing) -> Result<bool, Error> {
        let (purpose, id) = (landing.purpose, landing.subject.clone());
        Ok(self
            .store
            .read(move |tx| {
                Ok(match purpose {
                    Purpose::Enrolment => ipse_store::enrolment::by_id(tx, &id)?
                        .is_some_and(|e| e.vouched.is_some() || e.status == "completed"),
                    Purpose::Recovery => {
                        ipse_store::recovery::by_id(tx, &id)?.is_some_and(|r| r.status != "created")
                    }
                })
            })
            .await?)
    }
}

fn random() -> String {
    b64::encode(&ipse_protocol::random::<32>())
}

/// Binds the bank's answer to the device's key (protocol §9).
fn nonce(public_key: &[u8]) -> Result<String, Error> {
    let key = Jwk::from_sec1(public_key)
        .and_then(|jwk| VerifyingKey::from_jwk(&jwk, Alg::Es256))
        .map_err(|_| Error::Internal("device key in the database does not parse"))?;
    let mut bytes = b"ipse/bank/1".to_vec();
    bytes.extend_from_slice(&key.thumbprint());
    bytes.extend_from_slice(&ipse_protocol::random::<32>());
    Ok(b64::encode(&sha256(&bytes)))
}
