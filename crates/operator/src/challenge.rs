//! Challenges: the SIM answers, the registry accepts its counter once, and only then is anything signed.

use std::time::Duration;

use ipse_jose::b64;
use ipse_protocol::bytes::Fixed;
use ipse_protocol::constant_time_eq;
use ipse_sim::applet::{self, Answer, command};
use ipse_sim::event::Kind;
use ipse_sim::kdf::{AppletKeys, CardId};
use ipse_sim::statement::{self, Claims, Line, MAX_LIFE, Method, Readiness};
use ipse_store::{StoreError, Tx};

use crate::cards::{self, Address, Channel, ChannelError};
use crate::config::Fault;
use crate::operator::Operator;
use crate::registry::{self, digits, random_id};
use crate::store::challenge::{self, Challenge};
use crate::store::message::{self, Message};
use crate::store::sim::{self, Sim};
use crate::texts;

/// Guesses at a secret.
pub const TRIES: u8 = 3;
/// How long a secret can be typed in, ms.
pub const SECRET_LIFE: i64 = 5 * 60 * 1000;
/// At most this many text messages in [`TEXTS_WINDOW`] for one SIM: nobody is to be bombed.
pub const TEXTS_LIMIT: i64 = 10;
/// See [`TEXTS_LIMIT`], ms.
pub const TEXTS_WINDOW: i64 = 10 * 60 * 1000;
/// And so many in [`TEXTS_DAY`]: each text allows [`TRIES`] guesses, which must not add up to a chance.
pub const TEXTS_DAY_LIMIT: i64 = 40;
/// See [`TEXTS_DAY_LIMIT`], ms.
pub const TEXTS_DAY: i64 = 24 * 60 * 60 * 1000;

/// Why a challenge was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No SIM has this handle.
    UnknownHandle,
    /// The SIM or its line is not in a state to answer.
    NotApplicable(Readiness, Line),
    /// The card did not answer, or rubbish.
    Channel(ChannelError),
    /// No open challenge has this id.
    Closed,
    /// Wrong secret; so many guesses are left.
    Wrong(u8),
    /// Too many messages to this SIM.
    TooMany,
}

/// A refusal is an outcome and commits; only the store fails.
pub type Outcome<T> = Result<Result<T, Refusal>, StoreError>;

/// What the card said and the registry accepted, ready to be signed.
#[derive(Clone, Debug)]
pub struct Accepted {
    sim: Sim,
    answer: Answer,
    now: i64,
}

/// What a remote card answered.
struct Reply {
    bytes: Vec<u8>,
    /// The highest counter that was accepted when the card was asked.
    asked: u32,
}

impl Operator {
    /// Asks the SIM without the person, and signs what it answered.
    ///
    /// # Errors
    /// The store's.
    pub async fn silent(
        &self,
        handle: &str,
        nonce_hash: [u8; 32],
        budget: Duration,
    ) -> Outcome<String> {
        self.statement(handle, nonce_hash, applet::Method::Silent, budget)
            .await
    }

