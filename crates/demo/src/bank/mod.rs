//! A demo bank: an OpenID provider that vouches for its customers (OpenID Connect for Identity Assurance 1.0).
//!
//! It is what a scheme would meet at a real bank, so it is strict: pushed requests only (RFC 9126), PKCE S256 (RFC 7636),
//! `private_key_jwt` with the issuer as audience, `iss` in responses (RFC 9207), codes for one use within a minute, and
//! userinfo that is signed and then encrypted to the client. State lives in memory: a demo bank may forget on restart.

use std::{
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use ipse_jose::SigningKey;
use ipse_keys::KeyStore;

mod agree;
mod authorize;
mod claims;
mod client;
mod config;
mod error;
mod language;
mod metadata;
mod pages;
mod par;
mod sign_in;
mod state;
mod token;
mod userinfo;

pub use config::{Client, Config, ConfigError, Customer, Fault, Look};

use state::State;

/// `assurance_process.policy` of everything that a demo bank vouches for: it was simulated and is worth nothing outside
/// a demo.
pub const DEMO_POLICY: &str = "https://ipse.example/policy/demo";

/// `trust_framework` of Belgian banks, which identify customers under the anti-money-laundering law. No list has a value
/// for it, so it is a URI of ours.
pub const TRUST_FRAMEWORK: &str = "https://ipse.example/trust-framework/be_aml";

/// The claim that carries the Belgian national number; no registered claim does.
pub const NATIONAL_NUMBER_CLAIM: &str = "https://ipse.example/claims/be_national_number";

/// `acr` of a sign-in at a demo bank.
pub const ACR: &str = "https://ipse.example/acr/demo-bank";

/// Keystore purpose of the key that signs ID tokens and userinfo.
pub const SIGNING_KEY: &str = "bank/signing";

/// Keystore purpose of the key behind the pairwise `sub`.
const SUBJECT_KEY: &str = "bank/subject";

/// No body that a bank takes comes near this.
const BODY_LIMIT: usize = 64 * 1024;

/// One running bank.
pub struct Bank {
    config: Config,
    keys: Box<dyn KeyStore>,
    signing: Arc<SigningKey>,
    state: Mutex<State>,
    clock: Clock,
}

impl Bank {
    /// A bank with its keys; makes them on first use.
    pub fn new(config: Config, keys: Box<dyn KeyStore>) -> Result<Self, ipse_keys::Error> {
        let signing = keys.signing(SIGNING_KEY)?;
        Ok(Self {
            config,
            keys,
            signing,
            state: Mutex::default(),
            clock: Clock::default(),
        })
    }

    /// The bank's clock, which tests may put forward.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    // Every change of the state is complete before anything can panic, so a poisoned lock still guards a whole state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cookie_name(&self) -> String {
        format!("bank_{}_session", self.config.look.as_str())
    }

    /// The customer's pairwise name at our client: says nothing, differs from bank to bank, stays the same.
    fn subject(&self, customer: &Customer) -> String {
        let message = format!("{}\0{}", self.config.client.client_id, customer.id);
        ipse_jose::b64::encode(&self.keys.mac(SUBJECT_KEY, message.as_bytes()))
    }
}

/// Seconds since 1970 that only tests can shift.
#[derive(Debug, Default)]
pub struct Clock {
    shift: AtomicI64,
}

impl Clock {
    /// Now.
    pub fn now(&self) -> i64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        since.as_secs() as i64 + self.shift.load(Ordering::Relaxed)
    }

    /// Puts the clock forward.
    pub fn advance(&self, seconds: i64) {
        self.shift.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// All addresses of a bank.
pub fn router(bank: Arc<Bank>) -> Router {
    Router::new()
        .route("/", get(pages::home))
        .route(
            "/.well-known/openid-configuration",
            get(metadata::discovery),
        )
        .route("/jwks", get(metadata::jwks))
        .route("/par", post(par::post))
        .route("/authorize", get(authorize::get))
        .route("/sign-in", get(sign_in::get).post(sign_in::post))
        .route("/agree", get(agree::get).post(agree::post))
        .route("/refuse", post(agree::refuse))
        .route("/token", post(token::post))
        .route("/userinfo", get(userinfo::get).post(userinfo::get))
        .route(
            "/health",
            get(async || axum::Json(serde_json::json!({"status": "ok"}))),
        )
        .route("/bank.css", get(pages::style))
        .route("/icon.svg", get(pages::icon))
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(bank)
}

/// Runs the bank whose configuration and keys are in `home`, until `ended` completes.
pub async fn run(
    home: &Path,
    ended: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let config = Config::read(home)?;
    let keys = ipse_keys::FileKeyStore::open(&home.join("keys"))?;
    let listen = config.listen;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|error| anyhow::anyhow!("cannot listen on {listen}: {error}"))?;
    tracing::info!(bank = config.name, %listen, "open");
    let bank = Arc::new(Bank::new(config, Box::new(keys))?);
    axum::serve(listener, router(bank))
        .with_graceful_shutdown(ended)
        .await?;
    Ok(())
}

/// An unguessable value: 256 random bits, `b64u`.
fn random() -> String {
    let mut bytes = [0; 32];
    // The generator of aws-lc-rs cannot fail once the library has started; a value from anywhere else would be worse
    // than no bank.
    #[expect(clippy::expect_used, reason = "see above")]
    aws_lc_rs::rand::fill(&mut bytes).expect("the system's random generator works");
    ipse_jose::b64::encode(&bytes)
}
