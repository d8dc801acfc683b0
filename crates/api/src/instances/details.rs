//! What else there is to an instance: backups, traffic, neighbours, user data, upgrades.

use crate::applications::Application;
use crate::os::Os;
use crate::{Open, OrEmpty, view, words};

/// When an instance's backups are made, in UTC.
#[view]
pub struct BackupSchedule {
    /// Whether they are made at all.
    pub enabled: bool,
    /// How often; empty where they are not made.
    #[wire(name = "type")]
    pub kind: OrEmpty<Open<BackupScheduleType>>,
    /// The next one, as `2026-11-21 09:00:00`; empty where they are not made.
    pub next_scheduled_time_utc: String,
    /// Hour of the day, 0 to 23.
    pub hour: u8,
    /// Day of the week, from 1 for Sunday to 7 for Saturday; 0 when unset.
    pub dow: u8,
    /// Day of the month, 1 to 28; 0 when unset.
    pub dom: u8,
}

/// How often backups are made.
#[words]
pub enum BackupScheduleType {
    /// Every day.
    #[default]
    Daily,
    /// On one day of the week.
    Weekly,
    /// On one day of the month.
    Monthly,
    /// On the even days of the month.
    DailyAltEven,
    /// On the odd days of the month.
    DailyAltOdd,
}

/// The traffic of one day.
#[view]
pub struct DayTraffic {
    /// Bytes that came in.
    pub incoming_bytes: u64,
    /// Bytes that went out.
    pub outgoing_bytes: u64,
}

/// What an instance was given for its first boot.
#[view]
pub struct InstanceUserData {
    /// The data in base64, as it was sent; empty for none.
    #[wire(base64)]
    pub data: String,
}

/// What an instance can become.
#[view]
pub struct InstanceUpgrades {
    /// Operating systems that can be installed.
    pub os: Vec<Os>,
    /// Applications that can be installed.
    pub applications: Vec<Application>,
    /// The ids of larger plans.
    pub plans: Vec<String>,
}

/// What kind of upgrade is asked for.
#[words]
pub enum UpgradeType {
    /// All of them.
    #[default]
    All,
    /// Other applications.
    Applications,
    /// Other operating systems.
    Os,
    /// Larger plans.
    Plans,
}
