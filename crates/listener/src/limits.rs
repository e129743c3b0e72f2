//! What a listener allows, and how many files the process may open.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Most connections of one listener.
const CONNECTIONS: usize = 8_192;
/// Fewest connections of one listener, where few files may be open.
const FEWEST: usize = 16;
/// Files for the databases, calls to other parties, and files that are served.
const RESERVED: u64 = 512;
/// One address has at most one in so many of a listener's connections.
const SHARES: usize = 4;

/// What a listener allows.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Time for a request's head to arrive, also for the next one on a kept connection.
    pub head: Duration,
    /// Time from the head to the start of the answer. A stream may go on after it has started.
    pub answer: Duration,
    /// How long a client may be behind when it does not take its answer.
    pub write: Duration,
    /// Bytes a second by which a client that takes its answer slowly catches up.
    pub rate: u32,
    /// Most connections. A new one takes the place of the one that has been idle for longest.
    pub connections: usize,
    /// Most connections of one address.
    pub per_address: usize,
    /// Addresses without that limit: proxies, which connect for many.
    pub proxies: Arc<[IpAddr]>,
}

impl Limits {
    /// The limits of each of the `listeners` of this process. Raises the limit of open files as far as the system lets it, and
    /// gives each listener an equal share.
    #[must_use]
    pub fn shared_by(listeners: usize) -> Self {
        Self::with_connections(share(open_files(), listeners))
    }

    fn with_connections(connections: usize) -> Self {
        Self {
            head: Duration::from_secs(30),
            answer: Duration::from_secs(60),
            write: Duration::from_secs(30),
            rate: 1_024,
            connections,
            per_address: (connections / SHARES).max(1),
            proxies: Arc::default(),
        }
    }
}

/// How many connections each listener may have when `files` may be open.
fn share(files: u64, listeners: usize) -> usize {
    let free = files - RESERVED.min(files / 2);
    let each = usize::try_from(free).unwrap_or(usize::MAX) / listeners.max(1);
    each.clamp(FEWEST, CONNECTIONS)
}

/// How many files this process may open, after raising its soft limit to the hard one.
fn open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if limit.current == limit.maximum || setrlimit(Resource::Nofile, raised).is_ok() {
        // No limit is a limit that is never reached.
        return limit.maximum.unwrap_or(u64::MAX);
    }
    limit.current.unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t38_all_listeners_together_leave_open_files() {
        for files in [256, 1_024, 4_096, 20_000] {
            for listeners in [1, 2] {
                let all = share(files, listeners) * listeners;
                let left = files - u64::try_from(all).unwrap();
                assert!(left >= RESERVED.min(files / 2), "{files} {listeners}");
            }
        }
        assert_eq!(share(u64::MAX, 2), CONNECTIONS);
        assert_eq!(share(0, 2), FEWEST);
    }

    #[test]
    fn t38_the_limit_of_open_files_is_raised() {
        open_files();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
