//! Challenges: the SIM answers, the registry accepts its counter at most one time, and only then a statement is signed.

use std::time::Duration;

use ipse_jose::b64;
use ipse_protocol::bytes::Fixed;
use ipse_protocol::constant_time_eq;
use ipse_sim::apdu::Response;
use ipse_sim::applet::{self, Answer, command};
use ipse_sim::event::Kind;
use ipse_sim::statement::{self, Claims, Line, MAX_LIFE, Method, Readiness};
use ipse_store::{StoreError, Tx};
use ipse_texts::Language;

use crate::cards::{self, Address, Channel, ChannelError};
use crate::config::Fault;
use crate::context::Context;
use crate::error::{AtFault, RuleError};
use crate::ids::{ChallengeId, Handle, random_digits, random_id};
use crate::operator::Operator;
use crate::registry;
use crate::store::challenge::{self, Challenge};
use crate::store::message::{self, Message};
use crate::store::sim::{self, Sim};
use crate::texts::{self, Purpose};

/// Guesses at a secret.
pub const TRIES: u8 = 3;
/// How long a secret can be typed in, in milliseconds.
pub const SECRET_LIFE: i64 = 5 * 60 * 1000;
/// Text messages that one SIM may get in [`TEXTS_WINDOW`].
pub const TEXTS_LIMIT: i64 = 10;
/// The window of [`TEXTS_LIMIT`], in milliseconds.
pub const TEXTS_WINDOW: i64 = 10 * 60 * 1000;
/// Text messages that one SIM may get in [`TEXTS_DAY`]. Each allows [`TRIES`] guesses, so their number bounds the chance
/// to guess a secret.
pub const TEXTS_DAY_LIMIT: i64 = 40;
/// The window of [`TEXTS_DAY_LIMIT`], in milliseconds.
pub const TEXTS_DAY: i64 = 24 * 60 * 60 * 1000;

/// How long a real card may take to answer after the person typed the secret.
const HOLDER_BUDGET: Duration = Duration::from_secs(30);
/// Digits of a secret.
pub const SECRET_DIGITS: usize = 6;

/// Why there is no statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No SIM has this handle.
    #[error("no SIM has this handle")]
    UnknownHandle,
    /// The SIM or its line is in a state in which it is not asked.
    #[error("the SIM is {0} and its line is {1}")]
    NotApplicable(Readiness, Line),
    /// The card did not answer, or its answer does not verify.
    #[error("the card gave no usable answer")]
    Channel(#[source] ChannelError),
    /// The card's counter is not above what was accepted before: there may be two cards with the same keys.
    #[error("the card's counter was not acceptable")]
    Counter,
    /// No open challenge has this id.
    #[error("no open challenge has this id")]
    Closed,
    /// The secret is wrong; so many guesses are left.
    #[error("the secret is wrong; {0} guesses are left")]
    WrongSecret(u8),
    /// Too many messages to this SIM.
    #[error("this SIM got too many text messages")]
    TooManyTexts,
}

impl Refusal {
    /// The party at fault.
    #[must_use]
    pub fn at_fault(self) -> AtFault {
        match self {
            Self::Channel(_) | Self::Counter => AtFault::Peer,
            Self::UnknownHandle
            | Self::NotApplicable(..)
            | Self::Closed
            | Self::WrongSecret(_)
            | Self::TooManyTexts => AtFault::Caller,
        }
    }
}

/// Why there is no statement, or that the store failed.
pub type ChallengeError = RuleError<Refusal>;

impl From<Refusal> for ChallengeError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ChannelError> for ChallengeError {
    fn from(error: ChannelError) -> Self {
        Refusal::Channel(error).into()
    }
}

/// What the scheme sent, for one SIM.
#[derive(Clone)]
struct Request {
    handle: Handle,
    nonce_hash: [u8; 32],
    method: applet::Method,
}

/// A card's answer whose counter the registry accepted. It can be signed.
#[derive(Clone, Debug)]
struct Accepted {
    sim: Sim,
    answer: Answer,
    /// The database's time, in milliseconds.
    now: i64,
}

/// What a real card answered.
struct Reply {
    bytes: Vec<u8>,
    /// The highest counter that was accepted when the card was asked.
    asked: u32,
}

