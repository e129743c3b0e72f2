//! `ipse serve`.

use std::io::IsTerminal;
use std::path::Path;

use tokio::io::AsyncReadExt;
use tokio::signal::unix::{SignalKind, signal};

/// Writes logs to standard error. `RUST_LOG` sets the filter; the default is `info`.
pub fn logging() {
    let filter =
        tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
}

/// Runs the scheme until SIGINT, SIGTERM or, with `stdin_watch`, the end of standard input.
pub async fn serve(home: &Path, stdin_watch: bool) -> anyhow::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    let stop = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
            () = stdin_closed(), if stdin_watch => {}
        }
    };
    ipse_server::serve(home, stop).await
}

/// Completes when standard input ends, which happens when the parent process is gone.
pub async fn stdin_closed() {
    let mut stdin = tokio::io::stdin();
    let mut bytes = [0; 64];
    while matches!(stdin.read(&mut bytes).await, Ok(count) if count > 0) {}
}
