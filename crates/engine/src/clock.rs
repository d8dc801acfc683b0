//! What time it is. Nobody else asks the operating system, so that tests can turn the clock.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// The time, in milliseconds after 1970: the system's, or one that a test turns.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Manual(Arc<watch::Sender<i64>>),
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still at `now` until it is turned.
    pub fn manual(now: i64) -> Self {
        Self(Source::Manual(Arc::new(watch::Sender::new(now))))
    }

    /// The time.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(&self) -> i64 {
        match &self.0 {
            Source::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
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
            Source::System => {
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