impl Operator {
    /// Asks the SIM without the person, and signs what it answered. A real card gets `budget` to answer.
    ///
    /// # Errors
    /// A [`Refusal`], or the store's.
    pub async fn silent(
        &self,
        handle: &Handle,
        nonce_hash: [u8; 32],
        budget: Duration,
    ) -> Result<String, ChallengeError> {
        let request = Request {
            handle: handle.clone(),
            nonce_hash,
            method: applet::Method::Silent,
        };
        self.statement(request, budget).await
    }

    async fn statement(
        &self,
        request: Request,
        budget: Duration,
    ) -> Result<String, ChallengeError> {
        let reply = self.ask_card(&request, budget).await?;
        let (context, asked) = (self.context(), request.clone());
        let accepted = self
            .store
            .write_rule(move |tx| accept(tx, &context, &asked, reply.as_ref()))
            .await?;
        Ok(self.sign(&accepted, &request.nonce_hash)?)
    }

    /// Sends the challenge to a real card. Simulated cards are asked later, inside the transaction.
    async fn ask_card(
        &self,
        request: &Request,
        budget: Duration,
    ) -> Result<Option<Reply>, ChallengeError> {
        let Channel::Remote(channel) = &self.channel else {
            return Ok(None);
        };
        let handle = request.handle.clone();
        let row = self.store.read_rule(move |tx| usable(tx, &handle)).await?;
        let asked = row.counter;
        let address = Address {
            iccid: row.iccid,
            imsi: row.imsi,
        };
        let apdu = command::authenticate(request.method, &request.nonce_hash);
        let exchange = channel.exchange(&address, &apdu, budget);
        let bytes = tokio::time::timeout(budget, exchange)
            .await
            .unwrap_or(Err(ChannelError::Unreachable))?;
        Ok(Some(Reply { bytes, asked }))
    }

    fn sign(&self, accepted: &Accepted, nonce_hash: &[u8; 32]) -> Result<String, StoreError> {
        let Accepted { sim, answer, now } = accepted;
        let iat = now / 1000;
        let mut claims = Claims {
            iss: self.config.issuer.clone(),
            aud: self.config.scheme.issuer.clone(),
            sub: sim.handle.to_string(),
            jti: random_id(&self.random),
            iat,
            exp: iat + MAX_LIFE,
            nonce_hash: Fixed(*nonce_hash),
            method: match answer.method {
                applet::Method::Silent => Method::Silent,
                applet::Method::Holder => Method::Holder,
            },
            changed_at: sim.changed_at / 1000,
            readiness: sim.readiness(),
            line: sim.line,
            kvn: answer.kvn.into(),
            ctr: answer.counter.into(),
        };
        if self.fault() == Some(Fault::Lying) {
            // A valid signature on a statement about another SIM.
            claims.sub = b64::encode(&ipse_jose::sha256(claims.sub.as_bytes()));
        }
        statement::sign(&claims, &self.keys.signing)
            .map_err(|error| StoreError::Abort(format!("the statement cannot be written: {error}")))
    }

    /// Sends a secret to the handset in a text message.
    ///
    /// # Errors
    /// A [`Refusal`], or the store's.
    pub async fn begin_holder(
        &self,
        handle: &Handle,
        nonce_hash: [u8; 32],
        purpose: &Purpose,
        language: Language,
    ) -> Result<ChallengeId, ChallengeError> {
        let id = ChallengeId::new(&self.random);
        let secret = random_digits(&self.random, SECRET_DIGITS);
        let secret_mac = self.keys.secret_mac(&id, &secret);
        let name = &self.config.name;
        let text = texts::secret_message(&self.texts, language, purpose, &secret, name);
        let message_id = random_id(&self.random);
        let handle = handle.clone();
        self.store
            .write_rule(move |tx| {
                let row = usable(tx, &handle)?;
                let now = tx.now()?;
                for (window, limit) in [(TEXTS_WINDOW, TEXTS_LIMIT), (TEXTS_DAY, TEXTS_DAY_LIMIT)] {
                    if challenge::recent(tx, &row.handle, now - window)? >= limit {
                        return Err(Refusal::TooManyTexts.into());
                    }
                }
                let open = Challenge {
                    handle: row.handle,
                    nonce_hash,
                    secret_mac,
                    tries_left: TRIES,
                    expires: now + SECRET_LIFE,
                    closed: false,
                };
                challenge::insert(tx, &id, &open, now)?;
                let message = Message {
                    time: now,
                    sender: texts::SENDER.to_owned(),
                    text: text.clone(),
                };
                message::insert(tx, &message_id, &open.handle, &message)?;
                Ok(id.clone())
            })
            .await
    }

