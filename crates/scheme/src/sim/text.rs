//! Text messages with secrets. Each one is counted before it is sent, wherever it is asked for: by who asks, by the number that it
//! goes to, and in total. Anybody can begin an enrolment with any number, so nobody's count may use up the messages that the
//! holder of a number needs to get their identity back.

use ipse_protocol::ids::IdentityId;
use ipse_protocol::{Random, ids};
use ipse_store::Tx;
use ipse_store::sim_text::{self, Asker, Text};
use ipse_texts::Language;

use crate::counting::{DAY, HOUR, within};
use crate::error::{Error, RuleError};
use crate::person::keyed_hash;
use crate::scheme::Scheme;
use crate::sim_controller::{SimController, SimError};

/// Prefix of a text message's id.
const TEXT: &str = "txt";
/// How many messages a day go to one number for people whom no bank has vouched for.
pub const TEXTS: i64 = 5;
/// How many messages a day a person gets whom a bank has vouched for, and who enrols or connects another number.
pub const TEXTS_VOUCHED: i64 = 4;
/// How many messages a day a person gets to the number of their identity.
pub const TEXTS_ENROLLED: i64 = 10;
/// How many messages a day go to one number for all but its holder, also those of enrolments whose SIM answered. With the holder's,
/// they are fewer than the operator's forty for a SIM.
pub const TEXTS_OTHERS: i64 = 15;

/// How long messages are counted, in milliseconds.
pub(crate) const COUNTED_MS: i64 = DAY;

/// A message that somebody asks for.
#[derive(Clone)]
pub(crate) struct TextRequest {
    text: Text,
    /// In an hour, for all numbers together.
    in_total: i64,
}

impl Scheme {
    /// A message to `number` for a person who enrols; for `vouched`, a national number, once a bank has vouched.
    pub(crate) fn ask_enrolling(
        &self,
        enrolment: &str,
        number: &str,
        vouched: Option<&str>,
    ) -> TextRequest {
        let (asker, hash) = match vouched {
            Some(person) => (
                Asker::Vouched,
                keyed_hash(&*self.keys, "sim_text/person", person),
            ),
            None => (Asker::Stranger, self.texted(number)),
        };
        self.asked(asker, hash, number, enrolment)
    }

    /// A message to `number` for a person who has an identity, and `holds` this number, or connects another one.
    pub(crate) fn ask_enrolled(
        &self,
        identity: &IdentityId,
        number: &str,
        holds: bool,
    ) -> TextRequest {
        let (asker, purpose) = if holds {
            (Asker::Enrolled, "sim_text/identity")
        } else {
            (Asker::Vouched, "sim_text/other")
        };
        let hash = keyed_hash(&*self.keys, purpose, identity);
        self.asked(asker, hash, number, identity)
    }

    fn asked(&self, asker: Asker, hash: Vec<u8>, number: &str, subject: &str) -> TextRequest {
        TextRequest {
            text: Text {
                id: text_id(&self.random),
                asker,
                hash,
                number: self.texted(number),
                subject: subject.to_owned(),
            },
            in_total: self.config.texts_per_hour,
        }
    }

    fn texted(&self, number: &str) -> Vec<u8> {
        keyed_hash(&*self.keys, "sim_text/number", number)
    }

    /// Has an operator send a secret to a SIM, for a purpose that the message names, if `allowed`, and if there were not too many. Returns the operator's challenge and
    /// the tries.
    pub(crate) async fn text_secret(
        &self,
        (operator, handle): (&dyn SimController, &str),
        nonce_hash: &[u8; 32],
        (purpose, language): (&str, Language),
        asked: &TextRequest,
        mut allowed: impl FnMut(&mut Tx) -> Result<(), RuleError> + Send + 'static,
    ) -> Result<Result<(String, u32), SimError>, Error> {
        // Counted before it is sent, so that simultaneous requests get no more.
        let counted = asked.clone();
        self.write(move |tx| {
            allowed(tx)?;
            count(tx, &counted)
        })
        .await?;
        let begun = operator
            .holder_begin(handle, nonce_hash, purpose, language)
            .await;
        if matches!(begun, Err(SimError::Unavailable | SimError::TooMany)) {
            let id = asked.text.id.clone();
            self.store
                .write(move |tx| sim_text::forget(tx, &id))
                .await?;
        }
        Ok(begun)
    }
}

fn text_id(random: &Random) -> String {
    ids::of(TEXT, &random.bytes())
}

/// Counts a message that is about to be sent, unless there were too many.
fn count(tx: &mut Tx, asked: &TextRequest) -> Result<(), RuleError> {
    let TextRequest { text, in_total } = asked;
    let now = tx.now()?;
    let of_asker = match text.asker {
        Asker::Stranger => TEXTS,
        Asker::Vouched => TEXTS_VOUCHED,
        Asker::Enrolled => TEXTS_ENROLLED,
    };
    let (day, hour) = (now - DAY, now - HOUR);
    within(sim_text::of_asker(tx, &text.hash, day)?, of_asker, DAY, now)?;
    within(sim_text::all(tx, hour)?, *in_total, HOUR, now)?;
    match text.asker {
        Asker::Enrolled => {}
        Asker::Vouched | Asker::Stranger => {
            let others = sim_text::to_number_of_others(tx, &text.number, day)?;
            within(others, TEXTS_OTHERS, DAY, now)?;
        }
    }
    if text.asker == Asker::Stranger {
        // Strangers leave half of all messages to people whom somebody knows.
        within(sim_text::of_strangers(tx, hour)?, in_total / 2, HOUR, now)?;
    }
    sim_text::add(tx, text, now)?;
    Ok(())
}
