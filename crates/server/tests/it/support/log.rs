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
    /// The log lines with a code of the request whose answer has these headers.
    #[track_caller]
    pub fn of(&self, answer: &reqwest::header::HeaderMap) -> Vec<Value> {
        let id = answer["x-request-id"].to_str().expect("text");
        let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&lines)
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
            .filter(|line| line["span"]["id"] == id && !line["fields"]["code"].is_null())
            .collect()
    }

    /// The one log line of a request: level, partner or operator, code and reason.
    #[track_caller]
    pub fn line(&self, answer: &reqwest::header::HeaderMap) -> (String, String, String, String) {
        let lines = self.of(answer);
        let [line] = &lines[..] else {
            panic!("not one line: {lines:?}");
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let span = &line["span"];
        let party = if span["client_id"].is_null() {
            &span["operator"]
        } else {
            &span["client_id"]
        };
        let fields = &line["fields"];
        (
            text(&line["level"]),
            text(party),
            text(&fields["code"]),
            text(&fields["reason"]),
        )
    }
}
