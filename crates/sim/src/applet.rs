//! The SIM applet as a state machine: it reads a command and returns an answer. It keeps its state in a [`Storage`].
//!
//! `Blank → Personalised → Active ⇄ Locked → Terminated`. It withstands a power cut between any two writes and a handset that
//! sends arbitrary bytes. A cloned card repeats a counter, which the operator notices.

use aws_lc_rs::key_wrap::{AES_128, AesKek, KeyWrap};
use zeroize::Zeroizing;

pub use crate::apdu::AID;
use crate::apdu::{Command, Response, StatusWord};
use crate::cmac::{Key, LENGTH};
use crate::kdf::AppletKeys;

pub mod command;
mod memory;

pub use memory::{Memory, MemoryFailure, Storage};

/// Version of the applet's protocol, the first byte of its answers.
pub const VERSION: u8 = 1;
/// Algorithm byte of GET DATA: AES-128-CMAC.
pub const ALGORITHM_AES_CMAC: u8 = 1;
/// The last value of the counter. Then new keys must be loaded.
pub const COUNTER_LIMIT: u32 = 0xFFFF_FFF0;
/// Length of an answer to GET DATA.
pub const INFO_LENGTH: usize = 8;
/// Length of an answer to LOAD KEY.
pub const CONFIRMATION_LENGTH: usize = 18;
/// Length of an answer to AUTHENTICATE.
pub const ANSWER_LENGTH: usize = 23;

const AUTH_LABEL: &[u8] = b"SIM-AUTH/1";
const CONFIRM_LABEL: &[u8] = b"SIM-CONFIRM/1";
/// AES key wrap (RFC 3394) of two keys adds eight bytes.
const WRAPPED_LENGTH: usize = 2 * LENGTH + 8;
const LOAD_LENGTH: usize = 1 + 16 + WRAPPED_LENGTH;

/// State of the life cycle of the applet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Life {
    /// No keys yet.
    Blank = 0,
    /// Keys loaded, not yet confirmed by the operator.
    Personalised = 1,
    /// The applet answers challenges.
    Active = 2,
    /// The keys are kept, and no challenge is answered.
    Locked = 3,
    /// The keys are erased permanently.
    Terminated = 4,
}

impl Life {
    /// Reads the state byte of GET DATA or of a stored card.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Blank,
            1 => Self::Personalised,
            2 => Self::Active,
            3 => Self::Locked,
            4 => Self::Terminated,
            _ => return None,
        })
    }
}

/// The sender of a command, as the runtime of the card reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The operator's over-the-air gateway. The MAC of the OTA packet authenticates it.
    OverTheAir,
    /// An application in the handset. The access rules of the card admit it.
    Application,
}

/// Whether the person took part. The MAC covers it, so that a silent answer is never accepted as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Without the person. Proves that the SIM answers and is unchanged.
    Silent = 1,
    /// With a secret that the handset showed.
    Holder = 2,
}

/// The applet and its storage. The selection is volatile: dropping the applet and powering it up again is a power cycle.
#[derive(Debug)]
pub struct Applet<S> {
    storage: S,
    selected: bool,
}

impl<S: Storage> Applet<S> {
    /// Powers the card up.
    pub fn power_up(storage: S) -> Self {
        Self {
            storage,
            selected: false,
        }
    }

    /// Removes the card.
    pub fn into_storage(self) -> S {
        self.storage
    }

    /// Processes one command.
    pub fn process(&mut self, origin: Origin, command: &[u8]) -> Response {
        self.dispatch(origin, command)
            .unwrap_or_else(Response::status)
    }

    fn dispatch(&mut self, origin: Origin, bytes: &[u8]) -> Result<Response, StatusWord> {
        let command = Command::parse(bytes)?;
        match (command.cla, command.ins) {
            (0x00, 0xA4) => self.select(&command),
            (0x80, 0xCA) => self.require_selected(origin)?.get_data(&command),
            (0x80, 0xE2) => self.require_selected(origin)?.load_key(origin, &command),
            (0x80, 0x10) => self
                .require_selected(origin)?
                .authenticate(origin, &command),
            (0x80, 0x44) => self.change_life(origin, &command, |life| {
                (life == Life::Active).then_some(Life::Locked)
            }),
            (0x80, 0x46) => self.change_life(origin, &command, |life| {
                matches!(life, Life::Personalised | Life::Locked).then_some(Life::Active)
            }),
            (0x80, 0xE4) => self.change_life(origin, &command, |life| {
                matches!(life, Life::Personalised | Life::Active | Life::Locked)
                    .then_some(Life::Terminated)
            }),
            (0x00 | 0x80, _) => Err(StatusWord::UNKNOWN_INS),
            _ => Err(StatusWord::UNKNOWN_CLA),
        }
    }

