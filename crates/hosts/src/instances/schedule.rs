//! The times of a schedule. They are computed, never stored.

use api::Time;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Schedule;

/// Within how many days every schedule comes round: a long month, and the day on which it ends.
const ROUND: usize = 32;

impl Schedule {
    /// The schedule of an instance whose owner switches backups on and says no more.
    pub fn initial(now: i64) -> Self {
        Self { every: "weekly".into(), hour: 20, dow: 5, dom: 0, since: now }
    }

    /// Whether it makes a backup on that day. Days that were not said are the first ones.
    fn is_on(&self, date: Date) -> bool {
        let weekday = date.weekday().to_sunday_one_offset();
        let is = |day: i8, said: u8| u8::try_from(day) == Ok(said.max(1));
        match &*self.every {
            "weekly" => is(weekday, self.dow),
            "monthly" => is(date.day(), self.dom),
            "daily_alt_even" => date.day() % 2 == 0,
            "daily_alt_odd" => date.day() % 2 == 1,
            _ => true,
        }
    }

    /// Its time on that day, in milliseconds.
    fn on(&self, date: Date) -> Option<i64> {
        let hour = i8::try_from(self.hour).ok()?;
        let time = date.at(hour, 0, 0, 0).to_zoned(TimeZone::UTC).ok()?;
        self.is_on(date).then(|| time.timestamp().as_millisecond())
    }

    /// Its first time after `now`.
    pub fn next(&self, now: i64) -> Option<i64> {
        let days = today(now).series(jiff::ToSpan::days(1)).take(ROUND);
        days.filter_map(|day| self.on(day)).find(|at| *at > now)
    }

    /// Its last time up to `now`.
    pub fn last(&self, now: i64) -> Option<i64> {
        let days = today(now).series(jiff::ToSpan::days(-1)).take(ROUND);
        days.filter_map(|day| self.on(day)).find(|at| *at <= now)
    }
}

fn today(now: i64) -> Date {
    Time::from_millis(now).0.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    fn times(every: &str, hour: u8, dow: u8, dom: u8, count: usize) -> Vec<String> {
        let schedule = Schedule { every: every.into(), hour, dow, dom, since: 0 };
        // A Saturday.
        let mut now = millis("2026-11-21T09:30:00Z");
        let mut times = Vec::new();
        for _ in 0..count {
            let next = schedule.next(now).unwrap();
            assert_eq!(schedule.last(next), Some(next));
            assert!(schedule.last(next - 1).unwrap() < next);
            now = next;
            times.push(Time::from_millis(now).0.strftime("%m-%d %H").to_string());
        }
        times
    }

    #[test]
    fn schedules_come_round_on_their_days() {
        assert_eq!(times("daily", 10, 1, 1, 2), ["11-21 10", "11-22 10"]);
        assert_eq!(times("daily", 9, 0, 0, 2), ["11-22 09", "11-23 09"]);
        assert_eq!(times("weekly", 20, 5, 0, 2), ["11-26 20", "12-03 20"]);
        assert_eq!(times("weekly", 0, 0, 0, 2), ["11-22 00", "11-29 00"]);
        assert_eq!(times("monthly", 3, 0, 28, 3), ["11-28 03", "12-28 03", "01-28 03"]);
        assert_eq!(times("monthly", 3, 0, 0, 2), ["12-01 03", "01-01 03"]);
        assert_eq!(times("daily_alt_even", 1, 0, 0, 2), ["11-22 01", "11-24 01"]);
        assert_eq!(times("daily_alt_odd", 1, 0, 0, 3), ["11-23 01", "11-25 01", "11-27 01"]);
    }
}
