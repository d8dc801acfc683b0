//! What time it is. Nobody else asks the operating system, so that tests can turn the clock.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// The time, in milliseconds after 1970: the system's, or one that a test turns.
///
/// It never goes back. What was put off until a time would stay undone for as long as the system's
/// clock was set back; instead this one goes on, a little slower, until the other has caught up.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System(Arc<Mutex<Steady>>),
    Manual(Arc<watch::Sender<i64>>),
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::system_after(0)
    }

    /// The system's clock, which does not begin before `time`: that of what is stored already.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn system_after(time: i64) -> Self {
        let nanos = time.saturating_mul(1_000_000).max(wall(SystemTime::now()));
        Self(Source::System(Arc::new(Mutex::new(Steady { nanos, read: Instant::now() }))))
    }

    /// A clock that stands still at `now` until it is turned.
    pub fn manual(now: i64) -> Self {
        Self(Source::Manual(Arc::new(watch::Sender::new(now))))
    }

    /// The time.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(&self) -> i64 {
        match &self.0 {
            Source::System(steady) => {
                let mut steady = steady.lock().unwrap_or_else(PoisonError::into_inner);
                steady.read(Instant::now(), wall(SystemTime::now())) / 1_000_000
            }
            Source::Manual(now) => *now.borrow(),
        }
    }

    /// Turns a manual clock to `now`; a system's clock cannot be turned.
    pub fn set(&self, now: i64) {
        if let Source::Manual(clock) = &self.0 {
            clock.send_replace(now);
        }
    }

    /// Returns when it is that late.
    pub async fn sleep_until(&self, time: i64) {
        match &self.0 {
            Source::System(_) => {
                let left = u64::try_from(time - self.now()).unwrap_or_default();
                tokio::time::sleep(Duration::from_millis(left)).await;
            }
            Source::Manual(clock) => {
                let mut clock = clock.subscribe();
                // The sender lives as long as this clock does.
                let _ = clock.wait_for(|now| *now >= time).await;
            }
        }
    }
}

/// A clock that follows another one forward and never back.
#[derive(Debug)]
struct Steady {
    /// What it showed last, in nanoseconds after 1970, and when that was.
    nanos: i64,
    read: Instant,
}

impl Steady {
    /// The time, given what the other clock shows.
    fn read(&mut self, now: Instant, wall: i64) -> i64 {
        let passed = now.saturating_duration_since(self.read).as_nanos();
        let passed = i64::try_from(passed).unwrap_or_default();
        self.read = now;
        // Ahead of the other, it loses an hour in eight.
        self.nanos = wall.max(self.nanos.saturating_add(passed - passed / 8));
        self.nanos
    }
}

fn wall(now: SystemTime) -> i64 {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_is_waited_for_without_standing_still() {
        const MINUTE: i64 = 60_000_000_000;
        const HOUR: i64 = 60 * MINUTE;
        let begun = Instant::now();
        let at = |minutes: u64| begun + Duration::from_secs(60 * minutes);
        let mut steady = Steady { nanos: 100 * HOUR, read: begun };
        assert_eq!(steady.read(at(1), 100 * HOUR + MINUTE), 100 * HOUR + MINUTE);
        assert_eq!(steady.read(at(2), 105 * HOUR), 105 * HOUR, "forward it follows at once");
        let back = steady.read(at(3), 104 * HOUR);
        assert!(back > 105 * HOUR && back < 105 * HOUR + MINUTE, "it goes on, more slowly");
        let later = steady.read(at(3 + 9 * 60), 113 * HOUR + MINUTE);
        assert_eq!(later, 113 * HOUR + MINUTE, "the other has caught up");
    }

    #[test]
    fn the_system_clock_does_not_begin_before_what_is_stored() {
        let tomorrow = Clock::system().now() + 86_400_000;
        assert!(Clock::system_after(tomorrow).now() >= tomorrow);
        assert!(Clock::system_after(5).now() > 1_600_000_000_000);
    }
}