    /// An OTA packet names the applet by its TAR. An application must select it first.
    fn require_selected(&mut self, origin: Origin) -> Result<&mut Self, StatusWord> {
        if origin == Origin::OverTheAir || self.selected {
            Ok(self)
        } else {
            Err(StatusWord::NOT_SELECTED)
        }
    }

    fn select(&mut self, command: &Command<'_>) -> Result<Response, StatusWord> {
        if command.p1 != 0x04 || !matches!(command.p2, 0x00 | 0x0C) {
            return Err(StatusWord::WRONG_P1_P2);
        }
        if !(5..=16).contains(&command.data.len()) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        self.selected = command.data == AID;
        if self.selected {
            Ok(StatusWord::OK.into())
        } else {
            Err(StatusWord::NOT_FOUND)
        }
    }

    fn get_data(&mut self, command: &Command<'_>) -> Result<Response, StatusWord> {
        if !command.data.is_empty() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        if (command.p1, command.p2) != (0x9F, 0x01) {
            return Err(StatusWord::NO_DATA);
        }
        expect_le(command, INFO_LENGTH)?;
        let memory = self.load()?;
        let mut data = vec![VERSION, memory.life as u8, memory.kvn];
        data.extend_from_slice(&memory.counter.to_be_bytes());
        data.push(ALGORITHM_AES_CMAC);
        Ok(success(data))
    }

    /// Reads `KVN ‖ scheme (16) ‖ AES-KW(transport key, K_auth ‖ K_confirm)`. The answer has a MAC under the new K_confirm.
    fn load_key(&mut self, origin: Origin, command: &Command<'_>) -> Result<Response, StatusWord> {
        operator_only(origin)?;
        no_parameters(command)?;
        if command.data.len() != LOAD_LENGTH {
            return Err(StatusWord::WRONG_LENGTH);
        }
        expect_le(command, CONFIRMATION_LENGTH)?;
        let mut memory = self.load()?;
        if memory.life == Life::Terminated {
            return Err(StatusWord::CONDITIONS);
        }
        let kvn = command.data[0];
        // The version must increase, so that old keys are never loaded again.
        if kvn <= memory.kvn {
            return Err(StatusWord::WRONG_DATA);
        }
        let keys =
            unwrap_keys(&memory.transport, &command.data[17..]).ok_or(StatusWord::WRONG_DATA)?;
        memory.scheme.copy_from_slice(&command.data[1..17]);
        let confirmation = confirmation(&keys, kvn, &memory.scheme)?;
        memory.life = Life::Personalised;
        memory.kvn = kvn;
        memory.counter = 0;
        memory.keys = Some(keys);
        self.storage
            .save(&memory)
            .map_err(|MemoryFailure| StatusWord::MEMORY_FAILURE)?;
        let mut data = vec![VERSION, kvn];
        data.extend_from_slice(&confirmation);
        Ok(success(data))
    }

    fn authenticate(
        &mut self,
        origin: Origin,
        command: &Command<'_>,
    ) -> Result<Response, StatusWord> {
        let method = match command.p1 {
            1 => Method::Silent,
            2 => Method::Holder,
            _ => return Err(StatusWord::WRONG_P1_P2),
        };
        if command.p2 != 0 {
            return Err(StatusWord::WRONG_P1_P2);
        }
        let challenge: &[u8; 32] = command
            .data
            .try_into()
            .map_err(|_| StatusWord::WRONG_LENGTH)?;
        expect_le(command, ANSWER_LENGTH)?;
        // Only the operator knows whether it showed a secret.
        if method == Method::Holder {
            operator_only(origin)?;
        }
        let memory = self.load()?;
        let Some(keys) = memory.keys.filter(|_| memory.life == Life::Active) else {
            return Err(StatusWord::CONDITIONS);
        };
        if memory.counter >= COUNTER_LIMIT {
            return Err(StatusWord::DATA_NOT_USABLE);
        }
        // Stored before the computation: a power cut may skip a counter, but never repeat one.
        let counter = memory.counter + 1;
        self.storage
            .save_counter(counter)
            .map_err(|MemoryFailure| StatusWord::MEMORY_FAILURE)?;
        let answer = Answer {
            kvn: memory.kvn,
            counter,
            method,
        };
        let head = answer.head();
        let mac = keys
            .auth
            .mac(&[AUTH_LABEL, &head, &memory.scheme, challenge])
            .map_err(|_| StatusWord::MEMORY_FAILURE)?;
        let mut data = head.to_vec();
        data.extend_from_slice(&mac);
        Ok(success(data))
    }

