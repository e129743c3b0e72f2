//! How the operator reaches a card, and the cards that live in this process.
//!
//! A [`Channel`] is either [`Channel::Resident`], simulated cards whose memory stands in this database, or
//! [`Channel::Remote`], the seam for the over-the-air gateway. Everything above it is the same for both: command bytes go
//! out, answer bytes come back, and the registry decides on the counter.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ipse_sim::apdu::{Response, StatusWord};
use ipse_sim::applet::{
    Applet, Life, Memory, MemoryFailure, Origin, Storage, command, is_confirmed,
};
use ipse_sim::cmac::{Key, LENGTH};
use ipse_sim::kdf::{AppletKeys, CardId, transport_key};
use ipse_store::{StoreError, Tx};
use zeroize::Zeroizing;

use crate::keys::OperatorKeys;
use crate::store::card::{self, Card};

/// Which card a command is for.
#[derive(Clone, Debug)]
pub struct Address {
    /// Card identifier.
    pub iccid: String,
    /// Where the network finds it.
    pub imsi: String,
}

/// Why a card did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// Phone off, no coverage, or too slow. Says nothing about the SIM.
    #[error("the SIM does not answer now")]
    Unreachable,
    /// What came back does not verify.
    #[error("the SIM's answer does not verify")]
    Garbled,
}

/// The answer of a remote card.
pub type Exchange<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, ChannelError>> + Send + 'a>>;

/// Carries commands to cards elsewhere.
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
    Resident,
    /// Real cards.
    Remote(Arc<dyn CardChannel>),
}

/// Sends a command to a resident card.
///
/// # Errors
/// The store's. A card that is not there answers "not found".
pub fn exchange(
    tx: &mut Tx,
    keys: &OperatorKeys,
    iccid: &str,
    command: &[u8],
) -> Result<Response, StoreError> {
    let Some(card) = card::get(tx, iccid)? else {
        return Ok(Response::status(StatusWord::NOT_FOUND));
    };
    let mut memory = ResidentMemory {
        tx,
        keys,
        iccid,
        card,
        failure: None,
    };
    let response = Applet::power_up(&mut memory).process(Origin::OverTheAir, command);
    // The applet knows only that its memory failed; the transaction must know why, to run again or give up.
    match memory.failure {
        Some(failure) => Err(failure),
        None => Ok(response),
    }
}

/// Makes a card as its maker would deliver it, loads and confirms the applet's keys, and stores it.
///
/// # Errors
/// The store's, or [`StoreError::Abort`] when the card did not confirm its keys.
pub fn personalise(
    tx: &mut Tx,
    keys: &OperatorKeys,
    id: &CardId<'_>,
    scheme: &[u8; 16],
) -> Result<(), StoreError> {
    let broken = |_| StoreError::Abort("card keys cannot be derived".into());
    let transport = transport_key(&keys.master, id).map_err(broken)?;
    let applet_keys = AppletKeys::derive(&keys.master, id).map_err(broken)?;
    let load = command::load_key(&transport, id.kvn, scheme, &applet_keys)
        .ok_or_else(|| StoreError::Abort("card keys cannot be wrapped".into()))?;
    let mut applet = Applet::power_up(Memory::blank(transport));
    let reply = applet.process(Origin::OverTheAir, &load);
    if !is_confirmed(&reply.data, &applet_keys, id.kvn, scheme)
        || applet.process(Origin::OverTheAir, &command::UNLOCK).status != StatusWord::OK
    {
        return Err(StoreError::Abort(
            "the card did not confirm its keys".into(),
        ));
    }
    let card = seal(keys, id.iccid, &applet.into_storage())?;
    card::put(tx, id.iccid, &card)
}

struct ResidentMemory<'a> {
    tx: &'a mut Tx,
    keys: &'a OperatorKeys,
    iccid: &'a str,
    card: Card,
    failure: Option<StoreError>,
}

impl ResidentMemory<'_> {
    fn note<T>(&mut self, result: Result<T, StoreError>) -> Result<T, MemoryFailure> {
        result.map_err(|error| {
            self.failure = Some(error);
            MemoryFailure
        })
    }
}

impl Storage for &mut ResidentMemory<'_> {
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
fn seal(keys: &OperatorKeys, iccid: &str, memory: &Memory) -> Result<Card, StoreError> {
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
        secrets: keys
            .seal_card(iccid, &plain)
            .map_err(|_| StoreError::Abort("a card's memory cannot be sealed".into()))?,
    })
}

fn unseal(keys: &OperatorKeys, iccid: &str, card: &Card) -> Result<Memory, StoreError> {
    let corrupt = || StoreError::Corrupt("a card's memory".into());
    let plain = keys
        .open_card(iccid, &card.secrets)
        .map_err(|_| corrupt())?;
    let mut parts = plain.chunks_exact(LENGTH).map(|chunk| {
        let mut part = [0; LENGTH];
        part.copy_from_slice(chunk);
        part
    });
    let (Some(transport), Some(scheme)) = (parts.next(), parts.next()) else {
        return Err(corrupt());
    };
    let applet = match (parts.next(), parts.next()) {
        (Some(auth), Some(confirm)) => Some(AppletKeys {
            auth: Key(auth),
            confirm: Key(confirm),
        }),
        _ => None,
    };
    Ok(Memory {
        life: Life::from_byte(card.life).ok_or_else(corrupt)?,
        kvn: card.kvn,
        counter: card.counter,
        scheme,
        transport: Key(transport),
        keys: applet,
    })
}
