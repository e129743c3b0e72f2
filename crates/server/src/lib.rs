//! The scheme's HTTP server: one folder per API, one file per endpoint.
//!
//! | folder | for | origin |
//! |---|---|---|
//! | [`openid`] | partners, and the browsers of people who log in | issuer |
//! | [`operators`] | operators: their events, and the client of their API | issuer |
//! | [`phone`] | the app and other phones, under `/phone/v1` | app |
//! | [`registrars`] | browsers that come back from a bank, and the client of the banks | app |
//!
//! A handler parses the request, calls one function of [`ipse_scheme`] and renders the answer. Each API has its own state;
//! [`Server`] creates all of them.

pub mod app;
mod client_address;
mod client_assertion;
mod clock;
pub mod config;
mod connections;
mod cookies;
mod evidence;
mod fault;
pub mod fetch;
mod health;
pub mod jobs;
pub mod keystore;
pub mod limits;
pub mod mail;
pub mod openid;
pub mod operators;
pub mod outbox;
mod partner_events;
pub mod phone;
pub mod problem;
pub mod registrars;
mod request_id;
pub mod server;
mod shutdown;

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ipse_listener::Limits;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use server::{Server, row_keys};

/// Runs the scheme of a home until `stop` completes.
///
/// # Errors
/// When the configuration, the keystore, the database or an address cannot be used.
pub async fn serve(home: &Path, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
    let config = config::ServerConfig::load(home)?;
    let issuer = listen(config.listen_issuer).await?;
    let app = listen(config.listen_app).await?;
    let server = Arc::new(Server::open(home, config)?);
    serve_on(server, issuer, app, stop).await
}

/// Runs an opened server on the issuer's and the app's listener until `stop` completes.
///
/// # Errors
/// When a listener fails.
pub async fn serve_on(
    server: Arc<Server>,
    issuer: TcpListener,
    app: TcpListener,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let (quit, stopped) = watch::channel(false);
    // Before anything is signed. While the clock cannot be trusted nothing is, and the job notes them later.
    if let Err(error) = server.scheme.begin_evidence_keys().await {
        tracing::warn!(
            error = fault::chain(&error),
            "the keys of evidence are noted later"
        );
    }
    let jobs = jobs::start(&server.scheme, &stopped);
    let mut running = tokio::task::JoinSet::new();
    let limits = Limits {
        proxies: server
            .config
            .limits
            .proxies
            .iter()
            .map(IpAddr::to_canonical)
            .collect(),
        ..Limits::shared_by(2)
    };
    if server.config.issuer.starts_with("https:") && limits.proxies.is_empty() {
        tracing::warn!("limits.proxies is empty: behind a proxy, all clients count as one address");
    }
    for (socket, origin, router) in [
        (issuer, &server.config.issuer, server.issuer_router()),
        (app, &server.config.app, server.app_router()),
    ] {
        let listener = connections::Listener {
            router,
            https: origin.starts_with("https:"),
            random: server.random.clone(),
            limits: limits.clone(),
        };
        running.spawn(connections::serve(socket, listener, stopped.clone()));
    }
    tracing::info!(issuer = %server.config.issuer, app = %server.config.app, "serving");
    tokio::select! {
        () = stop => {}
        Some(ended) = running.join_next() => ended?,
    }
    let _ = quit.send(true);
    // Open event streams end with the process. They carry only hints, so nothing is lost.
    let _ = tokio::time::timeout(Duration::from_secs(3), running.join_all()).await;
    jobs.finish().await;
    server.scheme.store.close();
    Ok(())
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: is another program using that port?"))
}
