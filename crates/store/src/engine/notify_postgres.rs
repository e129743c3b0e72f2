//! Notices between nodes: LISTEN and NOTIFY.
//!
//! Notices are sent after the commit, over a separate connection. A NOTIFY inside a transaction needs a round trip, and
//! locks the whole database during the commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread::JoinHandle;
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;

use super::error::Failure;
use super::notify::{Local, Notice};
use super::postgres::{PgConnection, failure};

const BACKLOG: usize = 8192;
/// How many notices one statement sends.
const BATCH: usize = 256;
/// How soon the listener sees that it must end, or that its connection is lost.
const BEAT: Duration = Duration::from_secs(1);

/// Sends notices to this process at once and to other nodes through the database.
pub(crate) struct Broadcast {
    local: Arc<Local>,
    remote: SyncSender<Notice>,
}

impl Broadcast {
    pub(crate) fn send(&self, notices: Vec<Notice>) {
        for notice in notices {
            self.local.send(notice.clone());
            if let Err(TrySendError::Full(_)) = self.remote.try_send(notice) {
                tracing::warn!("too many notices; other nodes will poll");
            }
        }
    }
}

/// The channel of one schema of one database, and the name of this node on it.
#[derive(Clone)]
struct Address {
    channel: Arc<str>,
    node: Arc<str>,
}

/// Starts the two threads and waits until the listener listens.
pub(crate) fn start(
    config: &postgres::Config,
    schema: &str,
    local: &Arc<Local>,
) -> (Broadcast, Vec<JoinHandle<()>>) {
    let address = Address {
        channel: format!("ipse_{schema}").into(),
        node: format!("{:016x}", random()).into(),
    };
    let stop = Arc::new(AtomicBool::new(false));
    let (remote, outgoing) = mpsc::sync_channel(BACKLOG);
    let (ready, listening) = mpsc::channel();
    let mut threads = Vec::new();
    {
        let (config, address, stop) = (config.clone(), address.clone(), Arc::clone(&stop));
        threads.push(std::thread::spawn(move || {
            speak(&config, &address, &outgoing, &stop);
        }));
    }
    {
        let (config, local) = (config.clone(), Arc::clone(local));
        threads.push(std::thread::spawn(move || {
            let mut ready = Some(ready);
            while !stop.load(Ordering::SeqCst) {
                if listen(&config, &address, &local, &stop, &mut ready).is_err() {
                    tracing::warn!("not listening for other nodes; trying again");
                    ready = None;
                    std::thread::sleep(BEAT);
                }
            }
        }));
    }
    // On an error the listener keeps trying, and waiting tasks poll.
    let _ = listening.recv();
    let local = Arc::clone(local);
    (Broadcast { local, remote }, threads)
}

fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}

/// Sends notices until the store is dropped, many in one statement.
fn speak(
    config: &postgres::Config,
    address: &Address,
    outgoing: &Receiver<Notice>,
    stop: &AtomicBool,
) {
    let mut connection = None;
    while let Ok(first) = outgoing.recv() {
        let mut payloads = vec![address.payload(&first)];
        payloads.extend(
            outgoing
                .try_iter()
                .take(BATCH - 1)
                .map(|n| address.payload(&n)),
        );
        // Twice, since the connection may have broken while nothing was sent.
        for _ in 0..2 {
            match send(&mut connection, config, address, &payloads) {
                Ok(()) => break,
                Err(failure) => {
                    connection = None;
                    tracing::warn!("other nodes were not told: {}", failure.error);
                }
            }
        }
    }
    stop.store(true, Ordering::SeqCst);
    // Wakes our own listener, which otherwise sees the end only at its next beat.
    let _ = send(
        &mut connection,
        config,
        address,
        &[address.node.to_string()],
    );
}

fn send(
    slot: &mut Option<PgConnection>,
    config: &postgres::Config,
    address: &Address,
    payloads: &[String],
) -> Result<(), Failure> {
    let connection = match slot {
        Some(connection) => connection,
        None => slot.insert(PgConnection::open(config)?),
    };
    connection
        .client()
        .execute(
            "SELECT pg_notify($1, p) FROM unnest($2::TEXT[]) p",
            &[&&*address.channel, &payloads],
        )
        .map_err(failure)?;
    Ok(())
}

fn listen(
    config: &postgres::Config,
    address: &Address,
    local: &Local,
    stop: &AtomicBool,
    ready: &mut Option<mpsc::Sender<()>>,
) -> Result<(), Failure> {
    let mut connection = PgConnection::open(config)?;
    // The schema's name is checked where the URL is parsed.
    connection.script(&format!("LISTEN {}", address.channel))?;
    if let Some(ready) = ready.take() {
        let _ = ready.send(());
    }
    while !stop.load(Ordering::SeqCst) {
        // Upgraded again at each beat, so that the end of the store is seen.
        {
            let mut notifications = connection.client().notifications();
            let mut incoming = notifications.timeout_iter(BEAT);
            while let Some(notification) = incoming.next().map_err(failure)? {
                if stop.load(Ordering::SeqCst) {
                    return Ok(());
                }
                if let Some(notice) = address.parse(notification.payload()) {
                    local.send(notice);
                }
            }
        }
        if connection.client().is_closed() {
            return Err(super::error::StoreError::Unavailable("connection lost".to_owned()).into());
        }
    }
    Ok(())
}

impl Address {
    fn payload(&self, notice: &Notice) -> String {
        format!("{} {} {}", self.node, notice.channel, notice.id)
    }

    /// None for a notice of this node: its subscribers have it already.
    fn parse(&self, payload: &str) -> Option<Notice> {
        let (node, rest) = payload.split_once(' ')?;
        let (channel, id) = rest.split_once(' ')?;
        (node != &*self.node).then(|| Notice {
            channel: channel.to_owned().into(),
            id: id.to_owned(),
        })
    }
}
