//! JSON Web Signature, compact serialisation (RFC 7515 §7.1).

use serde::Deserialize;

use crate::json::{parse_counting, present, valued};
use crate::{Alg, Error, Jwk, SigningKey, VerifyingKey, b64};

/// The longest protected header that is accepted, in characters. Large enough for a certificate chain, which is ignored.
pub const MAX_HEADER: usize = 16 * 1024;

/// The members of a protected header. `jku`, `x5u`, `jwk`, `x5c` and `x5t` are ignored: keys come from registrations only, but
/// for [`verify_possession`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// Algorithm.
    pub alg: Alg,
    /// What the token is.
    pub typ: Option<String>,
    /// Opaque key id.
    pub kid: Option<String>,
    /// What the payload is.
    pub cty: Option<String>,
    /// Whether the header has other members than these four.
    pub others: bool,
}

/// A token whose signature has not been verified yet.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The protected header.
    pub header: Header,
    /// The payload. It must not be trusted before [`Self::verify`].
    pub payload: Vec<u8>,
    /// The signed text: header, dot and payload.
    signing_input: Vec<u8>,
    signature: Vec<u8>,
}

/// Signs a payload. The header has exactly `alg`, `typ` and the key's `kid`.
///
/// # Errors
/// As [`SigningKey::sign`].
pub fn sign(key: &SigningKey, typ: &str, payload: &[u8]) -> Result<String, Error> {
    sign_with_kid(key, typ, key.kid(), payload)
}

/// As [`sign`], with another key id, such as a device id.
///
/// # Errors
/// As [`SigningKey::sign`].
pub fn sign_with_kid(
    key: &SigningKey,
    typ: &str,
    kid: &str,
    payload: &[u8],
) -> Result<String, Error> {
    let kid = serde_json::Value::from(kid);
    sign_with_member(key, typ, ("kid", &kid), payload)
}

/// As [`sign`], with the public key in place of its id, for [`verify_possession`].
///
/// # Errors
/// As [`SigningKey::sign`].
pub fn sign_with_key(key: &SigningKey, typ: &str, payload: &[u8]) -> Result<String, Error> {
    let jwk = key.public_jwk().bare().to_value();
    sign_with_member(key, typ, ("jwk", &jwk), payload)
}