    fn change_life(
        &mut self,
        origin: Origin,
        command: &Command<'_>,
        next: impl Fn(Life) -> Option<Life>,
    ) -> Result<Response, StatusWord> {
        self.require_selected(origin)?;
        operator_only(origin)?;
        no_parameters(command)?;
        if !command.data.is_empty() || command.le.is_some() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let mut memory = self.load()?;
        memory.life = next(memory.life).ok_or(StatusWord::CONDITIONS)?;
        if memory.life == Life::Terminated {
            memory.keys = None;
        }
        self.storage
            .save(&memory)
            .map_err(|MemoryFailure| StatusWord::MEMORY_FAILURE)?;
        Ok(StatusWord::OK.into())
    }

    fn load(&mut self) -> Result<Memory, StatusWord> {
        self.storage
            .load()
            .map_err(|MemoryFailure| StatusWord::MEMORY_FAILURE)
    }
}

/// The contents of an answer to AUTHENTICATE, without its MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Key version.
    pub kvn: u8,
    /// The counter. It increases with each answer.
    pub counter: u32,
    /// Silent or with the person.
    pub method: Method,
}

impl Answer {
    fn head(&self) -> [u8; 7] {
        let [a, b, c, d] = self.counter.to_be_bytes();
        [VERSION, self.kvn, a, b, c, d, self.method as u8]
    }

    /// Verifies the MAC of an answer and returns its contents. The caller must check that the counter has increased.
    #[must_use]
    pub fn verify(
        response: &[u8],
        key: &Key,
        scheme: &[u8; 16],
        challenge: &[u8; 32],
    ) -> Option<Self> {
        let (head, mac) = response.split_first_chunk::<7>()?;
        let [VERSION, kvn, a, b, c, d, method] = *head else {
            return None;
        };
        let answer = Self {
            kvn,
            counter: u32::from_be_bytes([a, b, c, d]),
            method: match method {
                1 => Method::Silent,
                2 => Method::Holder,
                _ => return None,
            },
        };
        key.verifies(&[AUTH_LABEL, head, scheme, challenge], mac)
            .then_some(answer)
    }
}

/// The MAC with which the card confirms these keys.
fn confirmation(keys: &AppletKeys, kvn: u8, scheme: &[u8; 16]) -> Result<[u8; LENGTH], StatusWord> {
    keys.confirm
        .mac(&[CONFIRM_LABEL, &[VERSION, kvn], scheme])
        .map_err(|_| StatusWord::MEMORY_FAILURE)
}

/// Verifies the answer to LOAD KEY.
#[must_use]
pub fn is_confirmed(response: &[u8], keys: &AppletKeys, kvn: u8, scheme: &[u8; 16]) -> bool {
    let Some((head, mac)) = response.split_first_chunk::<2>() else {
        return false;
    };
    *head == [VERSION, kvn] && keys.confirm.verifies(&[CONFIRM_LABEL, head, scheme], mac)
}

fn unwrap_keys(transport: &Key, wrapped: &[u8]) -> Option<AppletKeys> {
    let kek = AesKek::new(&AES_128, &transport.0).ok()?;
    let mut plain = Zeroizing::new([0; 2 * LENGTH]);
    kek.unwrap(wrapped, &mut *plain).ok()?;
    let (auth, confirm) = plain.split_first_chunk::<LENGTH>()?;
    Some(AppletKeys {
        auth: Key(*auth),
        confirm: Key(confirm.try_into().ok()?),
    })
}

fn operator_only(origin: Origin) -> Result<(), StatusWord> {
    match origin {
        Origin::OverTheAir => Ok(()),
        Origin::Application => Err(StatusWord::SECURITY_STATUS),
    }
}

fn no_parameters(command: &Command<'_>) -> Result<(), StatusWord> {
    if (command.p1, command.p2) == (0, 0) {
        Ok(())
    } else {
        Err(StatusWord::WRONG_P1_P2)
    }
}

/// Accepts a missing `Le`, zero, and the exact length. For others, the error contains the right length.
fn expect_le(command: &Command<'_>, available: usize) -> Result<(), StatusWord> {
    match command.le {
        None | Some(0) => Ok(()),
        Some(le) if usize::from(le) == available => Ok(()),
        Some(_) => Err(StatusWord::wrong_le(available as u8)),
    }
}

fn success(data: Vec<u8>) -> Response {
    Response {
        data,
        status: StatusWord::OK,
    }
}