    async fn statement(
        &self,
        handle: &str,
        nonce_hash: [u8; 32],
        method: applet::Method,
        budget: Duration,
    ) -> Outcome<String> {
        let reply = match self.reach(handle, &nonce_hash, method, budget).await? {
            Ok(reply) => reply,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let parts = self.parts();
        let handle = handle.to_owned();
        let accepted = self
            .store
            .write(move |tx| parts.accept(tx, &handle, &nonce_hash, method, reply.as_ref()))
            .await?;
        Ok(match accepted {
            Ok(accepted) => Ok(self.sign(&accepted, &nonce_hash)?),
            Err(refusal) => Err(refusal),
        })
    }

    /// Sends the challenge to a remote card; resident cards are asked later, inside the transaction.
    async fn reach(
        &self,
        handle: &str,
        nonce_hash: &[u8; 32],
        method: applet::Method,
        budget: Duration,
    ) -> Outcome<Option<Reply>> {
        let Channel::Remote(channel) = &self.channel else {
            return Ok(Ok(None));
        };
        let wanted = handle.to_owned();
        let row = self
            .store
            .read(move |tx| sim::by_handle(tx, &wanted))
            .await?;
        let row = match usable(row) {
            Ok(row) => row,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let asked = row.counter;
        let address = Address {
            iccid: row.iccid,
            imsi: row.imsi,
        };
        let apdu = command::authenticate(method, nonce_hash);
        let exchange = channel.exchange(&address, &apdu, budget);
        Ok(match tokio::time::timeout(budget, exchange).await {
            Ok(Ok(bytes)) => Ok(Some(Reply { bytes, asked })),
            Ok(Err(error)) => Err(Refusal::Channel(error)),
            Err(_) => Err(Refusal::Channel(ChannelError::Unreachable)),
        })
    }

    fn sign(&self, accepted: &Accepted, nonce_hash: &[u8; 32]) -> Result<String, StoreError> {
        let Accepted { sim, answer, now } = accepted;
        let iat = now / 1000;
        let mut claims = Claims {
            iss: self.config.issuer.clone(),
            aud: self.config.scheme.issuer.clone(),
            sub: sim.handle.clone(),
            jti: random_id(),
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
            // A good signature on a statement about somebody else's SIM.
            claims.sub = b64::encode(&ipse_jose::sha256(claims.sub.as_bytes()));
        }
        statement::sign(&claims, &self.keys.signing)
            .map_err(|_| StoreError::Abort("the statement cannot be written".into()))
    }

    /// Texts a secret to the handset.
    ///
    /// # Errors
    /// The store's.
    pub async fn begin_holder(
        &self,
        handle: &str,
        nonce_hash: [u8; 32],
        purpose: &str,
        language: &str,
    ) -> Outcome<String> {
        let id = format!("chl_{}", random_id());
        let secret = digits(6);
        let secret_mac = self.keys.secret_mac(&id, &secret);
        let text = texts::secret(language, purpose, &secret, &self.config.name);
        let handle = handle.to_owned();
        self.store
            .write(move |tx| {
                let row = match usable(sim::by_handle(tx, &handle)?) {
                    Ok(row) => row,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let now = tx.now()?;
                for (window, limit) in [(TEXTS_WINDOW, TEXTS_LIMIT), (TEXTS_DAY, TEXTS_DAY_LIMIT)] {
                    if challenge::recent(tx, &row.handle, now - window)? >= limit {
                        return Ok(Err(Refusal::TooMany));
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
                message::insert(tx, &random_id(), &open.handle, &message)?;
                Ok(Ok(id.clone()))
            })
            .await
    }

    /// Takes the secret that the person typed; when it is right, asks the SIM and signs a holder statement.
    ///
    /// # Errors
    /// The store's.
    pub async fn answer_holder(&self, id: &str, secret: &str) -> Outcome<String> {
        let mac = self.keys.secret_mac(id, secret);
        let parts = self.parts();
        let wanted = id.to_owned();
        let resident = matches!(self.channel, Channel::Resident);
        // A guess is spent in the transaction that judges it. A resident card answers in the same one.
        let judged = self
            .store
            .write(move |tx| {
                let open = match judge(tx, &wanted, &mac)? {
                    Ok(open) => open,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                let holder = applet::Method::Holder;
                let accepted = if resident {
                    match parts.accept(tx, &open.handle, &open.nonce_hash, holder, None)? {
                        Ok(accepted) => Some(accepted),
                        Err(refusal) => return Ok(Err(refusal)),
                    }
                } else {
                    None
                };
                Ok(Ok((open, accepted)))
            })
            .await?;
        match judged {
            Err(refusal) => Ok(Err(refusal)),
            Ok((open, Some(accepted))) => Ok(Ok(self.sign(&accepted, &open.nonce_hash)?)),
            Ok((open, None)) => {
                let budget = Duration::from_secs(30);
                self.statement(
                    &open.handle,
                    open.nonce_hash,
                    applet::Method::Holder,
                    budget,
                )
                .await
            }
        }
    }
}

/// What accepting needs, in a form that can move into a transaction.
pub(crate) struct Parts {
    pub(crate) keys: std::sync::Arc<crate::keys::OperatorKeys>,
    pub(crate) scheme_id: [u8; 16],
}

impl Parts {
    /// Asks a resident card if `reply` is none, checks the MAC, and accepts the counter if it is higher than every one that
    /// was accepted before the card was asked, and was never accepted itself.
    fn accept(
        &self,
        tx: &mut Tx,
        handle: &str,
        nonce_hash: &[u8; 32],
        method: applet::Method,
        reply: Option<&Reply>,
    ) -> Outcome<Accepted> {
        let row = match usable(sim::by_handle(tx, handle)?) {
            Ok(row) => row,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let garbled = Ok(Err(Refusal::Channel(ChannelError::Garbled)));
        let response = match reply {
            Some(reply) => ipse_sim::apdu::Response::parse(&reply.bytes),
            None => {
                let apdu = command::authenticate(method, nonce_hash);
                Some(cards::exchange(tx, &self.keys, &row.iccid, &apdu)?)
            }
        };
        let Some(response) = response else {
            return garbled;
        };
        let id = CardId {
            iccid: &row.iccid,
            eid: &row.eid,
            kvn: row.kvn,
        };
        let Ok(keys) = AppletKeys::derive(&self.keys.master, &id) else {
            return Err(StoreError::Abort("card keys cannot be derived".into()));
        };
        let answer = Answer::verify(&response.data, &keys.auth, &self.scheme_id, nonce_hash);
        let Some(answer) = answer.filter(|a| a.method == method && a.kvn == row.kvn) else {
            return garbled;
        };
        let asked = reply.map_or(row.counter, |reply| reply.asked);
        if !sim::accept(tx, &row.handle, answer.kvn, answer.counter, asked)? {
            // The MAC is right and the counter is old: two cards have the same keys, or one answer came twice.
            registry::announce(tx, Kind::CloneSuspected, &row.handle)?;
            return garbled;
        }
        let now = tx.now()?;
        Ok(Ok(Accepted {
            sim: row,
            answer,
            now,
        }))
    }
}

/// Only a ready SIM on a working line is asked.
fn usable(row: Option<Sim>) -> Result<Sim, Refusal> {
    let row = row.ok_or(Refusal::UnknownHandle)?;
    match (row.readiness(), row.line) {
        (Readiness::Ready, Line::Active) => Ok(row),
        (readiness, line) => Err(Refusal::NotApplicable(readiness, line)),
    }
}

fn judge(tx: &mut Tx, id: &str, mac: &[u8; 32]) -> Outcome<Challenge> {
    let now = tx.now()?;
    let Some(open) = challenge::get(tx, id)? else {
        return Ok(Err(Refusal::Closed));
    };
    if open.closed || open.tries_left == 0 || now >= open.expires {
        return Ok(Err(Refusal::Closed));
    }
    if !challenge::spend(tx, id, open.tries_left)? {
        return Ok(Err(Refusal::Closed));
    }
    if constant_time_eq(mac, &open.secret_mac) {
        challenge::close(tx, id, now)?;
        // From here on the scheme relies on this SIM.
        sim::bind(tx, &open.handle, Some(now))?;
        return Ok(Ok(open));
    }
    let left = open.tries_left - 1;
    if left == 0 {
        challenge::close(tx, id, now)?;
    }
    Ok(Err(Refusal::Wrong(left)))
}
