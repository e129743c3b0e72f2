//! Links with which a phone claims an action (docs/protocol.md §5).

use ipse_jose::b64;

use crate::crypto::{constant_time_eq, hmac_sha256};
use crate::terms::{Flow, LinkKind, Obtained};

/// How long a QR text is valid, in seconds.
pub const QR_SECONDS: u64 = 10;
/// The longest text that is read, in bytes.
pub const MAX_LEN: usize = 512;

/// The contents of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// A QR text. It changes every second.
    Qr {
        /// Id of the link.
        link: [u8; 16],
        /// Seconds since the link was made.
        time: u64,
        /// [`qr_mac`].
        mac: [u8; 16],
    },
    /// A link for the device of the browser.
    App {
        /// Id of the link.
        link: [u8; 16],
        /// Secret that proves that this link was opened; 16 to 32 bytes.
        secret: Vec<u8>,
    },
}

/// The text is not a link of this scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an Ipse link")]
pub struct LinkError;

impl Link {
    /// The link's id.
    pub fn id(&self) -> &[u8; 16] {
        match self {
            Link::Qr { link, .. } | Link::App { link, .. } => link,
        }
    }

    /// Which kind of link it is.
    pub fn kind(&self) -> LinkKind {
        match self {
            Link::App { .. } => LinkKind::App,
            Link::Qr { .. } => LinkKind::Qr,
        }
    }

    /// The flow of an action that a phone claims with this text. Only the app's own live camera shows that the person is at
    /// the page: anything else can have been sent to them.
    pub fn flow(&self, obtained: Obtained) -> Flow {
        match (self.kind(), obtained) {
            (LinkKind::App, Obtained::Navigation) => Flow::App,
            (LinkKind::Qr, Obtained::Camera) => Flow::Qr,
            (LinkKind::App, Obtained::Camera | Obtained::Picture | Obtained::Paste)
            | (LinkKind::Qr, Obtained::Picture | Obtained::Navigation | Obtained::Paste) => {
                Flow::Link
            }
        }
    }

    /// The whole text, for example `https://app.example/app/#a.…`.
    pub fn format(&self, app: &str) -> String {
        match self {
            Link::Qr { link, time, mac } => {
                format!(
                    "{app}/app/#q.{}.{time}.{}",
                    b64::encode(link),
                    b64::encode(mac)
                )
            }
            Link::App { link, secret } => {
                format!("{app}/app/#a.{}.{}", b64::encode(link), b64::encode(secret))
            }
        }
    }
}

/// Reads a link of the app at the origin `app`. A link has exactly one spelling, without white space around it.
///
/// # Errors
/// [`LinkError`] for anything else.
pub fn parse(app: &str, text: &str) -> Result<Link, LinkError> {
    if text.len() > MAX_LEN {
        return Err(LinkError);
    }
    let fragment = text
        .strip_prefix(app)
        .and_then(|rest| rest.strip_prefix("/app/#"))
        .ok_or(LinkError)?;
    let mut parts = fragment.split('.');
    let mut next = || parts.next().ok_or(LinkError);
    let kind = next()?;
    let link = array(next()?)?;
    let out = match kind {
        "q" => Link::Qr {
            link,
            time: decimal(next()?)?,
            mac: array(next()?)?,
        },
        "a" => {
            let secret = b64::decode(next()?).map_err(|_| LinkError)?;
            if !(16..=32).contains(&secret.len()) {
                return Err(LinkError);
            }
            Link::App { link, secret }
        }
        _ => return Err(LinkError),
    };
    match parts.next() {
        None => Ok(out),
        Some(_) => Err(LinkError),
    }
}

fn array<const N: usize>(text: &str) -> Result<[u8; N], LinkError> {
    b64::decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(LinkError)
}

/// Decimal without sign or leading zeros, at most ten digits.
fn decimal(text: &str) -> Result<u64, LinkError> {
    let plain = !text.is_empty()
        && text.len() <= 10
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    if plain {
        text.parse().map_err(|_| LinkError)
    } else {
        Err(LinkError)
    }
}

/// `HMAC-SHA256(link key, "ipse/qr/1" || link || u64be(time))[0..16]`. Only the scheme has the key.
pub fn qr_mac(key: &[u8], link: &[u8; 16], time: u64) -> [u8; 16] {
    let full = hmac_sha256(key, &[b"ipse/qr/1", link, &time.to_be_bytes()]);
    let mut mac = [0; 16];
    mac.copy_from_slice(&full[..16]);
    mac
}

/// The result of the check of a QR text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QrStatus {
    /// Made by the scheme within the last [`QR_SECONDS`].
    Fresh,
    /// Made by the scheme, but too long ago.
    Stale,
    /// Not made by the scheme.
    Forged,
}

/// Checks a QR text. `age` is the age of the link in seconds, by the clock of the scheme.
pub fn check_qr(key: &[u8], link: &[u8; 16], time: u64, mac: &[u8; 16], age: u64) -> QrStatus {
    if !constant_time_eq(&qr_mac(key, link, time), mac) {
        QrStatus::Forged
    } else if time > age || age - time >= QR_SECONDS {
        QrStatus::Stale
    } else {
        QrStatus::Fresh
    }
}
