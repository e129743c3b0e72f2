//! The SIM of an enrolment: its operator texts a secret to the handset, and the holder types it.

use std::sync::Arc;

use ipse_protocol::problem::{Code, Problem};
use ipse_protocol::sim_statement;
use ipse_protocol::wire::SimSentResponse;
use ipse_store::Tx;
use ipse_store::enrolment::{self, Enrolment};

use crate::device::Signed;
use crate::error::{Error, settle};
use crate::sim::{PURPOSE, refused_by_operator, verify_holder};
use crate::sim_controller::SimController;
use crate::{Scheme, refuse};

impl Scheme {
    /// Has the operator text a secret to the handset.
    ///
    /// # Errors
    /// `sim_not_ready`, `sim_mismatch`, `sim_unavailable`; `not_found` once the SIM is connected or the enrolment over.
    pub async fn enrolment_sim(&self, signed: &Signed, id: &str) -> Result<SimSentResponse, Error> {
        let found = self.enrolment(signed, id).await?;
        if !wants_sim(&found) {
            return Err(Code::NotFound.into());
        }
        let (operator, handle) = self.connectable(&found)?;
        let nonce_hash = sim_statement::nonce_hash(
            &found.id,
            &ipse_protocol::random(),
            &ipse_protocol::random(),
        );
        let (challenge, tries_left) = operator
            .holder_begin(handle, &nonce_hash, PURPOSE, &found.language)
            .await
            .map_err(refused_by_operator)?;
        let id = found.id.clone();
        self.store
            .write(move |tx| enrolment::set_challenge(tx, &id, &challenge, &nonce_hash))
            .await?;
        Ok(SimSentResponse {
            sent: true,
            tries_left,
        })
    }

    fn connectable<'e>(
        &self,
        found: &'e Enrolment,
    ) -> Result<(&Arc<dyn SimController>, &'e str), Error> {
        if found.sim_state == "changed" {
            return Err(Code::SimMismatch.into());
        }
        let (Some(name), Some(handle)) = (&found.operator, &found.handle) else {
            return Err(Code::SimNotReady.into());
        };
        let operator = self
            .operator(name)
            .ok_or(Error::from(Code::SimUnavailable))?;
        Ok((operator, handle))
    }

    /// The person typed the secret: the SIM is connected.
    ///
    /// # Errors
    /// `sim_secret_wrong` with the tries left, `sim_unavailable`, `sim_mismatch`.
    pub async fn enrolment_sim_answer(
        &self,
        signed: &Signed,
        id: &str,
        secret: &str,
    ) -> Result<(), Error> {
        let found = self.enrolment(signed, id).await?;
        let (operator, handle) = self.connectable(&found)?;
        if found.sim_statement.is_some() {
            return Ok(());
        }
        let none_sent = || Problem::new(Code::SimSecretWrong).with("tries_left", 0);
        let challenge = found.sim_challenge.as_deref().ok_or_else(none_sent)?;
        let nonce_hash: [u8; 32] = found
            .sim_nonce_hash
            .as_deref()
            .and_then(|hash| hash.try_into().ok())
            .ok_or_else(none_sent)?;
        let statement = operator
            .holder_answer(challenge, secret)
            .await
            .map_err(refused_by_operator)?;
        let now = self.store.read(Tx::now).await?;
        let claims = verify_holder(
            &**operator,
            &self.config.issuer,
            handle,
            &nonce_hash,
            &statement,
            now,
        )?;
        let (id, handle) = (found.id.clone(), handle.to_owned());
        settle(
            self.store
                .write(move |tx| {
                    // A swap that was reported meanwhile has taken the handle away.
                    if enrolment::connect(tx, &id, &handle, &statement, claims.changed_at)? {
                        Ok(Ok(()))
                    } else {
                        refuse!(SimMismatch);
                    }
                })
                .await,
        )
    }
}

/// Whether a secret would still serve: what is over, or has its SIM, sends nobody a text message.
fn wants_sim(found: &Enrolment) -> bool {
    found.status == "open" && found.sim_statement.is_none()
}
