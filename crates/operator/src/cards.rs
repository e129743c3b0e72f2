//! How the operator reaches a card, and the simulated cards.
//!
//! A [`Channel`] is either [`Channel::Simulated`], cards whose memory is in this database, or [`Channel::Remote`], the
//! interface of an over-the-air gateway. The rest is the same for both: a command is sent, an answer comes back, and the
//! registry decides whether it accepts the counter.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ipse_sim::apdu::{Response, StatusWord};
use ipse_sim::applet::{
    Applet, Life, Memory, MemoryFailure, Origin, Storage, command, is_confirmed,
};
use ipse_sim::cmac::{CmacError, Key, LENGTH};
use ipse_sim::kdf::{AppletKeys, CardId, transport_key};
use ipse_store::{StoreError, Tx};
use zeroize::Zeroizing;

use crate::context::Context;
use crate::ids::{Iccid, Imsi};
use crate::keys::OperatorKeys;
use crate::store::card::{self, Card};

/// Which card a command is for.
#[derive(Clone, Debug)]
pub struct Address {
    /// Card identifier.
    pub iccid: Iccid,
    /// Subscription identifier, by which the network finds it.
    pub imsi: Imsi,
}

/// Why a card did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// The phone is off, has no coverage, or is too slow. This says nothing about the SIM.
    #[error("the SIM does not answer now")]
    Unreachable,
    /// The answer does not verify.
    #[error("the SIM's answer does not verify")]
    Garbled,
}

/// The answer of a remote card.
pub type Exchange<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, ChannelError>> + Send + 'a>>;

/// Carries commands to real cards.
pub trait CardChannel: Send + Sync {
    /// Sends one command APDU and waits, at most `budget`, for the answer.
    fn exchange<'a>(
        &'a self,
        card: &'a Address,
        command: &'a [u8],
        budget: Duration,
    ) -> Exchange<'a>;
}

/// How cards are reached.
#[derive(Clone)]
pub enum Channel {
    /// Simulated cards, in this process and database; demo only. They answer inside the transaction that accepts their
    /// counter, so that a challenge costs one commit.
    Simulated,
    /// Real cards.
    Remote(Arc<dyn CardChannel>),
}

/// Sends a command to a simulated card.
///
/// # Errors
/// The store's. An unknown card answers "not found".
pub fn exchange(
    tx: &mut Tx,
    keys: &OperatorKeys,
    iccid: &Iccid,
    command: &[u8],
) -> Result<Response, StoreError> {
    let Some(card) = card::get(tx, iccid)? else {
        return Ok(Response::status(StatusWord::NOT_FOUND));
    };
    let mut memory = SimulatedMemory {
        tx,
        keys,
        iccid,
        card,
        failure: None,
    };
    let response = Applet::power_up(&mut memory).process(Origin::OverTheAir, command);
    // The applet knows only that its memory failed. The transaction must know why, to run again or to give up.
    match memory.failure {
        Some(failure) => Err(failure),
        None => Ok(response),
    }
}

/// Makes a simulated card as its maker would deliver it, loads the applet's keys, and stores the card after it confirmed
/// them.
///
/// # Errors
/// The store's, or [`StoreError::Abort`] when the card did not confirm its keys.
pub fn personalise(
    tx: &mut Tx,
    context: &Context,
    iccid: &Iccid,
    eid: &str,
    kvn: u8,
) -> Result<(), StoreError> {
    let Context {
        keys,
        scheme_id: scheme,
        ..
    } = context;
    let id = CardId {
        iccid: iccid.as_str(),
        eid,
        kvn,
    };
    let transport = transport_key(&keys.master, &id).map_err(underivable)?;
    let applet_keys = AppletKeys::derive(&keys.master, &id).map_err(underivable)?;
    let load = command::load_key(&transport, kvn, scheme, &applet_keys)
        .ok_or_else(|| StoreError::Abort("the card's keys cannot be wrapped".into()))?;
    let mut applet = Applet::power_up(Memory::blank(transport));
    let reply = applet.process(Origin::OverTheAir, &load);
    if !is_confirmed(&reply.data, &applet_keys, kvn, scheme)
        || applet.process(Origin::OverTheAir, &command::UNLOCK).status != StatusWord::OK
    {
        return Err(StoreError::Abort(
            "the card did not confirm its keys".into(),
        ));
    }
    let card = seal(keys, iccid, &applet.into_storage())?;
    card::put(tx, iccid, &card)
}

