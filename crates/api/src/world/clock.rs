//! The clock of all that is here.

use crate::{Time, view, words};

operations! {
    "world-clock": "The clock of all that is here: real, standing still, turned ahead, or fast" {
        /// Tell what the clock shows, and how it goes.
        "get" => GetClock(GET "/_kettle/clock" -> 200 { clock: WorldClock }, needs Owner),
        /// Stop the clock. Dates do not come then; what has been begun goes on, and is ready after a while.
        "freeze" => FreezeClock(POST "/_kettle/clock/freeze" -> 200 { clock: WorldClock }, needs Owner),
        /// Let the clock run on from what it shows, a second in a second.
        "resume" => ResumeClock(POST "/_kettle/clock/resume" -> 200 { clock: WorldClock }, needs Owner) {
            /// Let it go as the system's again, and catch up with that first. It must not be ahead of it, for
            /// it never goes back.
            pub real: Option<bool>,
        },
        /// Let the clock run so many seconds in one: `60` is a minute a second, `0.5` half as fast.
        "scale" => ScaleClock(POST "/_kettle/clock/scale/{rate: String}" -> 200 { clock: WorldClock }, needs Owner),
        /// Turn the clock ahead to a time, as `2026-12-24T18:00:00Z`. Whatever becomes due on the way is done,
        /// in order.
        "set" => SetClock(POST "/_kettle/clock/set/{time: String}" -> 200 { clock: WorldClock }, needs Owner),
        /// Turn the clock ahead by `90s`, `15m`, `2h` or `30d`. Whatever becomes due on the way is done, in
        /// order.
        "advance" => AdvanceClock(POST "/_kettle/clock/advance/{duration: String}" -> 200 { clock: WorldClock }, needs Owner),
    }
}

/// How a clock goes.
#[words]
pub enum ClockMode {
    /// As the system's.
    #[default]
    Real,
    /// It stands still.
    Frozen,
    /// It runs from another time on, or at another rate.
    Running,
}

/// The clock of all that is here.
#[view]
pub struct WorldClock {
    /// What it shows.
    pub time: Time,
    /// The same in milliseconds after 1970.
    pub time_ms: i64,
    /// How it goes.
    pub mode: ClockMode,
    /// How many seconds pass in one of the system's; 0: it stands still.
    pub rate: f64,
    /// What the system's clock shows.
    pub system_time: Time,
    /// How many steps of lifecycles were taken on the way there, where it was turned.
    pub steps: u64,
}