    /// Checks the secret that the person typed. If it is right, asks the SIM and signs a holder statement.
    ///
    /// # Errors
    /// A [`Refusal`], or the store's.
    pub async fn answer_holder(
        &self,
        id: &ChallengeId,
        secret: &str,
    ) -> Result<String, ChallengeError> {
        let mac = self.keys.secret_mac(id, secret);
        let (context, id) = (self.context(), id.clone());
        let simulated = matches!(self.channel, Channel::Simulated);
        // One transaction spends the guess and judges it. A simulated card answers in the same one.
        let (request, accepted) = self
            .store
            .write_rule(move |tx| {
                let open = judge(tx, &id, &mac)?;
                let request = Request {
                    handle: open.handle,
                    nonce_hash: open.nonce_hash,
                    method: applet::Method::Holder,
                };
                let accepted = if simulated {
                    Some(accept(tx, &context, &request, None)?)
                } else {
                    None
                };
                Ok::<_, ChallengeError>((request, accepted))
            })
            .await?;
        match accepted {
            Some(accepted) => Ok(self.sign(&accepted, &request.nonce_hash)?),
            None => self.statement(request, HOLDER_BUDGET).await,
        }
    }
}

/// Checks a card's answer, and accepts its counter if no answer had it before and it is above every counter that was
/// accepted before the card was asked. Without `reply`, asks the simulated card.
fn accept(
    tx: &mut Tx,
    context: &Context,
    request: &Request,
    reply: Option<&Reply>,
) -> Result<Accepted, ChallengeError> {
    let row = usable(tx, &request.handle)?;
    let response = match reply {
        Some(reply) => Response::parse(&reply.bytes).ok_or(ChannelError::Garbled)?,
        None => {
            let apdu = command::authenticate(request.method, &request.nonce_hash);
            cards::exchange(tx, &context.keys, &row.iccid, &apdu)?
        }
    };
    let keys = cards::applet_keys(&context.keys, &row.iccid, &row.eid, row.kvn)?;
    let nonce_hash = &request.nonce_hash;
    let answer = Answer::verify(&response.data, &keys.auth, &context.scheme_id, nonce_hash)
        .filter(|answer| answer.method == request.method && answer.kvn == row.kvn)
        .ok_or(ChannelError::Garbled)?;
    let asked = reply.map_or(row.counter, |reply| reply.asked);
    if !sim::accept(tx, &row.handle, answer.kvn, answer.counter, asked)? {
        // The MAC is right and the counter is not: two cards have the same keys, or one answer came twice.
        registry::announce(tx, &context.random, Kind::CloneSuspected, &row.handle)?;
        return Err(Refusal::Counter.into());
    }
    let now = tx.now()?;
    Ok(Accepted {
        sim: row,
        answer,
        now,
    })
}

/// The SIM with this handle, if it is ready and its line is active.
fn usable(tx: &mut Tx, handle: &Handle) -> Result<Sim, ChallengeError> {
    let row = sim::by_handle(tx, handle)?.ok_or(Refusal::UnknownHandle)?;
    match (row.readiness(), row.line) {
        (Readiness::Ready, Line::Active) => Ok(row),
        (readiness, line) => Err(Refusal::NotApplicable(readiness, line).into()),
    }
}

/// Spends a guess and compares it. A right one closes the challenge and binds the SIM.
fn judge(tx: &mut Tx, id: &ChallengeId, mac: &[u8; 32]) -> Result<Challenge, ChallengeError> {
    let now = tx.now()?;
    let open = challenge::get(tx, id)?.ok_or(Refusal::Closed)?;
    if open.closed || open.tries_left == 0 || now >= open.expires {
        return Err(Refusal::Closed.into());
    }
    if !challenge::spend(tx, id, open.tries_left)? {
        return Err(Refusal::Closed.into());
    }
    if constant_time_eq(mac, &open.secret_mac) {
        challenge::close(tx, id, now)?;
        // From here on the scheme relies on this SIM.
        sim::bind(tx, &open.handle, now)?;
        return Ok(open);
    }
    let left = open.tries_left - 1;
    if left == 0 {
        challenge::close(tx, id, now)?;
    }
    Err(Refusal::WrongSecret(left).into())
}