/// The keys that the card of this activation has.
///
/// # Errors
/// [`StoreError::Abort`] when they cannot be derived.
pub fn applet_keys(
    keys: &OperatorKeys,
    iccid: &Iccid,
    eid: &str,
    kvn: u8,
) -> Result<AppletKeys, StoreError> {
    let id = CardId {
        iccid: iccid.as_str(),
        eid,
        kvn,
    };
    AppletKeys::derive(&keys.master, &id).map_err(underivable)
}

fn underivable(error: CmacError) -> StoreError {
    StoreError::Abort(format!("the card's keys cannot be derived: {error}"))
}

struct SimulatedMemory<'a> {
    tx: &'a mut Tx,
    keys: &'a OperatorKeys,
    iccid: &'a Iccid,
    card: Card,
    failure: Option<StoreError>,
}

impl SimulatedMemory<'_> {
    /// Keeps the failure, which the applet cannot carry.
    fn note<T>(&mut self, result: Result<T, StoreError>) -> Result<T, MemoryFailure> {
        result.map_err(|error| {
            self.failure = Some(error);
            MemoryFailure
        })
    }
}

impl Storage for &mut SimulatedMemory<'_> {
    fn load(&mut self) -> Result<Memory, MemoryFailure> {
        let memory = unseal(self.keys, self.iccid, &self.card);
        self.note(memory)
    }

    fn save_counter(&mut self, counter: u32) -> Result<(), MemoryFailure> {
        let result = card::set_counter(self.tx, self.iccid, counter);
        self.note(result)?;
        self.card.counter = counter;
        Ok(())
    }

    fn save(&mut self, memory: &Memory) -> Result<(), MemoryFailure> {
        let result = seal(self.keys, self.iccid, memory).and_then(|card| {
            card::put(self.tx, self.iccid, &card)?;
            Ok(card)
        });
        self.card = self.note(result)?;
        Ok(())
    }
}

/// `transport ‖ scheme`, then `K_auth ‖ K_confirm` when there are keys.
fn seal(keys: &OperatorKeys, iccid: &Iccid, memory: &Memory) -> Result<Card, StoreError> {
    let mut plain = Zeroizing::new(Vec::with_capacity(4 * LENGTH));
    plain.extend_from_slice(&memory.transport.0);
    plain.extend_from_slice(&memory.scheme);
    if let Some(applet) = &memory.keys {
        plain.extend_from_slice(&applet.auth.0);
        plain.extend_from_slice(&applet.confirm.0);
    }
    Ok(Card {
        life: memory.life as u8,
        kvn: memory.kvn,
        counter: memory.counter,
        secrets: keys.seal_card(iccid, &plain).map_err(|error| {
            StoreError::Abort(format!("a card's memory cannot be sealed: {error}"))
        })?,
    })
}

fn unseal(keys: &OperatorKeys, iccid: &Iccid, card: &Card) -> Result<Memory, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("a card's memory: {what}"));
    let plain = keys
        .open_card(iccid, &card.secrets)
        .map_err(|error| corrupt(&error.to_string()))?;
    let mut parts = plain.chunks_exact(LENGTH).map(|chunk| {
        let mut part = [0; LENGTH];
        part.copy_from_slice(chunk);
        part
    });
    let (Some(transport), Some(scheme)) = (parts.next(), parts.next()) else {
        return Err(corrupt("it is too short"));
    };
    let applet = match (parts.next(), parts.next()) {
        (Some(auth), Some(confirm)) => Some(AppletKeys {
            auth: Key(auth),
            confirm: Key(confirm),
        }),
        (None, None) => None,
        _ => return Err(corrupt("a key is missing")),
    };
    Ok(Memory {
        life: Life::from_byte(card.life).ok_or_else(|| corrupt("its state is unknown"))?,
        kvn: card.kvn,
        counter: card.counter,
        scheme,
        transport: Key(transport),
        keys: applet,
    })
}
