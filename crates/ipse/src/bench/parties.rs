//! Scheme and operator as separate processes, and their CPU time and memory.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// Clock ticks a second in `/proc` (`USER_HZ`), which is 100 on all supported architectures.
const TICKS: f64 = 100.0;

/// A running party. It ends when its standard input closes.
pub struct Party {
    child: Child,
}

impl Party {
    /// Starts this program with other arguments and waits until it listens.
    pub async fn start(arguments: &[String], home: &Path, at: &str) -> anyhow::Result<Self> {
        let log = std::fs::File::create(home.join("log"))?;
        let mut child = Command::new(std::env::current_exe()?)
            .args(arguments)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .context("cannot start a party")?;
        let until = tokio::time::Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(at).await.is_err() {
            if let Some(status) = child.try_wait()? {
                let log = std::fs::read_to_string(home.join("log")).unwrap_or_default();
                bail!("{arguments:?} ended ({status}):\n{log}");
            }
            if tokio::time::Instant::now() > until {
                bail!("{arguments:?} does not listen on {at}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Self { child })
    }

    /// Seconds of CPU so far, user and system.
    pub fn cpu(&self) -> anyhow::Result<f64> {
        let pid = self.child.id().context("the party ended")?;
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let fields: Vec<&str> = stat
            .rsplit_once(')')
            .context("/proc stat")?
            .1
            .split_whitespace()
            .collect();
        let ticks: f64 = fields
            .get(11..13)
            .context("/proc stat")?
            .iter()
            .filter_map(|t| t.parse::<f64>().ok())
            .sum();
        Ok(ticks / TICKS)
    }

    /// Resident memory in MB.
    pub fn rss_mb(&self) -> anyhow::Result<f64> {
        let pid = self.child.id().context("the party ended")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let kb: f64 = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.split_whitespace().next())
            .and_then(|kb| kb.parse().ok())
            .context("/proc status")?;
        Ok(kb / 1024.0)
    }

    /// Ends it and waits.
    pub async fn end(mut self) -> anyhow::Result<()> {
        drop(self.child.stdin.take());
        if tokio::time::timeout(Duration::from_secs(10), self.child.wait())
            .await
            .is_err()
        {
            self.child.kill().await?;
        }
        Ok(())
    }
}
