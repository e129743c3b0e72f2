//! The open connections of a listener, and which of them makes room for a new one.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::limits::Limits;

/// A client's address as it is counted: IPv4 addresses one by one, IPv6 by the network of 64 bits that one customer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Address(IpAddr);

impl Address {
    /// The IPv4 address, or the first address of the IPv6 network.
    #[must_use]
    pub fn ip(self) -> IpAddr {
        self.0
    }
}

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

/// What [`Activity`] holds while a request is being answered.
const BUSY: u64 = u64::MAX;

/// When a connection was last active, in steps of its table; or that it is now.
#[derive(Default)]
struct Activity(AtomicU64);

/// The open connections of a listener.
pub struct Table {
    limits: Limits,
    steps: AtomicU64,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    connections: HashMap<u64, Connection>,
    addresses: HashMap<Address, usize>,
}

struct Connection {
    address: Option<Address>,
    activity: Arc<Activity>,
    close: Arc<Notify>,
}

/// The place of one connection in the table; it is free again when this is dropped.
pub struct Place {
    table: Arc<Table>,
    number: u64,
    activity: Arc<Activity>,
    close: Arc<Notify>,
}

/// Says that a request is being answered, until it is dropped.
pub struct Busy {
    table: Arc<Table>,
    activity: Arc<Activity>,
}

impl Table {
    pub fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            steps: AtomicU64::new(0),
            open: Mutex::default(),
        })
    }

    // Every change is complete before it can panic, so what is behind a poisoned lock is still whole.
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn step(&self) -> u64 {
        self.steps.fetch_add(1, Ordering::Relaxed)
    }

    /// A place for a new connection. If there is none, the connection that has been idle for longest is closed: one of this
    /// address if that has its share, otherwise one of the address with the most. `None` if none is idle.
    pub fn place(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let proxy = self.limits.proxies.contains(&peer.to_canonical());
        let address = (!proxy).then(|| Address::from(peer));
        let mut open = self.open();
        let of_address = |address: Option<Address>, open: &Open| {
            address.map_or(0, |a| open.addresses.get(&a).copied().unwrap_or(0))
        };
        if of_address(address, &open) >= self.limits.per_address {
            let oldest = open.idle(|c| c.address == address, |_| 0)?;
            open.close(oldest);
        } else if open.connections.len() >= self.limits.connections {
            let most = open.idle(|_| true, |c| of_address(c.address, &open))?;
            open.close(most);
        }
        let number = self.step();
        let activity = Arc::new(Activity(AtomicU64::new(number)));
        let close = Arc::new(Notify::new());
        let connection = Connection {
            address,
            activity: activity.clone(),
            close: close.clone(),
        };
        open.connections.insert(number, connection);
        if let Some(address) = address {
            *open.addresses.entry(address).or_default() += 1;
        }
        Some(Place {
            table: self.clone(),
            number,
            activity,
            close,
        })
    }
}

impl Open {
    /// The connection that has been idle for longest, of those that `fits`, and of them with the highest `weight`.
    fn idle(
        &self,
        fits: impl Fn(&Connection) -> bool,
        weight: impl Fn(&Connection) -> usize,
    ) -> Option<u64> {
        self.connections
            .iter()
            .filter(|(_, c)| fits(c))
            .map(|(number, c)| (c, number, c.activity.0.load(Ordering::Relaxed)))
            .filter(|(_, _, since)| *since != BUSY)
            .max_by_key(|(c, _, since)| (weight(c), u64::MAX - since))
            .map(|(_, number, _)| *number)
    }

    fn close(&mut self, number: u64) {
        if let Some(connection) = self.remove(number) {
            connection.close.notify_one();
        }
    }

    fn remove(&mut self, number: u64) -> Option<Connection> {
        let connection = self.connections.remove(&number)?;
        if let Some(address) = connection.address
            && let Some(count) = self.addresses.get_mut(&address)
        {
            *count -= 1;
            if *count == 0 {
                self.addresses.remove(&address);
            }
        }
        Some(connection)
    }
}

impl Place {
    /// Waits until the connection has to make room.
    pub async fn closed(&self) {
        self.close.notified().await;
    }

    /// A request has arrived.
    pub fn busy(&self) -> Busy {
        self.activity.0.store(BUSY, Ordering::Relaxed);
        Busy {
            table: self.table.clone(),
            activity: self.activity.clone(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.table.open().remove(self.number);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.activity.0.store(self.table.step(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(connections: usize, per_address: usize) -> Arc<Table> {
        Table::new(Limits {
            connections,
            per_address,
            proxies: Arc::new([address(99)]),
            ..Limits::shared_by(1)
        })
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn is_open(place: &Place) -> bool {
        place.table.open().connections.contains_key(&place.number)
    }

    #[test]
    fn t38_a_full_address_closes_its_own_oldest_idle_connection() {
        let table = table(8, 2);
        let other = table.place(address(1)).unwrap();
        let first = table.place(address(2)).unwrap();
        let second = table.place(address(2)).unwrap();
        let _busy = first.busy();
        let third = table.place(address(2)).unwrap();
        assert!(is_open(&other) && is_open(&first) && is_open(&third));
        assert!(!is_open(&second));
        let _also = third.busy();
        assert!(table.place(address(2)).is_none());
        assert!(table.place(address(3)).is_some());
    }

    #[test]
    fn t38_a_full_listener_closes_a_connection_of_the_busiest_address() {
        let table = table(4, 3);
        let lone = table.place(address(1)).unwrap();
        let many: Vec<Place> = (0..3).map(|_| table.place(address(2)).unwrap()).collect();
        let new = table.place(address(3)).unwrap();
        assert!(is_open(&lone) && is_open(&new));
        assert!(!is_open(&many[0]) && is_open(&many[1]) && is_open(&many[2]));
    }

    #[test]
    fn a_place_is_free_when_its_connection_ends() {
        let table = table(8, 1);
        drop(table.place(address(1)).unwrap());
        let place = table.place(address(1)).unwrap();
        drop(place.busy());
        assert!(is_open(&place));
        drop(place);
        assert!(table.open().connections.is_empty() && table.open().addresses.is_empty());
    }

    #[test]
    fn a_proxy_has_no_limit_of_its_own() {
        let table = table(8, 1);
        let places: Vec<Place> = (0..8).map(|_| table.place(address(99)).unwrap()).collect();
        assert!(places.iter().all(is_open));
    }

    #[test]
    fn t38_one_customers_ipv6_network_counts_as_one_address() {
        let of = |text: &str| Address::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
    }
}
