//! JSON Web Encryption, compact serialisation (RFC 7516 §7.1).

mod content;
mod kdf;
mod key;

use aws_lc_rs::agreement::{self, ECDH_P256, UnparsedPublicKey};
use aws_lc_rs::rsa::{
    OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey, PublicKeyComponents,
};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::json::{parse_counting, present, valued};
use crate::jwk::{PublicParams, check_rsa, uncompressed};
use crate::{Error, Jwk, b64, random};

pub use crate::alg::{Enc, KeyAlg};
pub use key::DecryptionKey;

/// The longest token that [`decrypt`] accepts, in characters.
pub const MAX_TOKEN: usize = 256 * 1024;

/// The longest protected header that is accepted, in characters.
const MAX_HEADER: usize = 4 * 1024;

/// A content encryption key: 256 bits for both content algorithms.
type ContentKey = Zeroizing<[u8; 32]>;

/// What a protected header says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// How the content key was sent.
    pub alg: KeyAlg,
    /// How the content is encrypted.
    pub enc: Enc,
    /// Opaque key id.
    pub kid: Option<String>,
    /// What the token is.
    pub typ: Option<String>,
    /// What the content is: `JWT` for a signed token.
    pub cty: Option<String>,
}

/// Encrypts to a public key.
///
/// # Errors
/// [`Error::Key`] when the key is of another kind than `alg` needs, is reserved for another use, or is invalid.
pub fn encrypt(
    jwk: &Jwk,
    alg: KeyAlg,
    enc: Enc,
    cty: Option<&str>,
    plaintext: &[u8],
) -> Result<String, Error> {
    if !jwk.encrypts(alg) {
        return Err(Error::Key("it is not for this encryption algorithm"));
    }
    let mut header = format!(r#"{{"alg":"{}","enc":"{}""#, alg.name(), enc.name());
    for (name, value) in [("kid", jwk.kid.as_deref()), ("cty", cty)] {
        if let Some(value) = value {
            header += &format!(r#","{name}":{}"#, serde_json::Value::from(value));
        }
    }
    let (content_key, encrypted_key) = match &jwk.params {
        PublicParams::Ec { x, y } => {
            let (content_key, epk) = agree_with_fresh_key(&uncompressed(x, y), enc)?;
            header += &format!(r#","epk":{}"#, epk.to_value());
            (content_key, Vec::new())
        }
        PublicParams::Rsa { n, e } => wrap_fresh_key(n, e)?,
    };
    header.push('}');

    let mut token = b64::encode(header.as_bytes());
    let sealed = content::seal(enc, &content_key, token.as_bytes(), plaintext)?;
    for part in [
        encrypted_key.as_slice(),
        &sealed.iv,
        &sealed.ciphertext,
        &sealed.tag,
    ] {
        token.push('.');
        b64::encode_into(part, &mut token);
    }
    Ok(token)
}

/// RFC 7518 §4.6 in direct mode: a fresh key pair agrees with the recipient's key on the content key.
fn agree_with_fresh_key(point: &[u8; 65], enc: Enc) -> Result<(ContentKey, Jwk), Error> {
    let failed = Error::Key("key agreement with it failed");
    let ephemeral = agreement::PrivateKey::generate(&ECDH_P256).map_err(|_| failed)?;
    let public = ephemeral.compute_public_key().map_err(|_| failed)?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, point);
    let content_key = agreement::agree(&ephemeral, peer, failed, |secret| {
        kdf::concat(secret, enc.name(), &[], &[])
    })?;
    Ok((content_key, Jwk::from_sec1(public.as_ref())?))
}

/// RFC 7518 §4.3: a random content key, encrypted to the recipient.
fn wrap_fresh_key(n: &[u8], e: &[u8]) -> Result<(ContentKey, Vec<u8>), Error> {
    check_rsa(n, e)?;
    let failed = |_| Error::Key("encryption to it failed");
    let key: PublicEncryptingKey = PublicKeyComponents { n, e }.try_into().map_err(failed)?;
    let key = OaepPublicEncryptingKey::new(key).map_err(failed)?;
    let content_key = random_key()?;
    let mut encrypted = vec![0; key.ciphertext_size()];
    let len = key
        .encrypt(&OAEP_SHA256_MGF1SHA256, &*content_key, &mut encrypted, None)
        .map_err(failed)?
        .len();
    encrypted.truncate(len);
    Ok((content_key, encrypted))
}

fn random_key() -> Result<ContentKey, Error> {
    let mut key = Zeroizing::new([0; 32]);
    random::fill(&mut *key)?;
    Ok(key)
}

/// Decrypts a token of at most [`MAX_TOKEN`] characters.
///
/// # Errors
/// [`Error::TooLarge`] for a longer token, and [`Error::Decrypt`] for everything else that can be wrong with it, after the
/// same work on the content (RFC 7516 §11.5): the sender of a token cannot learn which step failed.
pub fn decrypt(key: &DecryptionKey, token: &str) -> Result<(Header, Vec<u8>), Error> {
    decrypt_limited(key, token, MAX_TOKEN)
}

/// As [`decrypt`], for a token of at most `limit` characters.
///
/// # Errors
/// As [`decrypt`].
pub fn decrypt_limited(
    key: &DecryptionKey,
    token: &str,
    limit: usize,
) -> Result<(Header, Vec<u8>), Error> {
    if token.len() > limit {
        return Err(Error::TooLarge);
    }
    open(key, token).map_err(|_| Error::Decrypt)
}

fn open(key: &DecryptionKey, token: &str) -> Result<(Header, Vec<u8>), Error> {
    let mut parts = token.split('.');
    let mut part = || {
        parts
            .next()
            .ok_or(Error::Malformed("a compact JWE has five parts"))
    };
    let (protected, encrypted_key, iv, ciphertext, tag) =
        (part()?, part()?, part()?, part()?, part()?);
    if part().is_ok() {
        return Err(Error::Malformed("a compact JWE has five parts"));
    }
    let raw = parse_header(protected)?;
    let (alg, enc) = match (KeyAlg::from_name(&raw.alg), Enc::from_name(&raw.enc)) {
        (Some(alg), Some(enc)) if alg == key.alg() => (alg, enc),
        _ => return Err(Error::Unsupported("the encryption algorithm")),
    };
    let encrypted_key = b64::decode(encrypted_key)?;
    let iv = b64::decode(iv)?;
    let ciphertext = b64::decode(ciphertext)?;
    let tag = b64::decode(tag)?;
    let content_key = match alg {
        KeyAlg::EcdhEs => {
            if !encrypted_key.is_empty() {
                return Err(Error::Malformed("direct agreement has no encrypted key"));
            }
            let epk = raw
                .epk
                .as_ref()
                .ok_or(Error::Malformed("`epk` is missing"))?;
            let party = |value: &Option<String>| match value {
                Some(value) => b64::decode(value),
                None => Ok(Vec::new()),
            };
            let (apu, apv) = (party(&raw.apu)?, party(&raw.apv)?);
            key.agree(epk, |secret| kdf::concat(secret, enc.name(), &apu, &apv))?
        }
        KeyAlg::RsaOaep256 => match key.unwrap_key(&encrypted_key) {
            Ok(content_key) => content_key,
            // Continue with a random key, so that the time does not tell a bad key from a bad tag.
            Err(_) => random_key()?,
        },
    };
    let plaintext = content::open(
        enc,
        &content_key,
        protected.as_bytes(),
        &iv,
        ciphertext,
        &tag,
    )?;
    let header = Header {
        alg,
        enc,
        kid: raw.kid,
        typ: raw.typ,
        cty: raw.cty,
    };
    Ok((header, plaintext))
}

#[derive(Deserialize)]
struct RawHeader {
    alg: String,
    enc: String,
    #[serde(default, deserialize_with = "valued")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "valued")]
    typ: Option<String>,
    #[serde(default, deserialize_with = "valued")]
    cty: Option<String>,
    #[serde(default, deserialize_with = "valued")]
    epk: Option<Jwk>,
    #[serde(default, deserialize_with = "valued")]
    apu: Option<String>,
    #[serde(default, deserialize_with = "valued")]
    apv: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    #[serde(default, deserialize_with = "present")]
    zip: bool,
}

fn parse_header(protected: &str) -> Result<RawHeader, Error> {
    if protected.len() > MAX_HEADER {
        return Err(Error::TooLarge);
    }
    let (raw, _) = parse_counting::<RawHeader>(&b64::decode(protected)?)?;
    if raw.crit {
        return Err(Error::Unsupported("the header member `crit`"));
    }
    if raw.zip {
        return Err(Error::Unsupported("the header member `zip`"));
    }
    Ok(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error of the content shows that the content was processed. [`decrypt`] hides the difference.
    #[test]
    fn t25_a_bad_encrypted_key_does_not_end_decryption_early() {
        let key = DecryptionKey::generate_rsa();
        let token = encrypt(&key.public_jwk(), key.alg(), Enc::A256Gcm, None, b"content").unwrap();
        let mut parts: Vec<&str> = token.split('.').collect();
        let bad_key = b64::encode(&[7; 256]);
        parts[1] = &bad_key;
        parts[2] = "AAAA";
        assert_eq!(
            open(&key, &parts.join(".")).err(),
            Some(Error::Malformed("the IV has 96 bits"))
        );
    }
}
