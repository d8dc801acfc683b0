//! The times of a schedule. They are computed, never stored.

use api::Time;
use api::instances::BackupScheduleType;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Schedule;

/// Within how many days every schedule comes round: a long month, and the day on which it ends.
const ROUND: usize = 32;

impl Schedule {
    /// The schedule of an instance whose owner switches backups on and says no more.
    pub fn initial(now: i64) -> Self {
        Self { every: BackupScheduleType::Weekly, hour: 20, dow: 5, dom: 0, since: now }
    }

    /// Whether it makes a backup on that day. Days that were not said are the first ones.
    fn is_on(&self, date: Date) -> bool {
        let weekday = date.weekday().to_sunday_one_offset();
        let is = |day: i8, said: u8| u8::try_from(day) == Ok(said.max(1));
        match self.every {
            BackupScheduleType::Daily => true,
            BackupScheduleType::Weekly => is(weekday, self.dow),
            BackupScheduleType::Monthly => is(date.day(), self.dom),
            BackupScheduleType::DailyAltEven => date.day() % 2 == 0,
            BackupScheduleType::DailyAltOdd => date.day() % 2 == 1,
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
