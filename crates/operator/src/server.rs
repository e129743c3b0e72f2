//! The running server: listener, event feed, shutdown.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ipse_listener::Limits;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::feed;
use crate::http;
use crate::operator::{Operator, StartError};

/// Longest wait at shutdown for requests that are being answered.
const DRAIN: Duration = Duration::from_secs(3);

/// A server in this process.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: std::net::SocketAddr,
    /// The operator itself.
    pub operator: Arc<Operator>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Stops the server and waits until it has stopped.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for mut task in self.tasks {
            if tokio::time::timeout(DRAIN, &mut task).await.is_err() {
                task.abort();
            }
        }
        self.operator.store.close();
    }
}

/// Seeds the registry, listens, and starts pushing events.
///
/// # Errors
/// [`StartError`] says what to do.
pub async fn start(operator: Arc<Operator>) -> Result<Running, StartError> {
    let listen = operator.config.listen.clone();
    let listener = TcpListener::bind(&listen)
        .await
        .map_err(|error| StartError::Listen(listen, error))?;
    start_on(operator, listener).await
}

/// As [`start`], on a listener that is already bound.
///
/// # Errors
/// [`StartError`] says what to do.
pub async fn start_on(
    operator: Arc<Operator>,
    listener: TcpListener,
) -> Result<Running, StartError> {
    operator.seed().await?;
    let client = feed::client(&operator.config.scheme.events_url)?;
    let listen = |error| StartError::Listen(operator.config.listen.clone(), error);
    let address = listener.local_addr().map_err(listen)?;
    let (stop, stopped) = watch::channel(false);
    let router = http::router(Arc::clone(&operator));
    let limits = Limits::shared_by(1);
    let serving = ipse_listener::serve_router(listener, limits, router, stopped.clone());
    let server = tokio::spawn(serving);
    let feed = tokio::spawn(feed::run(Arc::clone(&operator), client, stopped));
    tracing::info!(name = operator.config.name, %address, "the operator listens");
    Ok(Running {
        address,
        operator,
        stop,
        tasks: vec![server, feed],
    })
}

/// Serves the operator in `home` until `shutdown` completes.
///
/// # Errors
/// [`StartError`] says what to do.
pub async fn serve(
    home: &Path,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), StartError> {
    let running = start(Operator::open(home)?).await?;
    shutdown.await;
    running.stop().await;
    Ok(())
}

/// Completes on SIGINT or SIGTERM and, with `stdin_watch`, when standard input closes: then the server stops together with
/// the program that started it.
pub async fn shutdown_signal(stdin_watch: bool) {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
        () = stdin_closed(), if stdin_watch => {}
    }
}

async fn stdin_closed() {
    // A separate thread: a read of standard input cannot be cancelled, and the runtime would wait for it at shutdown.
    let (sender, receiver) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = sender.send(());
    });
    let _ = receiver.await;
}