fn sign_with_member(
    key: &SigningKey,
    typ: &str,
    (name, value): (&str, &serde_json::Value),
    payload: &[u8],
) -> Result<String, Error> {
    let header = format!(
        r#"{{"alg":"{}","typ":{},"{name}":{value}}}"#,
        key.alg(),
        serde_json::Value::from(typ),
    );
    let mut token = String::with_capacity((header.len() + payload.len()) * 4 / 3 + 360);
    b64::encode_into(header.as_bytes(), &mut token);
    token.push('.');
    b64::encode_into(payload, &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    b64::encode_into(&signature, &mut token);
    Ok(token)
}

/// Parses a token of at most `limit` characters without verifying it.
///
/// # Errors
/// A longer token, another form than the compact one, an algorithm outside the list, the members `crit`, `b64`, `zip` and `enc`
/// with any value, repeated members, and base64url in another spelling are refused.
pub fn decode_unverified(token: &str, limit: usize) -> Result<Parsed, Error> {
    if token.len() > limit {
        return Err(Error::TooLarge);
    }
    let malformed = Error::Malformed("a compact JWS has three parts");
    let (signing_input, signature) = token.rsplit_once('.').ok_or(malformed)?;
    let (header, payload) = signing_input.split_once('.').ok_or(malformed)?;
    if payload.contains('.') {
        return Err(malformed);
    }
    let header = parse_header(header)?;
    Ok(Parsed {
        header,
        payload: b64::decode(payload)?,
        signing_input: signing_input.as_bytes().to_vec(),
        signature: b64::decode(signature)?,
    })
}

/// Parses a token and verifies it ([`Parsed::verify`]).
///
/// # Errors
/// As [`decode_unverified`] and [`Parsed::verify`].
pub fn verify(
    token: &str,
    limit: usize,
    key: &VerifyingKey,
    typ: &[&str],
) -> Result<Parsed, Error> {
    let parsed = decode_unverified(token, limit)?;
    parsed.verify(key, typ)?;
    Ok(parsed)
}

/// Parses a token that has its public key in its header (`jwk`, RFC 7515 §4.1.3), and verifies it with that key and one of `algs`.
/// It shows that the sender has the private key, and not who the sender is.
///
/// # Errors
/// As [`decode_unverified`] and [`Parsed::verify`], and [`Error::Key`] for a header without a public key of a supported kind.
pub fn verify_possession(
    token: &str,
    limit: usize,
    algs: &[Alg],
    typ: &[&str],
) -> Result<(Parsed, Jwk), Error> {
    #[derive(Deserialize)]
    struct WithKey {
        jwk: Jwk,
    }
    let parsed = decode_unverified(token, limit)?;
    let alg = parsed.header.alg;
    if !algs.contains(&alg) {
        return Err(Error::Unsupported("the signature algorithm"));
    }
    let (header, _) = token.split_once('.').unwrap_or_default();
    let WithKey { jwk } = crate::strict_json(&b64::decode(header)?)
        .map_err(|_| Error::Key("the header needs a `jwk`: a public key, EC P-256 or RSA"))?;
    parsed.verify(&VerifyingKey::from_jwk(&jwk, alg)?, typ)?;
    Ok((parsed, jwk))
}

impl Parsed {
    /// Verifies algorithm, `typ` and signature. `typ` lists the accepted values; `""` accepts a header without `typ`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for another algorithm than the key's, [`Error::Type`] and [`Error::Signature`].
    pub fn verify(&self, key: &VerifyingKey, typ: &[&str]) -> Result<(), Error> {
        if self.header.alg != key.alg() {
            return Err(Error::Unsupported("an algorithm other than the key's"));
        }
        if !typ
            .iter()
            .any(|typ| is_type(self.header.typ.as_deref(), typ))
        {
            return Err(Error::Type);
        }
        key.verify(&self.signing_input, &self.signature)
    }
}

/// RFC 7515 §4.1.9: a media type, compared without case; `application/` may be omitted.
fn is_type(typ: Option<&str>, wanted: &str) -> bool {
    let Some(typ) = typ else {
        return wanted.is_empty();
    };
    const PREFIX: &str = "application/";
    let short = match typ.get(..PREFIX.len()) {
        Some(prefix) if prefix.eq_ignore_ascii_case(PREFIX) => &typ[PREFIX.len()..],
        _ => typ,
    };
    !wanted.is_empty() && short.eq_ignore_ascii_case(wanted)
}

#[derive(Deserialize)]
struct RawHeader {
    alg: String,
    #[serde(default, deserialize_with = "valued")]
    typ: Option<String>,
    #[serde(default, deserialize_with = "valued")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "valued")]
    cty: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    #[serde(default, deserialize_with = "present")]
    b64: bool,
    #[serde(default, deserialize_with = "present")]
    zip: bool,
    #[serde(default, deserialize_with = "present")]
    enc: bool,
}

fn parse_header(text: &str) -> Result<Header, Error> {
    if text.len() > MAX_HEADER {
        return Err(Error::TooLarge);
    }
    let (raw, members) = parse_counting::<RawHeader>(&b64::decode(text)?)?;
    if raw.crit {
        return Err(Error::Unsupported("the header member `crit`"));
    }
    if raw.b64 {
        return Err(Error::Unsupported("the header member `b64`"));
    }
    if raw.enc {
        return Err(Error::Unsupported(
            "an encrypted token in place of a signed one",
        ));
    }
    if raw.zip {
        return Err(Error::Unsupported("the header member `zip`"));
    }
    let alg = Alg::from_name(&raw.alg).ok_or(Error::Unsupported("the signature algorithm"))?;
    let known = 1
        + usize::from(raw.typ.is_some())
        + usize::from(raw.kid.is_some())
        + usize::from(raw.cty.is_some());
    Ok(Header {
        alg,
        typ: raw.typ,
        kid: raw.kid,
        cty: raw.cty,
        others: members > known,
    })
}
