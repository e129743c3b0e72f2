//! Public keys as JSON (RFC 7517) and their thumbprints (RFC 7638).

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::alg::KeyAlg;
use crate::json::{present, valued};
use crate::{Alg, Error, b64, sha256};

/// The most keys that a set may contain.
pub const MAX_KEYS: usize = 64;

/// The values that make up a public key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PublicParams {
    /// A point on P-256 (`kty` EC, `crv` P-256; RFC 7518 §6.2). Whether it is on the curve is checked when the key is first
    /// used.
    Ec {
        /// First coordinate.
        x: [u8; 32],
        /// Second coordinate.
        y: [u8; 32],
    },
    /// An RSA key (`kty` RSA; RFC 7518 §6.3), big-endian without leading zeros.
    Rsa {
        /// Modulus.
        n: Vec<u8>,
        /// Public exponent.
        e: Vec<u8>,
    },
}

impl PublicParams {
    pub(crate) fn thumbprint(&self) -> [u8; 32] {
        // Required members only, in lexicographic order, no white space (RFC 7638 §3.3).
        let json = match self {
            Self::Ec { x, y } => format!(
                r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
                b64::encode(x),
                b64::encode(y)
            ),
            Self::Rsa { n, e } => format!(
                r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
                b64::encode(e),
                b64::encode(n)
            ),
        };
        sha256(json.as_bytes())
    }
}

/// A public key. Parsing refuses private and symmetric keys: a published one is no longer secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Jwk {
    /// Key id: an opaque name.
    pub kid: Option<String>,
    /// The algorithm that the key is for, if it names one.
    pub alg: Option<String>,
    /// `sig` or `enc`, if the key names its use.
    pub use_: Option<String>,
    /// The operations that the key is for, if it names them.
    pub key_ops: Option<Vec<String>>,
    /// The values that make up the key.
    pub params: PublicParams,
}

impl Jwk {
    /// A P-256 key from its two coordinates in base64url, as in a JWK.
    ///
    /// # Errors
    /// When a coordinate is not 32 bytes.
    pub fn ec_p256(x: &str, y: &str) -> Result<Self, Error> {
        Ok(Self::from_params(PublicParams::Ec {
            x: b64::decode_array(x)?,
            y: b64::decode_array(y)?,
        }))
    }

    /// A P-256 key from its uncompressed point (SEC 1 §2.3.3).
    ///
    /// # Errors
    /// When the bytes are not an uncompressed point.
    pub fn from_sec1(point: &[u8]) -> Result<Self, Error> {
        let (Some(4), Some((x, y))) = (
            point.first(),
            point.get(1..).and_then(|xy| xy.split_at_checked(32)),
        ) else {
            return Err(Error::Key("not an uncompressed P-256 point"));
        };
        match (x.try_into(), y.try_into()) {
            (Ok(x), Ok(y)) => Ok(Self::from_params(PublicParams::Ec { x, y })),
            _ => Err(Error::Key("not an uncompressed P-256 point")),
        }
    }

    /// A key without further members.
    #[must_use]
    pub fn from_params(params: PublicParams) -> Self {
        Self {
            kid: None,
            alg: None,
            use_: None,
            key_ops: None,
            params,
        }
    }

