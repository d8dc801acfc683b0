//! What a request must keep to: size, time, name, and how many there may be in a second.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a request must keep to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// How many bytes of large bodies may be in memory at once.
    pub bodies_bytes: usize,
    /// How long a request's head may take, and how long a connection may be idle.
    pub head: Duration,
    /// How long a request's body may take.
    pub body: Duration,
    /// How long a client may take nothing of an answer.
    pub answer: Duration,
    /// How long requests under way may go on when the server stops.
    pub stopping: Duration,
    /// How many connections there may be, where the operating system allows as many; half of them
    /// for one network.
    pub connections: usize,
    /// What a request that comes in on a loopback address may call the server, beside `localhost`
    /// and loopback addresses.
    pub hosts: Vec<String>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            bodies_bytes: 64 << 20,
            head: Duration::from_secs(30),
            body: Duration::from_secs(30),
            answer: Duration::from_secs(30),
            stopping: Duration::from_secs(10),
            connections: 4096,
            hosts: Vec::new(),
        }
    }
}

/// The network that counts as one caller: an address of IPv4, and half of one of IPv6, the rest of
/// which is its holder's to choose.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

/// A body of this size takes no room: there can be no more of them than connections.
const SMALL: usize = 16 << 10;
/// Room is counted in these.
const UNIT: usize = 1 << 10;

/// Room for large bodies.
#[derive(Debug)]
pub(crate) struct Room(Arc<Semaphore>);

impl Room {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / UNIT)))
    }

    /// Lets what is `held` suffice for a body of so many bytes, if there is room. Waiting for it
    /// would be in vain: it is held by those who wait.
    pub(crate) fn suffices(&self, held: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> bool {
        let needed = bytes.saturating_sub(SMALL).div_ceil(UNIT);
        let has = held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let Some(more) = needed.checked_sub(has).filter(|more| *more > 0) else { return true };
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        let Ok(more) = self.0.clone().try_acquire_many_owned(more) else { return false };
        match held {
            Some(held) => held.merge(more),
            None => *held = Some(more),
        }
        true
    }
}

/// How many requests a network may make in a second.
pub(crate) const PER_SECOND: u32 = 30;
/// How many networks are counted by themselves in a second; those beyond are counted as one.
const NETWORKS: usize = 10_000;

/// Counts requests by network.
#[derive(Debug, Default)]
pub(crate) struct Rate(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    second: i64,
    networks: BTreeMap<IpAddr, u32>,
    others: u32,
}

impl Rate {
    /// Counts a request at `now`, in milliseconds, and tells whether there were too many in this
    /// second.
    pub(crate) fn is_exceeded(&self, address: IpAddr, now: i64) -> bool {
        let (network, second) = (network(address), now.div_euclid(1000));
        let mut counts = self.0.lock().expect("no panic while held");
        if counts.second != second {
            *counts = Counts { second, ..Counts::default() };
        }
        let Counts { networks, others, .. } = &mut *counts;
        let is_full = networks.len() >= NETWORKS;
        let count = match networks.get_mut(&network) {
            Some(count) => count,
            None if is_full => others,
            None => networks.entry(network).or_default(),
        };
        *count += 1;
        *count > PER_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_requests_pass_in_a_second_from_each_address() {
        let rate = Rate::default();
        let (a, b) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        assert!((0..30).all(|_| !rate.is_exceeded(a, 5_000)));
        assert!(rate.is_exceeded(a, 5_999));
        assert!(!rate.is_exceeded(b, 5_999));
        assert!(!rate.is_exceeded(a, 6_000));
    }

    #[test]
    fn who_has_many_addresses_fills_no_table_and_wins_no_requests() {
        let rate = Rate::default();
        let v6 = |high: u32, low: u32| {
            IpAddr::from([0x2001, 0xdb8, (high >> 16) as u16, high as u16, 0, 0, 0, low as u16])
        };
        assert!((0..30).all(|low| !rate.is_exceeded(v6(0, low), 5_000)));
        assert!(rate.is_exceeded(v6(0, 99), 5_000), "the lower half of an address is its holder's");
        for high in 1..12_000 {
            rate.is_exceeded(v6(high, 0), 5_000);
        }
        assert_eq!(rate.0.lock().unwrap().networks.len(), NETWORKS);
        assert!(rate.is_exceeded(v6(12_000, 0), 5_000), "what is beyond is counted as one");
        assert!(!rate.is_exceeded(v6(1, 0), 5_000), "and pushes nobody out");
        assert!(!rate.is_exceeded(v6(12_000, 0), 6_000));
    }

    #[test]
    fn large_bodies_share_their_room_and_small_ones_need_none() {
        let room = Room::new(100 * UNIT);
        let (mut one, mut other, mut small) = (None, None, None);
        assert!(room.suffices(&mut one, SMALL + 10) && room.suffices(&mut one, SMALL + 60 * UNIT));
        assert!(room.suffices(&mut other, SMALL + 40 * UNIT));
        assert!(!room.suffices(&mut other, SMALL + 40 * UNIT + 1), "all of it is taken");
        assert!(room.suffices(&mut small, SMALL) && small.is_none());
        drop(one);
        assert!(room.suffices(&mut other, SMALL + 100 * UNIT), "what is given back can be had");
    }
}
