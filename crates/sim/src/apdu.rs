//! Command and response APDUs (ISO/IEC 7816-4 §5), short length fields only.

/// Application identifier of the applet: proprietary (`F0…`, ISO/IEC 7816-4 §12.3.4) until there is a registered one.
pub const AID: [u8; 7] = *b"\xF0IPSE\x00\x01";

/// A status word of the applet.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusWord(pub u16);

impl StatusWord {
    /// Done.
    pub const OK: Self = Self(0x9000);
    /// Wrong length.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// The memory failed. Nothing was computed.
    pub const MEMORY_FAILURE: Self = Self(0x6581);
    /// The sender is not permitted to send this command.
    pub const SECURITY_STATUS: Self = Self(0x6982);
    /// The counter has reached its limit: the operator must load new keys.
    pub const DATA_NOT_USABLE: Self = Self(0x6984);
    /// The state of the applet does not allow the command.
    pub const CONDITIONS: Self = Self(0x6985);
    /// The applet is not selected.
    pub const NOT_SELECTED: Self = Self(0x6999);
    /// The data cannot be used, for example keys that are wrapped under another key.
    pub const WRONG_DATA: Self = Self(0x6A80);
    /// No such application.
    pub const NOT_FOUND: Self = Self(0x6A82);
    /// Wrong P1 or P2.
    pub const WRONG_P1_P2: Self = Self(0x6A86);
    /// No such data object.
    pub const NO_DATA: Self = Self(0x6A88);
    /// Unknown instruction.
    pub const UNKNOWN_INS: Self = Self(0x6D00);
    /// Unknown class.
    pub const UNKNOWN_CLA: Self = Self(0x6E00);

    /// `6Cxx`: send the command again with this `Le`.
    #[must_use]
    pub const fn wrong_le(available: u8) -> Self {
        Self(0x6C00 | available as u16)
    }
}

impl std::fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

/// A parsed command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// Class byte.
    pub cla: u8,
    /// Instruction byte.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Command data, empty when there is no `Lc`.
    pub data: &'a [u8],
    /// Expected length of the answer. `Some(0)` requests all data, up to 256 bytes.
    pub le: Option<u8>,
}

impl<'a> Command<'a> {
    /// Parses the four short cases of ISO/IEC 7816-3 §12.1.3.
    ///
    /// # Errors
    /// `6700` for wrong length fields, and for extended length.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, StatusWord> {
        let (&[cla, ins, p1, p2], rest) = bytes
            .split_first_chunk::<4>()
            .ok_or(StatusWord::WRONG_LENGTH)?;
        let (data, le): (&[u8], Option<u8>) = match *rest {
            [] => (&[], None),
            [le] => (&[], Some(le)),
            // A zero here announces extended length, which is not supported.
            [0, ..] => return Err(StatusWord::WRONG_LENGTH),
            [lc, ref body @ ..] => match body.len().checked_sub(usize::from(lc)) {
                Some(0) => (body, None),
                Some(1) => (&body[..usize::from(lc)], body.last().copied()),
                _ => return Err(StatusWord::WRONG_LENGTH),
            },
        };
        Ok(Self {
            cla,
            ins,
            p1,
            p2,
            data,
            le,
        })
    }
}

/// The answer of the card: data and status word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Answer data; empty unless the status is [`StatusWord::OK`].
    pub data: Vec<u8>,
    /// Status word.
    pub status: StatusWord,
}

impl Response {
    /// An answer without data.
    #[must_use]
    pub fn status(status: StatusWord) -> Self {
        Self {
            data: Vec::new(),
            status,
        }
    }

    /// The bytes that the card sends.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.data.len() + 2);
        bytes.extend_from_slice(&self.data);
        bytes.extend_from_slice(&self.status.0.to_be_bytes());
        bytes
    }

    /// Splits the bytes of a card into data and status word.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (data, status) = bytes.split_last_chunk::<2>()?;
        Some(Self {
            data: data.to_vec(),
            status: StatusWord(u16::from_be_bytes(*status)),
        })
    }
}

impl From<StatusWord> for Response {
    fn from(status: StatusWord) -> Self {
        Self::status(status)
    }
}
