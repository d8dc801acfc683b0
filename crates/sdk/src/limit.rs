//! The rate limit that all clones of a client share.
//!
//! A token bucket that keeps to its rate in every window of a second, bursts included: a third of
//! the rate may go at once, the rest spread out. Waiters are served in the order they came.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

pub(crate) struct Limit {
    /// Time that one request takes from the bucket.
    interval: Duration,
    /// Time that the bucket holds.
    burst: Duration,
    /// When the bucket will be full again.
    full_at: Mutex<Option<Instant>>,
}

impl Limit {
    /// At most `rate` requests in any second.
    pub(crate) fn per_second(rate: u32) -> Self {
        let burst = (rate / 3).max(1);
        let interval = Duration::from_secs(1) / rate.saturating_sub(burst).max(1);
        Self { interval, burst: interval * burst, full_at: Mutex::new(None) }
    }

    /// Takes the next place and tells when it is due.
    pub(crate) fn take(&self) -> Instant {
        let now = Instant::now();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let from = full_at.map_or(now, |t| t.max(now)) + self.interval;
        *full_at = Some(from);
        from.checked_sub(self.burst).map_or(now, |due| due.max(now))
    }

    /// Nobody goes before `until`: the server asked for a pause.
    pub(crate) fn pause(&self, until: Instant) {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        // An empty bucket at `until`, so that the waiters do not all rush at once.
        let empty = until + self.burst;
        *full_at = Some(full_at.map_or(empty, |t| t.max(empty)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_window_of_a_second_holds_more_than_the_rate() {
        let limit = Limit::per_second(30);
        let start = Instant::now();
        let due: Vec<Duration> = (0..100).map(|_| limit.take() - start).collect();
        assert_eq!(due[0], Duration::ZERO);
        for (i, from) in due.iter().enumerate() {
            let window = due[i..].iter().filter(|t| **t < *from + Duration::from_secs(1)).count();
            assert!(window <= 30, "{window} requests within a second of {from:?}");
        }
        assert!(due[99] < Duration::from_secs(5), "the rate is used: {:?}", due[99]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_bucket_fills_up_and_no_further() {
        let limit = Limit::per_second(30);
        tokio::time::advance(Duration::from_secs(60)).await;
        let now = Instant::now();
        let at_once = (0..30).filter(|_| limit.take() == now).count();
        assert_eq!(at_once, 10);
    }
}
