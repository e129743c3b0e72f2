//! One party's process: started, watched, and ended by closing its standard input.

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

/// Lines kept to show when a party dies.
const LAST_LINES: usize = 20;
/// How long a party may take until it answers. A debug build on a busy machine is slow.
const START: Duration = Duration::from_secs(120);
/// How long a party may take to end by itself.
const END: Duration = Duration::from_secs(10);

/// A started party.
pub struct Running {
    name: String,
    /// Where it answers on `/health`.
    ports: Vec<u16>,
    child: Child,
    // Kept apart from `child`, whose `wait` would close it.
    stdin: Option<ChildStdin>,
    last: Arc<Mutex<VecDeque<String>>>,
}

impl Running {
    /// Starts a program as this party. What it writes goes to `log` in its home.
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
            // Ctrl-C in a terminal reaches a whole group; only the supervisor is to hear it.
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

    /// Waits until the party answers on `/health` at each of its ports.
    pub async fn answers(&mut self) -> anyhow::Result<()> {
        let until = Instant::now() + START;
        for port in self.ports.clone() {
            while !healthy(port).await {
                if let Some(status) = self.child.try_wait()? {
                    bail!(self.obituary(status).await);
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

    /// Completes when the party's process has ended, with the story of its death.
    pub async fn died(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => self.obituary(status).await,
            Err(error) => format!("{}: {error}", self.name),
        }
    }

    /// The same, if it has ended already.
    pub async fn has_died(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(self.obituary(status).await)
    }

    async fn obituary(&self, status: ExitStatus) -> String {
        // What it wrote last is still on its way through the pipe.
        sleep(Duration::from_millis(100)).await;
        format!(
            "{} ended by itself ({status}); its last lines:\n{}",
            self.name,
            self.last_lines()
        )
    }

    fn last_lines(&self) -> String {
        let lines = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| format!("  {line}\n")).collect()
    }

    /// Asks the party to end, and makes it if it does not.
    pub async fn end(mut self) {
        drop(self.stdin.take());
        if timeout(END, self.child.wait()).await.is_err() {
            // It was asked; killing loses nothing that it has acknowledged.
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
        // A log that cannot be written (a full disk) must not stop the party that writes it.
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

/// One `GET /health` on this machine. Too small a job for an HTTP client.
async fn healthy(port: u16) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let request =
            format!("GET /health HTTP/1.1\r\nhost: localhost:{port}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await?;
        Ok::<_, std::io::Error>(&status[9..] == b"200")
    };
    matches!(timeout(Duration::from_secs(2), ask).await, Ok(Ok(true)))
}
