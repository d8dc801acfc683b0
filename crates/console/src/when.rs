//! Times as people read them: short, in UTC.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

/// Milliseconds after 1970 of a time as the API writes it.
pub(crate) fn millis(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(|time| time.as_millisecond())
}

/// The same in some other form.
pub(crate) fn shown(millis: i64, form: &str) -> String {
    let time = Timestamp::from_millisecond(millis).unwrap_or_default();
    time.to_zoned(TimeZone::UTC).strftime(form).to_string()
}

/// A time of the day, with all of it where one points at it.
pub(crate) fn clock(text: &str) -> Markup {
    let at = millis(text).unwrap_or_default();
    html! {
        time datetime=(text) title=(shown(at, "%-d %b %Y, %H:%M:%S UTC")) { (shown(at, "%H:%M:%S")) }
    }
}

/// How long ago something was: `16 s`, `4 min`, `6 h`, `3 days`.
pub(crate) fn ago(now: i64, at: i64) -> String {
    let seconds = (now - at).max(0) / 1000;
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        86_400..172_800 => "1 day".into(),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let at = millis("2026-11-21T09:30:05.250Z").unwrap();
        assert_eq!(shown(at, "%-d %b, %H:%M"), "21 Nov, 09:30");
        for (after, text) in [(5, "5 s"), (300, "5 min"), (7_300, "2 h"), (90_000, "1 day")] {
            assert_eq!(ago(at + after * 1000, at), text);
        }
        assert_eq!(ago(at + 200_000_000, at), "2 days");
    }
}
