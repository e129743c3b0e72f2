//! What a test's own thread logs.

use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::sync::{Mutex, Once};
use std::thread::{self, ThreadId};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

static LINES: Mutex<Vec<Line>> = Mutex::new(Vec::new());

/// A line of the log: its level and its fields, of which one is `message`.
#[derive(Clone, Debug)]
pub struct Line {
    pub level: Level,
    pub fields: BTreeMap<&'static str, String>,
    thread: ThreadId,
}

/// Keeps what is logged. Each network calls it before it serves anything: a log statement that runs before there is a
/// subscriber may stay disabled.
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| tracing::subscriber::set_global_default(Keep).expect("the first"));
}

/// The log of this thread since [`Log::start`]. A test with it has a runtime of one thread.
pub struct Log {
    start: usize,
}

impl Log {
    pub fn start() -> Self {
        let start = LINES.lock().expect("no test panicked").len();
        Self { start }
    }

    /// The lines with this message.
    pub fn lines(&self, message: &str) -> Vec<Line> {
        let of = |line: &&Line| {
            line.thread == thread::current().id() && line.fields["message"] == message
        };
        let lines = LINES.lock().expect("no test panicked");
        lines[self.start..].iter().filter(of).cloned().collect()
    }
}

struct Keep;

impl Subscriber for Keep {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("ipse_operator")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let line = Line {
            level: *event.metadata().level(),
            fields: fields.0,
            thread: thread::current().id(),
        };
        LINES.lock().expect("no test panicked").push(line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, String>);

impl Fields {
    fn put(&mut self, field: &Field, value: impl Display) {
        self.0.insert(field.name(), value.to_string());
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field, format_args!("{value:?}"));
    }
}
