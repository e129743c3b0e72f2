//! A visit to a registrar: a device begins it, and the browser in which the person signed in finishes it, once.

use ipse_jose::{Alg, Jwk, VerifyingKey, b64};
use ipse_protocol::ids::{EnrolmentId, RecoveryId};
use ipse_protocol::problem::ProblemCode;
use ipse_protocol::{constant_time_eq, sha256};
use ipse_store::Tx;
use ipse_store::enrolment::{self, EnrolmentStatus};
use ipse_store::person;
use ipse_store::recovery::{self, RecoveryStatus};
use ipse_store::registrar::{self, Purpose, VisitRow, VisitStatus};
use ipse_texts::Language;

use crate::device::Signed;
use crate::error::Error;
use crate::error::refuse;
use crate::party;
use crate::registrar::{RegistrarError, Visit, response_issuer};
use crate::scheme::Scheme;

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
        language: Language,
    ) -> Result<String, Error> {
        let registrar = self.registrar(bank).ok_or(ProblemCode::MalformedRequest)?;
        party::record_bank(registrar.name());
        let visit = Visit {
            state: self.secret(),
            nonce: self.device_nonce(&signed.device.public_key)?,
            verifier: self.secret(),
        };
        let authorization_url = registrar.begin(&visit, language).await?;
        let cookie = self.visit_cookie(signed);
        let lifetime = self.config.lifetimes.enrolment;
        let mut row = VisitRow {
            state_hash: sha256(visit.state.as_bytes()),
            purpose,
            subject: subject.to_owned(),
            device: signed.device.id.clone(),
            registrar: registrar.name().to_owned(),
            nonce: visit.nonce,
            verifier: visit.verifier,
            cookie_hash: sha256(cookie.as_bytes()),
            status: VisitStatus::Open,
            began: 0,
            expires: 0,
        };
        self.store
            .write(move |tx| {
                row.began = tx.now()?;
                row.expires = row.began + lifetime;
                registrar::insert(tx, &row)
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
    /// `wrong_browser`, `registrar_failed`, `assurance_insufficient`, `person_mismatch`, `identity_blocked`.
    pub async fn finish_visit(&self, back: Callback<'_>) -> Result<Landing, Error> {
        let refused = |reason| Error::from(RegistrarError::Refused(reason));
        let state = back.state.ok_or_else(|| refused("state"))?;
        let hash = sha256(state.as_bytes());
        let (row, now) = self
            .store
            .read(move |tx| Ok((registrar::by_state(tx, &hash)?, tx.now()?)))
            .await?;
        let row = row
            .filter(|s| s.expires > now)
            .ok_or_else(|| refused("state"))?;
        let same_browser = back
            .cookie
            .is_some_and(|cookie| constant_time_eq(&sha256(cookie.as_bytes()), &row.cookie_hash));
        if !same_browser {
            return Err(ProblemCode::WrongBrowser.into());
        }
        let landing = Landing {
            purpose: row.purpose,
            subject: row.subject.clone(),
        };
        if row.status != VisitStatus::Open {
            // The page was loaded again: it leads to the same place, and does nothing.
            return match self.is_vouched(&landing).await? {
                true => Ok(landing),
                false => Err(refused("state_used")),
            };
        }
        let registrar = self
            .registrar(&row.registrar)
            .ok_or_else(|| refused("bank"))?
            .clone();
        party::record_bank(registrar.name());
        response_issuer(&*registrar, back.iss)?;
        self.write(move |tx| {
            if registrar::mark_used(tx, &hash)? {
                Ok(())
            } else {
                refuse!(RegistrarFailed);
            }
        })
        .await?;
        if let Some(error) = back.error {
            let cancelled = error == "access_denied";
            return Err(refused(if cancelled { "access_denied" } else { "error" }));
        }
        let code = back.code.ok_or_else(|| refused("code"))?;
        let visit = Visit {
            state: state.to_owned(),
            nonce: row.nonce,
            verifier: row.verifier,
        };
        let vouched = registrar.finish(&visit, code).await?;
        let (subject, began) = (&landing.subject, row.began);
        match landing.purpose {
            Purpose::Enrolment => self.enrolment_vouched(subject, &vouched, began).await?,
            Purpose::Recovery => self.recovery_vouched(subject, &vouched, began).await?,
            Purpose::Attributes => {
                let proofing = subject.clone();
                self.add_attributes(proofing, &row.device, &vouched).await?;
            }
        }
        Ok(landing)
    }

    async fn is_vouched(&self, landing: &Landing) -> Result<bool, Error> {
        let (purpose, id) = (landing.purpose, landing.subject.clone());
        let read = move |tx: &mut Tx| match purpose {
            Purpose::Enrolment => {
                let Some(id) = EnrolmentId::parse(&id) else {
                    return Ok(false);
                };
                let found = enrolment::by_id(tx, &id)?;
                Ok(found
                    .is_some_and(|e| e.vouched.is_some() || e.status == EnrolmentStatus::Completed))
            }
            Purpose::Recovery => {
                let Some(id) = RecoveryId::parse(&id) else {
                    return Ok(false);
                };
                let found = recovery::by_id(tx, &id)?;
                Ok(found.is_some_and(|r| r.status != RecoveryStatus::Created))
            }
            Purpose::Attributes => person::has_proofing(tx, &id),
        };
        Ok(self.store.read(read).await?)
    }

    fn secret(&self) -> String {
        b64::encode(&self.random.bytes::<32>())
    }

    /// A nonce that binds the registrar's answer to the device's key (protocol §9).
    fn device_nonce(&self, public_key: &[u8; 65]) -> Result<String, Error> {
        let key = Jwk::from_sec1(public_key)
            .and_then(|jwk| VerifyingKey::from_jwk(&jwk, Alg::Es256))
            .map_err(|_| Error::Corrupt("public key of a device"))?;
        let mut bytes = b"ipse/bank/1".to_vec();
        bytes.extend_from_slice(&key.thumbprint());
        bytes.extend_from_slice(&self.random.bytes::<32>());
        Ok(b64::encode(&sha256(&bytes)))
    }
}
