//! The process of a party: started, watched, and stopped by closing its standard input.

use std::{
    collections::VecDeque,
    path::Path,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, bail};
use tokio::{
    fs::File,
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, ChildStdin, Command},
    time::{Instant, sleep, timeout},
};

/// Lines of output that are shown when a party stops unexpectedly.
const LAST_LINES: usize = 20;
/// How long a party may take until it answers. A debug build on a busy machine is slow.
const START: Duration = Duration::from_secs(120);
/// How long a party may take to stop after it was asked to.
const STOP: Duration = Duration::from_secs(10);

/// A party that was started.
pub struct Running {
    name: String,
    /// The ports on which it answers `/health`.
    ports: Vec<u16>,
    child: Child,
    // Not in `child`, because `Child::wait` would close it.
    stdin: Option<ChildStdin>,
    last: Arc<Mutex<VecDeque<String>>>,
}

impl Running {
    /// Starts a program as this party. Its output goes to the file `log` in its home.
    pub async fn start(
        name: &str,
        ports: Vec<u16>,
        mut command: Command,
        home: &Path,
    ) -> anyhow::Result<Self> {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C in a terminal signals a whole process group. Only the supervisor must get it.
            .process_group(0)
            .kill_on_drop(true);
        let program = command
            .as_std()
            .get_program()
            .to_string_lossy()
            .into_owned();
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start {} ({program})", name))?;
        let last = Arc::new(Mutex::new(VecDeque::new()));
        let path = home.join("log");
        let log = Arc::new(tokio::sync::Mutex::new(
            File::create(&path)
                .await
                .with_context(|| format!("cannot write {}", path.display()))?,
        ));
        if let Some(out) = child.stdout.take() {
            tokio::spawn(record(out, Arc::clone(&last), Arc::clone(&log)));
        }
        if let Some(err) = child.stderr.take() {
            tokio::spawn(record(err, Arc::clone(&last), log));
        }
        let stdin = child.stdin.take();
        Ok(Self {
            name: name.to_owned(),
            ports,
            child,
            stdin,
            last,
        })
    }

    /// Waits until the party answers `/health` on each of its ports.
    pub async fn wait_until_healthy(&mut self) -> anyhow::Result<()> {
        let until = Instant::now() + START;
        for port in self.ports.clone() {
            while !healthy(port).await {
                if let Some(status) = self.child.try_wait()? {
                    bail!(self.report(status).await);
                }
                if Instant::now() > until {
                    bail!(
                        "{} does not answer on port {port}; its last lines:\n{}",
                        self.name,
                        self.last_lines()
                    );
                }
                sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }

    /// Completes when the process has stopped, with a text that says so.
    pub async fn stopped(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => self.report(status).await,
            Err(error) => format!("{}: {error}", self.name),
        }
    }

    /// As [`Self::stopped`], if the process has stopped already.
    pub async fn has_stopped(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(self.report(status).await)
    }

    async fn report(&self, status: ExitStatus) -> String {
        // The last output may still be in the pipe.
        sleep(Duration::from_millis(100)).await;
        format!(
            "{} stopped unexpectedly ({status}); its last lines:\n{}",
            self.name,
            self.last_lines()
        )
    }

    fn last_lines(&self) -> String {
        let lines = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| format!("  {line}\n")).collect()
    }

    /// Asks the party to stop, and kills it if it does not.
    pub async fn stop(mut self) {
        drop(self.stdin.take());
        if timeout(STOP, self.child.wait()).await.is_err() {
            // A party survives this: what it acknowledged is on disk.
            let _ = self.child.kill().await;
        }
    }
}

async fn record(
    from: impl AsyncRead + Unpin,
    last: Arc<Mutex<VecDeque<String>>>,
    log: Arc<tokio::sync::Mutex<File>>,
) {
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        // A log that cannot be written (a full disk) must not stop the party.
        let _ = log
            .lock()
            .await
            .write_all(format!("{line}\n").as_bytes())
            .await;
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == LAST_LINES {
            last.pop_front();
        }
        last.push_back(line);
    }
    let _ = log.lock().await.flush().await;
}

/// Sends `GET /health` on this machine and returns whether the status is 200.
async fn healthy(port: u16) -> bool {
    let request = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let text =
            format!("GET /health HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\r\n");
        stream.write_all(text.as_bytes()).await?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        Ok::<_, std::io::Error>(&status[9..] == b"200")
    };
    matches!(timeout(Duration::from_secs(2), request).await, Ok(Ok(true)))
}
