//! The scheme's HTTP server: one folder a face. A handler parses, calls one function of the scheme, and renders.

pub mod app;
pub mod assertion;
pub mod config;
mod connections;
pub mod fetch;
pub mod jobs;
pub mod limits;
pub mod openid;
pub mod operators;
pub mod outbox;
pub mod phone;
pub mod problem;
pub mod registrars;
pub mod state;

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use state::Server;

/// Runs the scheme of a home until `stop` is done.
///
/// # Errors
/// When the configuration, the keystore, the database or an address does not serve.
pub async fn serve(home: &Path, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
    let config = config::ServerConfig::load(home)?;
    let issuer = listen(config.listen_issuer).await?;
    let app = listen(config.listen_app).await?;
    let server = Arc::new(Server::open(home, config)?);
    serve_on(server, issuer, app, stop).await
}

/// Runs an opened server on two listeners, for partners and for phones, until `stop` is done.
///
/// # Errors
/// When a listener fails.
pub async fn serve_on(
    server: Arc<Server>,
    issuer: TcpListener,
    app: TcpListener,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let (quit, ended) = watch::channel(false);
    let work = jobs::start(server.clone(), ended.clone());
    let listener = |origin: &str, router| connections::Listener {
        router,
        https: origin.starts_with("https:"),
    };
    let listeners = [
        (
            issuer,
            listener(&server.config.issuer, issuer_router(server.clone())),
        ),
        (
            app,
            listener(&server.config.app, app_router(server.clone())),
        ),
    ];
    let mut running = tokio::task::JoinSet::new();
    for (socket, listener) in listeners {
        running.spawn(connections::serve(socket, listener, ended.clone()));
    }
    tracing::info!(issuer = %server.config.issuer, app = %server.config.app, "serving");
    tokio::select! {
        () = stop => {}
        Some(ended) = running.join_next() => ended?,
    }
    let _ = quit.send(true);
    // Open streams (server-sent events) end with the process: nothing in them is the only copy.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(3), running.join_all()).await;
    work.finish().await;
    server.scheme.store.close();
    Ok(())
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: is another program using that port?"))
}

/// Partners, operators and machines.
pub fn issuer_router(server: Arc<Server>) -> Router {
    Router::new()
        .merge(openid::router())
        .merge(operators::router())
        .merge(state::health_router())
        .with_state(server)
}

/// The app, the phone and the way back from banks.
pub fn app_router(server: Arc<Server>) -> Router {
    Router::new()
        .nest("/phone/v1", phone::router())
        .merge(registrars::router())
        .merge(state::health_router())
        .merge(app::router(&server.config))
        .with_state(server)
}
