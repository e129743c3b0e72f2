//! The log of the test program, as a test reads it.

use std::io;
use std::sync::{Mutex, Once, PoisonError};

use serde_json::Value;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Captures what is logged at `info` and above. Each network calls it before it serves anything: a log statement that runs
/// before there is a subscriber may stay disabled.
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        tracing_subscriber::fmt()
            .json()
            .with_env_filter("info")
            .with_writer(|| Writer)
            .init();
    });
}

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The log.
pub struct Log;

impl Log {
    /// The log lines of the request whose answer has these headers: those with a code, and everything above `info`.
    #[track_caller]
    pub fn of(&self, answer: &reqwest::header::HeaderMap) -> Vec<Value> {
        let id = answer["x-request-id"].to_str().expect("text");
        let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&lines)
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
            .filter(|line| line["span"]["id"] == id)
            .filter(|line| !line["fields"]["code"].is_null() || line["level"] != "INFO")
            .collect()
    }

    /// The one log line of a request: level, partner, operator or bank, code and reason.
    #[track_caller]
    pub fn line(&self, answer: &reqwest::header::HeaderMap) -> (String, String, String, String) {
        let lines = self.of(answer);
        let [line] = &lines[..] else {
            panic!("not one line: {lines:?}");
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let span = &line["span"];
        let party = ["client_id", "operator", "bank"].map(|party| &span[party]);
        let party = party.into_iter().find(|party| !party.is_null());
        let fields = &line["fields"];
        (
            text(&line["level"]),
            party.map(text).unwrap_or_default(),
            text(&fields["code"]),
            text(&fields["reason"]),
        )
    }
}
