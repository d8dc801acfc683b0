//! Dates as v1 writes them: `2014-07-18 15:31:01`, UTC, without a mark of the zone.

use api::{OrEmpty, Time};

/// A point in time.
pub(crate) fn stamp(time: Time) -> String {
    time.spaced()
}

/// A point in time, or nothing.
pub(crate) fn maybe(time: OrEmpty<Time>) -> String {
    time.get().map(stamp).unwrap_or_default()
}

/// A time that v2 writes as text, in whichever format.
pub(crate) fn restamp(text: &str) -> String {
    match serde_json::from_value::<Time>(text.into()) {
        Ok(time) => stamp(time),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_a_space_and_no_zone() {
        assert_eq!(stamp(Time::from_millis(1_795_253_400_000)), "2026-11-21 09:30:00");
        assert_eq!(restamp("2026-11-21T09:30:00+00:00"), "2026-11-21 09:30:00");
        assert_eq!(restamp("2016-05-07 08:00:00"), "2016-05-07 08:00:00");
        assert_eq!(maybe(OrEmpty(None)), "");
    }
}
