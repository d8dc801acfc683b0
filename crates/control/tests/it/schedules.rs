//! When the schedule of automatic backups comes round.

use api::Time;
use api::instances::BackupScheduleType::{self, *};
use control::instances::Schedule;

fn millis(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn times(every: BackupScheduleType, hour: u8, dow: u8, dom: u8, count: usize) -> Vec<String> {
    let schedule = Schedule { every, hour, dow, dom, since: 0 };
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
    assert_eq!(times(Daily, 10, 1, 1, 2), ["11-21 10", "11-22 10"]);
    assert_eq!(times(Daily, 9, 0, 0, 2), ["11-22 09", "11-23 09"]);
    assert_eq!(times(Weekly, 20, 5, 0, 2), ["11-26 20", "12-03 20"]);
    assert_eq!(times(Weekly, 0, 0, 0, 2), ["11-22 00", "11-29 00"]);
    assert_eq!(times(Monthly, 3, 0, 28, 3), ["11-28 03", "12-28 03", "01-28 03"]);
    assert_eq!(times(Monthly, 3, 0, 0, 2), ["12-01 03", "01-01 03"]);
    assert_eq!(times(DailyAltEven, 1, 0, 0, 2), ["11-22 01", "11-24 01"]);
    assert_eq!(times(DailyAltOdd, 1, 0, 0, 3), ["11-23 01", "11-25 01", "11-27 01"]);
}
