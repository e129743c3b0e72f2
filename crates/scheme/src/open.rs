//! What is open at a time: requests that no phone has claimed, and enrolments that are not completed. Anybody can begin them, so
//! their number is bounded, by who began them and in total (threat 38).
//!
//! Each node counts what it began itself. A restart forgets the counts, as long as what was counted lives: minutes.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ipse_protocol::ids::PartnerId;

use crate::config::OpenLimits;
use crate::error::RuleError;
use crate::refusal::LoginRefusal;

/// How a partner's request arrives. Each way has a share of its own, so that plain requests, which any browser can begin in a
/// partner's name, leave room for pushed ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// Pushed by the partner (RFC 9126).
    Pushed,
    /// In the browser's query.
    Plain,
}

/// By what something is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Requests(Way),
    RequestsOf(Way, PartnerId),
    RequestsFrom(IpAddr),
    Enrolments,
    EnrolmentsFrom(IpAddr),
}

/// A request of a partner.
#[derive(Clone, Debug)]
pub struct OpenRequest {
    /// How it arrived.
    pub way: Way,
    /// Whose it is.
    pub partner: PartnerId,
    /// The browser's address, once there is one.
    pub address: Option<IpAddr>,
}

struct Held {
    until: i64,
    keys: Vec<Key>,
}

#[derive(Default)]
struct Counts {
    held: HashMap<String, Held>,
    due: BTreeSet<(i64, String)>,
    counts: HashMap<Key, usize>,
}

/// What is open on this node.
pub struct Open {
    limits: OpenLimits,
    counts: Mutex<Counts>,
}

impl Open {
    pub(crate) fn new(limits: OpenLimits) -> Self {
        Self {
            limits,
            counts: Mutex::default(),
        }
    }

    // A panic cannot come between two changes that belong together.
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request from `now` until `until` (milliseconds), in place of what `replaces` names; false if there are too many.
    pub(crate) fn request(
        &self,
        id: &str,
        replaces: Option<&str>,
        request: &OpenRequest,
        (now, until): (i64, i64),
    ) -> bool {
        let (way, limits) = (request.way, &self.limits);
        let mut keys = vec![
            (Key::Requests(way), limits.requests),
            (
                Key::RequestsOf(way, request.partner.clone()),
                limits.requests_per_partner,
            ),
        ];
        if let Some(address) = request.address {
            keys.push((Key::RequestsFrom(address), limits.requests_per_address));
        }
        self.counts()
            .hold(id, replaces.unwrap_or(id), keys, (now, until))
    }

    /// Counts an enrolment from `now` until `until` (milliseconds); false if there are too many.
    pub(crate) fn enrolment(&self, id: &str, address: IpAddr, time: (i64, i64)) -> bool {
        let limits = &self.limits;
        let keys = vec![
            (Key::Enrolments, limits.enrolments),
            (Key::EnrolmentsFrom(address), limits.enrolments_per_address),
        ];
        self.counts().hold(id, id, keys, time)
    }

    /// The result of beginning what was counted. It stays counted if it began, or if nobody knows.
    pub(crate) fn settled<T>(
        &self,
        id: &str,
        result: Result<T, RuleError<LoginRefusal>>,
    ) -> Result<T, RuleError<LoginRefusal>> {
        if matches!(result, Err(RuleError::Refused(_))) {
            self.release(id);
        }
        result
    }

    /// It is not open any more.
    pub(crate) fn release(&self, id: &str) {
        self.counts().remove(id);
    }
}

impl Counts {
    fn hold(
        &mut self,
        id: &str,
        replaces: &str,
        keys: Vec<(Key, usize)>,
        (now, until): (i64, i64),
    ) -> bool {
        while let Some((due, old)) = self.due.first().cloned()
            && due <= now
        {
            self.remove(&old);
        }
        let replaced = self.remove(replaces);
        let full = keys
            .iter()
            .any(|(key, limit)| self.counts.get(key).is_some_and(|count| count >= limit));
        if full {
            if let Some(replaced) = replaced {
                self.insert(replaces, replaced);
            }
            return false;
        }
        let keys = keys.into_iter().map(|(key, _)| key).collect();
        self.remove(id);
        self.insert(id, Held { until, keys });
        true
    }

    fn insert(&mut self, id: &str, held: Held) {
        for key in &held.keys {
            *self.counts.entry(key.clone()).or_default() += 1;
        }
        self.due.insert((held.until, id.to_owned()));
        self.held.insert(id.to_owned(), held);
    }

    fn remove(&mut self, id: &str) -> Option<Held> {
        let (id, held) = self.held.remove_entry(id)?;
        for key in &held.keys {
            if let Some(count) = self.counts.get_mut(key) {
                *count -= 1;
                if *count == 0 {
                    self.counts.remove(key);
                }
            }
        }
        self.due.remove(&(held.until, id));
        Some(held)
    }
}

#[cfg(test)]
mod tests {
    use ipse_protocol::Random;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn open() -> Open {
        Open::new(OpenLimits {
            requests: 4,
            requests_per_partner: 3,
            requests_per_address: 2,
            enrolments: 3,
            enrolments_per_address: 2,
        })
    }

    fn request(way: Way, partner: &PartnerId) -> OpenRequest {
        OpenRequest {
            way,
            partner: partner.clone(),
            address: None,
        }
    }

    #[test]
    fn t38_plain_requests_leave_pushed_ones_their_share() {
        let (open, random) = (open(), Random::seeded(1));
        let partners = [PartnerId::new(&random), PartnerId::new(&random)];
        let plain = partners.each_ref().map(|p| request(Way::Plain, p));
        for n in 0..3 {
            assert!(open.request(&n.to_string(), None, &plain[0], (0, 10)));
        }
        assert!(!open.request("more", None, &plain[0], (0, 10)));
        assert!(open.request("3", None, &plain[1], (0, 10)));
        assert!(!open.request("more", None, &plain[1], (0, 10)));
        assert!(open.request("pushed", None, &request(Way::Pushed, &partners[0]), (0, 10)));
    }

    #[test]
    fn t38_what_ended_counts_no_more() {
        let open = open();
        assert!(open.enrolment("a", HERE, (0, 10)));
        assert!(open.enrolment("b", HERE, (0, 20)));
        assert!(!open.enrolment("c", HERE, (9, 20)));
        // The same again is counted once.
        assert!(open.enrolment("b", HERE, (9, 20)));
        assert!(open.enrolment("c", HERE, (10, 20)));
        assert!(!open.enrolment("d", HERE, (10, 20)));
        open.release("c");
        assert!(open.enrolment("d", HERE, (10, 20)));
        open.release("b");
        open.release("d");
        let counts = open.counts();
        assert!(counts.held.is_empty() && counts.due.is_empty() && counts.counts.is_empty());
    }

    #[test]
    fn t38_a_pushed_request_that_begins_keeps_its_place() {
        let (open, random) = (open(), Random::seeded(1));
        let pushed = request(Way::Pushed, &PartnerId::new(&random));
        for n in 0..3 {
            assert!(open.request(&n.to_string(), None, &pushed, (0, 10)));
        }
        let begun = OpenRequest {
            address: Some(HERE),
            ..pushed.clone()
        };
        assert!(open.request("begun", Some("0"), &begun, (1, 10)));
        assert!(!open.request("more", None, &pushed, (1, 10)));
        // One that is refused for its address waits on.
        assert!(open.request("also", Some("1"), &begun, (1, 10)));
        assert!(!open.request("third", Some("2"), &begun, (1, 10)));
        open.release("begun");
        assert!(open.request("third", Some("2"), &begun, (1, 10)));
    }
}
