//! What a request must keep to: size, time, and how many there may be in a second.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

/// Sizes and times that a request must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// How long a request's head may take, and how long a connection may be idle.
    pub head: Duration,
    /// How long a request's body may take.
    pub body: Duration,
    /// How long a client may take nothing of an answer.
    pub answer: Duration,
    /// How long requests under way may go on when the server stops.
    pub stopping: Duration,
    /// How many connections there may be.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            head: Duration::from_secs(30),
            body: Duration::from_secs(30),
            answer: Duration::from_secs(30),
            stopping: Duration::from_secs(10),
            connections: 4096,
        }
    }
}

/// How many requests an address may make in a second.
pub(crate) const PER_SECOND: u32 = 30;
/// How many addresses are counted before old ones are forgotten.
const ADDRESSES: usize = 10_000;

/// Counts requests by address.
#[derive(Debug, Default)]
pub(crate) struct Rate(Mutex<BTreeMap<IpAddr, (i64, u32)>>);

impl Rate {
    /// Counts a request at `now`, in milliseconds, and tells whether there were too many in this
    /// second.
    pub(crate) fn is_exceeded(&self, address: IpAddr, now: i64) -> bool {
        let second = now.div_euclid(1000);
        let mut counts = self.0.lock().expect("no panic while held");
        if counts.len() >= ADDRESSES {
            counts.retain(|_, (at, _)| *at == second);
        }
        let (at, count) = counts.entry(address).or_insert((second, 0));
        if *at != second {
            (*at, *count) = (second, 0);
        }
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
}