    /// The key without `kid`, `alg`, `use` and `key_ops`: the form of device keys in the phone protocol.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self::from_params(self.params.clone())
    }

    /// `EC` or `RSA`.
    #[must_use]
    pub fn kty(&self) -> &'static str {
        match self.params {
            PublicParams::Ec { .. } => "EC",
            PublicParams::Rsa { .. } => "RSA",
        }
    }

    /// RFC 7638 thumbprint, SHA-256.
    #[must_use]
    pub fn thumbprint(&self) -> [u8; 32] {
        self.params.thumbprint()
    }

    /// [`Self::thumbprint`] as text.
    #[must_use]
    pub fn thumbprint_b64(&self) -> String {
        b64::encode(&self.thumbprint())
    }

    /// The key as JSON.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut out = Map::new();
        let mut put = |name: &str, value: Value| {
            out.insert(name.to_owned(), value);
        };
        put("kty", self.kty().into());
        match &self.params {
            PublicParams::Ec { x, y } => {
                put("crv", "P-256".into());
                put("x", b64::encode(x).into());
                put("y", b64::encode(y).into());
            }
            PublicParams::Rsa { n, e } => {
                put("n", b64::encode(n).into());
                put("e", b64::encode(e).into());
            }
        }
        for (name, value) in [("kid", &self.kid), ("alg", &self.alg), ("use", &self.use_)] {
            if let Some(value) = value {
                put(name, value.clone().into());
            }
        }
        if let Some(ops) = &self.key_ops {
            put("key_ops", ops.clone().into());
        }
        Value::Object(out)
    }

    /// Whether the kind and the members of the key allow it to verify signatures with `alg`.
    #[must_use]
    pub fn verifies(&self, alg: Alg) -> bool {
        let family = match alg {
            Alg::Es256 => "EC",
            Alg::Ps256 | Alg::Rs256 => "RSA",
        };
        self.kty() == family && self.is_for("sig", alg.name(), &["verify"])
    }

    /// Whether the kind and the members of the key allow encryption to it with `alg`.
    #[must_use]
    pub fn encrypts(&self, alg: KeyAlg) -> bool {
        let (family, ops): (_, &[&str]) = match alg {
            KeyAlg::EcdhEs => ("EC", &["deriveKey", "deriveBits"]),
            KeyAlg::RsaOaep256 => ("RSA", &["encrypt", "wrapKey"]),
        };
        self.kty() == family && self.is_for("enc", alg.name(), ops)
    }

    fn is_for(&self, use_: &str, alg: &str, ops: &[&str]) -> bool {
        self.use_.as_deref().is_none_or(|own| own == use_)
            && self.alg.as_deref().is_none_or(|own| own == alg)
            && self
                .key_ops
                .as_ref()
                .is_none_or(|own| own.iter().any(|op| ops.contains(&op.as_str())))
    }
}

/// The members that are read. Others are ignored (RFC 7517 §4), for example `x5u` and `x5c`.
#[derive(Deserialize)]
struct Raw {
    kty: String,
    #[serde(default, deserialize_with = "valued")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "valued")]
    alg: Option<String>,
    #[serde(default, rename = "use", deserialize_with = "valued")]
    use_: Option<String>,
    #[serde(default, deserialize_with = "valued")]
    key_ops: Option<Vec<String>>,
    #[serde(default, deserialize_with = "valued")]
    crv: Option<String>,
    #[serde(default, deserialize_with = "valued")]
    x: Option<String>,
    #[serde(default, deserialize_with = "valued")]
    y: Option<String>,
    #[serde(default, deserialize_with = "valued")]
    n: Option<String>,
    #[serde(default, deserialize_with = "valued")]
    e: Option<String>,
    #[serde(default, deserialize_with = "present")]
    d: bool,
    #[serde(default, deserialize_with = "present")]
    p: bool,
    #[serde(default, deserialize_with = "present")]
    q: bool,
    #[serde(default, deserialize_with = "present")]
    dp: bool,
    #[serde(default, deserialize_with = "present")]
    dq: bool,
    #[serde(default, deserialize_with = "present")]
    qi: bool,
    #[serde(default, deserialize_with = "present")]
    oth: bool,
    #[serde(default, deserialize_with = "present")]
    k: bool,
}

