//! A demo bank: an OpenID provider that vouches for its customers (OpenID Connect for Identity Assurance 1.0).
//!
//! It is as strict as a real bank: pushed requests only (RFC 9126), PKCE S256 (RFC 7636), `private_key_jwt` with the
//! issuer as audience, `iss` in responses (RFC 9207), codes for one use within a minute, and userinfo that is signed and
//! then encrypted to the client. Its state is in memory only, so a restart forgets it.
//!
//! `routes` has one file an endpoint.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Context;
use ipse_jose::SigningKey;
use ipse_keys::KeyStore;
use ipse_listener::Limits;
use ipse_protocol::{Clock, Random};
use ipse_texts::{Texts, TextsError};
use tokio::sync::watch;

mod answer;
mod claims;
mod client;
mod config;
mod error;
mod form;
mod pages;
mod routes;
mod session;
mod state;
pub(crate) mod texts;

pub use config::{Address, Client, Config, ConfigError, Customer, Fault, Look, PlaceOfBirth};

pub use routes::router;

use state::State;

/// The `assurance_process.policy` of every verified claim of a demo bank: it was simulated and has no value outside a demo.
pub const DEMO_POLICY: &str = "https://ipse.example/policy/demo";

/// The `trust_framework` of Belgian banks, which identify customers under the anti-money-laundering law. No list has a value
/// for it, so it is a URI of Ipse.
pub const TRUST_FRAMEWORK: &str = "https://ipse.example/trust-framework/be_aml";

/// The claim with the Belgian national number. No registered claim has it.
pub const NATIONAL_NUMBER_CLAIM: &str = "https://ipse.example/claims/be_national_number";

/// The `acr` of a sign-in at a demo bank.
pub const ACR: &str = "https://ipse.example/acr/demo-bank";

/// Keystore purpose of the key that signs ID tokens and userinfo.
pub const SIGNING_KEY: &str = "bank/signing";

/// Keystore purpose of the key that the pairwise `sub` is derived from.
const SUBJECT_KEY: &str = "bank/subject";

/// One running bank.
pub struct Bank {
    config: Config,
    keys: Box<dyn KeyStore>,
    signing: Arc<SigningKey>,
    texts: Texts,
    state: Mutex<State>,
    clock: Clock,
    random: Random,
}

/// Why a bank cannot start.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// The keystore.
    #[error("the keystore cannot be used")]
    Keys(#[from] ipse_keys::Error),
    /// The texts of this program.
    #[error("the texts cannot be used")]
    Texts(#[from] TextsError),
}

impl Bank {
    /// A bank with its keys.
    ///
    /// # Errors
    /// [`BankError`].
    pub fn new(
        config: Config,
        keys: Box<dyn KeyStore>,
        clock: Clock,
        random: Random,
    ) -> Result<Self, BankError> {
        let signing = keys.signing(SIGNING_KEY)?;
        Ok(Self {
            config,
            keys,
            signing,
            texts: texts::load()?,
            state: Mutex::default(),
            clock,
            random,
        })
    }

    // Every change of the state is complete before it can panic, so the state behind a poisoned lock is still whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cookie_name(&self) -> String {
        format!("bank_{}_session", self.config.look.as_str())
    }

    /// The customer's pairwise name at the client: the same each time, and another one at each bank.
    fn subject(&self, customer: &Customer) -> String {
        let message = format!("{}\0{}", self.config.client.client_id, customer.id);
        ipse_jose::b64::encode(&self.keys.mac(SUBJECT_KEY, message.as_bytes()))
    }

    /// A value that cannot be guessed: 256 random bits in base64url.
    fn random_text(&self) -> String {
        ipse_jose::b64::encode(&self.random.bytes::<32>())
    }
}

/// Makes each key that a bank needs, in a keystore that makes keys.
///
/// # Errors
/// The keystore's.
pub fn make_keys(keys: &dyn KeyStore) -> Result<(), ipse_keys::Error> {
    keys.signing(SIGNING_KEY).map(drop)
}

/// Runs the bank whose configuration and keys are in `home`, until `stop` completes.
///
/// # Errors
/// The configuration, the keys or the address cannot be used.
pub async fn run(
    home: &Path,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let config = Config::read(home)?;
    let keys = ipse_keys::FileKeyStore::open(&home.join("keys"))?;
    let listen = config.listen;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}"))?;
    tracing::info!(bank = config.name, %listen, "the bank listens");
    let bank = Bank::new(config, Box::new(keys), Clock::system(), Random::system())?;
    let bank = Arc::new(bank);
    let (quit, stopped) = watch::channel(false);
    let limits = Limits::shared_by(1);
    let serving = ipse_listener::serve_router(listener, limits, router(bank), stopped);
    let stopping = async {
        stop.await;
        quit.send_replace(true);
    };
    tokio::join!(serving, stopping);
    Ok(())
}
