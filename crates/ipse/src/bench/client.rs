//! The partners of a measurement: what each asks, and how it reads the answer.

use anyhow::Context;
use ipse_jose::{DecryptionKey, SigningKey, VerifyingKey, jwe, jws};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The longest userinfo that is read, in characters.
const LIMIT: usize = 16 * 1024;

/// What `bench.json` says of a partner.
#[derive(Serialize, Deserialize)]
pub struct Registered {
    /// Its id.
    pub client_id: String,
    /// Its private key (JWK).
    pub client_key: Value,
    /// The private key to which userinfo is encrypted (JWK).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decryption_key: Option<Value>,
}

/// A partner that asks.
pub struct Client {
    /// Its id.
    pub id: String,
    /// Its key.
    pub key: SigningKey,
    /// What it asks.
    pub asks: Asks,
}

/// What a partner asks, and how it gets it.
pub enum Asks {
    /// Who the person is; userinfo is JSON.
    Login,
    /// Details; userinfo is signed.
    Signed,
    /// Details; userinfo is signed, then encrypted to this key.
    Encrypted(Box<DecryptionKey>),
}

impl Client {
    /// The partner of logins.
    pub fn login(registered: &Registered) -> anyhow::Result<Self> {
        Self::new(registered, Asks::Login)
    }

    /// A partner that asks for details.
    pub fn share(registered: &Registered) -> anyhow::Result<Self> {
        let asks = match &registered.decryption_key {
            None => Asks::Signed,
            Some(key) => Asks::Encrypted(Box::new(DecryptionKey::from_jwk(key)?)),
        };
        Self::new(registered, asks)
    }

    fn new(registered: &Registered, asks: Asks) -> anyhow::Result<Self> {
        Ok(Self {
            id: registered.client_id.clone(),
            key: SigningKey::from_jwk(&registered.client_key)?,
            asks,
        })
    }
}

impl Asks {
    /// Its name in the figures.
    pub fn name(&self) -> &'static str {
        match self {
            Asks::Login => "login",
            Asks::Signed => "signed",
            Asks::Encrypted(_) => "encrypted",
        }
    }

    /// What is counted.
    pub fn unit(&self) -> &'static str {
        match self {
            Asks::Login => "login",
            Asks::Signed | Asks::Encrypted(_) => "approval",
        }
    }

    /// The parameters of a request.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Asks::Login => vec![("scope", "openid profile".to_owned())],
            Asks::Signed | Asks::Encrypted(_) => {
                let essential = json!({"essential": true});
                let claims = json!({"userinfo": {
                    "name": essential, "birthdate": essential, "age_gte_18": null, "nationalities": null, "phone_number": null,
                }});
                vec![
                    ("scope", "openid service:BENCH".to_owned()),
                    ("claims", claims.to_string()),
                ]
            }
        }
    }

    /// A claim that must be in userinfo.
    pub fn expects(&self) -> &'static str {
        match self {
            Asks::Login => "given_name",
            Asks::Signed | Asks::Encrypted(_) => "birthdate",
        }
    }

    /// Opens userinfo, as a partner must.
    pub fn userinfo(&self, body: &[u8], issuer_key: &VerifyingKey) -> anyhow::Result<Value> {
        let verified = |token: &str| {
            let parsed = jws::decode_unverified(token, LIMIT)?;
            parsed.verify(issuer_key, &["JWT"])?;
            Ok(serde_json::from_slice(&parsed.payload)?)
        };
        match self {
            Asks::Login => Ok(serde_json::from_slice(body)?),
            Asks::Signed => verified(std::str::from_utf8(body)?),
            Asks::Encrypted(key) => {
                let (_, token) = jwe::decrypt(key, std::str::from_utf8(body)?)?;
                verified(std::str::from_utf8(&token).context("userinfo is no text")?)
            }
        }
    }
}