impl Raw {
    /// `None` for a kind of key that is not supported.
    fn read(self) -> Result<Option<Jwk>, Error> {
        if self.d || self.p || self.q || self.dp || self.dq || self.qi || self.oth || self.k {
            return Err(Error::Key(
                "it has private members: replace the key and publish only its public part",
            ));
        }
        let params = match (self.kty.as_str(), self.crv.as_deref()) {
            ("EC", Some("P-256")) => {
                let (Some(x), Some(y)) = (&self.x, &self.y) else {
                    return Err(Error::Key("an EC key needs x and y"));
                };
                PublicParams::Ec {
                    x: b64::decode_array(x)?,
                    y: b64::decode_array(y)?,
                }
            }
            ("RSA", _) => {
                let (Some(n), Some(e)) = (&self.n, &self.e) else {
                    return Err(Error::Key("an RSA key needs n and e"));
                };
                let (n, e) = (b64::decode(n)?, b64::decode(e)?);
                check_rsa(&n, &e)?;
                PublicParams::Rsa { n, e }
            }
            _ => return Ok(None),
        };
        Ok(Some(Jwk {
            kid: self.kid,
            alg: self.alg,
            use_: self.use_,
            key_ops: self.key_ops,
            params,
        }))
    }
}

/// The uncompressed point (SEC 1 §2.3.3).
pub(crate) fn uncompressed(x: &[u8; 32], y: &[u8; 32]) -> [u8; 65] {
    let mut point = [4; 65];
    point[1..33].copy_from_slice(x);
    point[33..].copy_from_slice(y);
    point
}

/// Refuses weak and slow RSA keys: the modulus must have 2048 to 4096 bits, and the exponent must be odd, at least 65537 and
/// at most 32 bits long.
pub(crate) fn check_rsa(n: &[u8], e: &[u8]) -> Result<(), Error> {
    let bits = match n.first() {
        None | Some(0) => return Err(Error::Key("the RSA modulus has leading zeros")),
        Some(first) => n.len() * 8 - first.leading_zeros() as usize,
    };
    if !(2048..=4096).contains(&bits) || n.last().is_none_or(|last| last % 2 == 0) {
        return Err(Error::Key(
            "an RSA modulus is odd and has 2048 to 4096 bits",
        ));
    }
    let exponent = e.iter().fold(0_u64, |value, byte| {
        value << 8 & 0xffff_ffff | u64::from(*byte)
    });
    if e.len() > 4 || e.first() == Some(&0) || exponent < 65537 || exponent % 2 == 0 {
        return Err(Error::Key("an RSA exponent is odd and at least 65537"));
    }
    Ok(())
}

impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Raw::deserialize(deserializer)?
            .read()
            .map_err(D::Error::custom)?
            .ok_or_else(|| D::Error::custom("a key of a kind that is not supported"))
    }
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

/// A set of public keys (RFC 7517 §5). Parsing leaves out keys of kinds that are not supported, and refuses a set that contains
/// a private or malformed key.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct JwkSet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

impl JwkSet {
    /// Parses strictly ([`crate::strict_json`]). The caller limits the size.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        crate::strict_json(bytes)
    }

    /// The only key with this id that may verify signatures with `alg`; without an id, the only key that may verify them.
    ///
    /// The id is compared and never interpreted. If several keys match, none is returned.
    pub fn find<'k>(&self, kid: impl Into<Option<&'k str>>, alg: Alg) -> Option<&Jwk> {
        let kid = kid.into();
        self.single(|jwk| jwk.verifies(alg) && has_id(jwk, kid))
    }

    /// The first key that allows encryption with `alg`.
    #[must_use]
    pub fn find_encryption(&self, alg: KeyAlg) -> Option<&Jwk> {
        self.keys.iter().find(|jwk| jwk.encrypts(alg))
    }

    fn single(&self, fits: impl Fn(&Jwk) -> bool) -> Option<&Jwk> {
        let mut found = self.keys.iter().filter(|jwk| fits(jwk));
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }
}

fn has_id(jwk: &Jwk, kid: Option<&str>) -> bool {
    kid.is_none() || jwk.kid.as_deref() == kid
}

impl<'de> Deserialize<'de> for JwkSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct RawSet {
            keys: Vec<Raw>,
        }
        let raw = RawSet::deserialize(deserializer)?;
        if raw.keys.len() > MAX_KEYS {
            return Err(D::Error::custom("more keys than a set may contain"));
        }
        let mut keys = Vec::with_capacity(raw.keys.len());
        for key in raw.keys {
            keys.extend(key.read().map_err(D::Error::custom)?);
        }
        Ok(Self { keys })
    }
}
