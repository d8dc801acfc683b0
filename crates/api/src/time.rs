//! Points in time, as the API writes them: `2026-11-21T09:30:00+00:00`.

use std::fmt;

use jiff::Timestamp;

use crate::form::Form;
use crate::wire::{Given, Wire, Wrong, for_serde, write};

/// A point in time, to the second on the wire.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub Timestamp);

impl Time {
    /// The time that many milliseconds after 1970.
    pub fn from_millis(ms: i64) -> Self {
        Self(Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH))
    }
    /// Milliseconds after 1970.
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    /// The time in UTC as some answers have it, without a mark of the zone: `2026-11-21 09:30:00`.
    pub fn spaced(self) -> String {
        self.0.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m-%dT%H:%M:%S+00:00"))
    }
}

impl Wire for Time {
    const FORM: &'static Form = &Form::Text(Some("date-time"));
    fn read(given: Given<'_>) -> Result<Self, Wrong> {
        let text = given.text()?;
        text.parse().map(Self).map_err(|_| {
            Wrong::new(format!("`{text}` is no time such as 2026-11-21T09:30:00+00:00"))
        })
    }
    fn write(&self, out: &mut Vec<u8>) {
        write::text(out, &self.to_string());
    }
}

for_serde!(Time);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_seconds_and_an_offset() {
        let time = Time::from_millis(1_795_253_400_123);
        assert_eq!(time.to_string(), "2026-11-21T09:30:00+00:00");
        let back: Time = serde_json::from_str("\"2026-11-21T04:30:00-05:00\"").unwrap();
        assert_eq!(back.to_string(), "2026-11-21T09:30:00+00:00");
    }
}
