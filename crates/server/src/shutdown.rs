//! The signal on which tasks stop.

use tokio::sync::watch;

/// Becomes true when the server stops.
pub type Stopped = watch::Receiver<bool>;

/// Waits until the server stops.
pub async fn wait(stopped: &mut Stopped) {
    // `wait_for` returns a guard, which must not be held while other work runs.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
