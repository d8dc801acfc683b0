//! What time it is. Nobody else asks the operating system, so that tests can turn the clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// The time, in milliseconds after 1970: the system's, or another one, which a person turns.
///
/// By itself it never goes back. What was put off until a time would stay undone for as long as the
/// system's clock was set back; instead this one goes on, a little slower, until the other has caught up.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    /// Whether what shall not depend on a turned clock goes by the system's.
    has_system: bool,
    turned: watch::Sender<()>,
}

#[derive(Debug)]
struct State {
    system: Steady,
    mode: Mode,
    /// How it was when it was made.
    beginning: Mode,
}

/// How a clock goes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// As the system's.
    Real,
    /// It stands still at this time, in milliseconds.
    Frozen {
        /// The time.
        at: i64,
    },
    /// It runs from another time on.
    Running {
        /// What it showed, in milliseconds,
        shown: i64,
        /// when the system's showed this.
        system: i64,
        /// How many seconds pass in one.
        rate: f64,
    },
}

impl Mode {
    fn shows(self, system_now: i64) -> i64 {
        match self {
            Self::Real => system_now,
            Self::Frozen { at } => at,
            Self::Running { shown, system, rate } => {
                shown.saturating_add(((system_now - system) as f64 * rate) as i64)
            }
        }
    }

    /// How many seconds pass in one; 0: it stands still.
    pub fn rate(self) -> f64 {
        match self {
            Self::Real => 1.0,
            Self::Frozen { .. } => 0.0,
            Self::Running { rate, .. } => rate,
        }
    }
}

tokio::task_local! {
    /// The time of the thing that a step is for, where that is ahead of the clock.
    static AHEAD: (usize, i64);
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
        Self::new(nanos, Mode::Real, true)
    }

    /// A clock that stands still at `now` until it is turned, and that nothing outside goes by: for
    /// tests.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn manual(now: i64) -> Self {
        Self::new(wall(SystemTime::now()), Mode::Frozen { at: now }, false)
    }

    fn new(nanos: i64, mode: Mode, has_system: bool) -> Self {
        let system = Steady { nanos, read: Instant::now() };
        let state = Mutex::new(State { system, mode, beginning: mode });
        Self(Arc::new(Inner { state, has_system, turned: watch::Sender::new(()) }))
    }

    /// The time.
    pub fn now(&self) -> i64 {
        let mut state = self.lock();
        let now = state.mode.shows(state.system_now());
        drop(state);
        let own = AHEAD.try_with(|(clock, own)| (*clock == self.place()).then_some(*own));
        own.ok().flatten().map_or(now, |own| own.max(now))
    }

    /// The system's time, for what has to do with programs outside and not with the world: how fast they
    /// ask, how long something is remembered for them. Where nothing outside goes by this clock
    /// ([`Clock::manual`]), what it shows.
    pub fn outside(&self) -> i64 {
        let mut state = self.lock();
        if self.0.has_system { state.system_now() } else { state.mode.shows(state.system_now()) }
    }

    /// The system's time.
    pub fn system_now(&self) -> i64 {
        self.lock().system_now()
    }

    /// How it goes.
    pub fn mode(&self) -> Mode {
        self.lock().mode
    }

    /// Whether it stands still.
    pub fn is_frozen(&self) -> bool {
        matches!(self.mode(), Mode::Frozen { .. })
    }

    /// Turns it to `now`; from there it goes on as it went.
    pub fn set(&self, now: i64) {
        let rate = self.mode().rate();
        self.go(now, rate);
    }

    /// Lets it go on from `now`, so many seconds in one; 0: it stands still.
    pub fn go(&self, now: i64, rate: f64) {
        let mut state = self.lock();
        state.mode = match rate {
            0.0 => Mode::Frozen { at: now },
            rate => Mode::Running { shown: now, system: state.system_now(), rate },
        };
        drop(state);
        self.0.turned.send_replace(());
    }

    /// Lets it go in this mode, whatever it shows then.
    pub fn enter(&self, mode: Mode) {
        self.lock().mode = mode;
        self.0.turned.send_replace(());
    }

    /// Lets it go as it did when it was made.
    pub fn begin_again(&self) {
        let beginning = self.lock().beginning;
        self.enter(beginning);
    }

    /// Lets it begin in this mode, now and whenever all begins again.
    #[must_use]
    pub fn beginning(self, mode: Mode) -> Self {
        self.lock().beginning = mode;
        self.enter(mode);
        self
    }

    /// Returns when it is that late.
    pub async fn sleep_until(&self, time: i64) {
        let mut turned = self.0.turned.subscribe();
        loop {
            turned.borrow_and_update();
            let (left, rate) = (time - self.now(), self.mode().rate());
            if left <= 0 {
                return;
            }
            // Its sender lives as long as this clock does.
            if rate <= 0.0 {
                let _ = turned.changed().await;
                continue;
            }
            let left = Duration::from_secs_f64((left as f64 / rate / 1000.0).clamp(0.001, 1e9));
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                _ = turned.changed() => {}
            }
        }
    }

    /// Runs `step` as if it were `time`, where that is later than what this clock shows.
    pub(crate) async fn ahead<F: Future>(&self, time: i64, step: F) -> F::Output {
        AHEAD.scope((self.place(), time), step).await
    }

    /// Tells this clock and its clones from others.
    fn place(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    fn system_now(&mut self) -> i64 {
        self.system.read(Instant::now(), wall(SystemTime::now())) / 1_000_000
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
