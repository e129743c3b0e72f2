//! Notices: what the holder of a SIM is told without being asked anything.

use ipse_protocol::terms::Notice;
use ipse_sim::statement::{Line, Readiness};
use ipse_texts::Language;

use crate::challenge::{ChallengeError, Refusal};
use crate::ids::{Handle, random_id};
use crate::operator::Operator;
use crate::store::message::{self, Message};
use crate::store::sim;
use crate::texts;

impl Operator {
    /// Sends the holder of a SIM a text message. It does not count for the limits of secrets: nobody may use them up so that a
    /// person is not told.
    ///
    /// # Errors
    /// A [`Refusal`] for a SIM that gets no messages, or the store's.
    pub async fn notify(
        &self,
        handle: &Handle,
        notice: Notice,
        language: Language,
    ) -> Result<(), ChallengeError> {
        let name = &self.config.name;
        let text = texts::notice_message(&self.texts, language, notice, name);
        let (id, handle) = (random_id(&self.random), handle.clone());
        self.store
            .write_rule(move |tx| {
                let row = sim::by_handle(tx, &handle)?.ok_or(Refusal::UnknownHandle)?;
                match (row.readiness(), row.line) {
                    (Readiness::Retired, line) => {
                        return Err(Refusal::NotApplicable(Readiness::Retired, line).into());
                    }
                    (_, Line::Active | Line::PortPending) => {}
                    (readiness, line) => {
                        return Err(Refusal::NotApplicable(readiness, line).into());
                    }
                }
                let message = Message {
                    time: tx.now()?,
                    sender: texts::SENDER.to_owned(),
                    text: text.clone(),
                };
                Ok(message::insert(tx, &id, &handle, &message)?)
            })
            .await
    }
}
