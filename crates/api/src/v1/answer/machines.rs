//! Servers and bare metal, and what is told about one of them.

use serde_json::Value;

use crate::v1::define::answers;
use crate::v1::{Answer, Unexpected};
use crate::{Money, Secret, Time};

answers! {
    /// Something to be paid for that was just ordered.
    NewSubscription {
        subid: u64, "Its number.";
        v2_id: Option<String>, "The same in v2.";
    }

    /// A server.
    Server {
        subid: u64, "Its number.";
        os: String, "The name of its system.";
        ram: String, "Memory, in words: `4096 MB`.";
        disk: String, "Disk, in words: `Virtual 60 GB`.";
        main_ip: String, "Its first address; `0` until it has one.";
        vcpu_count: u64, "Processors.";
        location: String, "The name of its region.";
        dcid: u64, "The number of its region.";
        default_password: Secret, "The password it was installed with.";
        date_created: Time, "When it was ordered.";
        pending_charges: Money, "What this month has cost so far.";
        status: String, "`pending`, `active`, `suspended` or `closed`.";
        cost_per_month: Money, "The price of a month.";
        current_bandwidth_gb: f64, "What has travelled this month, in gigabytes.";
        allowed_bandwidth_gb: f64, "What may travel in a month, in gigabytes.";
        netmask_v4: String, "The mask of the first address; zeros until there is one.";
        gateway_v4: String, "The gateway of the first address; zeros until there is one.";
        power_status: String, "`running`, `stopped` or `starting`.";
        server_state: Option<String>,
            "What the machine itself is doing: `ok`, `locked`, `installingbooting`, ...";
        plan "VPSPLANID": u64, "The number of its plan.";
        v6_network: Option<String>, "Its first network of IPv6; `v6_networks` has them all.";
        v6_main_ip: Option<String>, "Its address in that network.";
        v6_network_size: Option<u64>, "The bits of that network.";
        v6_networks: Option<Vec<V6Network>>, "Its networks of IPv6.";
        label: String, "Its label.";
        internal_ip: String, "Its address in a private network.";
        kvm_url: String, "Where its screen can be seen; another one each time.";
        auto_backups: bool, "Whether it is backed up.";
        tag: Option<String>, "Its tag.";
        os_number "OSID": Option<u64>, "The number of its system.";
        app "APPID": Option<u64>, "The number of its application; 0: none.";
        firewall_group "FIREWALLGROUPID": Option<String>, "Its firewall group; `0`: none.";
        v2_id: Option<String>, "The same in v2.";
    }

    /// A network of IPv6 and a machine's address in it.
    V6Network {
        network "v6_network": String, "The network.";
        main_ip "v6_main_ip": String, "The address.";
        size "v6_network_size": u64, "Its bits.";
    }

    /// A whole machine.
    BareMetal {
        subid: u64, "Its number.";
        os: String, "The name of its system.";
        ram: String, "Memory, in words: `65536 MB`.";
        disk: String, "Disks, in words: `2x 240 GB SSD`.";
        main_ip: String, "Its first address; `0` until it has one.";
        cpu_count: u64, "Processors.";
        location: String, "The name of its region.";
        dcid: u64, "The number of its region.";
        default_password: Secret, "The password it was installed with.";
        date_created: Time, "When it was ordered.";
        status: String, "`pending`, `active`, `suspended` or `closed`.";
        netmask_v4: String, "The mask of its address.";
        gateway_v4: String, "The gateway of its address.";
        plan "METALPLANID": u64, "The number of its plan.";
        v6_networks: Vec<V6Network>, "Its networks of IPv6.";
        label: String, "Its label.";
        tag: Option<String>, "Its tag.";
        os_number "OSID": Option<u64>, "The number of its system.";
        app "APPID": Option<u64>, "The number of its application; 0: none.";
        v2_id: Option<String>, "The same in v2.";
    }

    /// An address of IPv4.
    Ipv4 {
        ip: String, "The address.";
        netmask: String, "Its mask.";
        gateway: String, "Its gateway; empty where it needs none.";
        kind "type": String, "`main_ip`, `secondary_ip` or `private`.";
        reverse: Option<String>, "Its name in the DNS; bare metal has none.";
        mac_address: Option<String>, "The address of its card, if it was asked for.";
    }

    /// An address that was just added.
    NewIpv4 {
        ipv4: String, "The address.";
    }

    /// An address of IPv6.
    Ipv6 {
        ip: String, "The address.";
        network: String, "Its network.";
        network_size: u64, "The bits of that.";
        kind "type": String, "`main_ip` or `secondary_ip`.";
    }

    /// The name of an address of IPv6.
    ReverseIpv6 {
        ip: String, "The address.";
        reverse: String, "The name.";
    }

    /// What travelled, by days.
    Bandwidth {
        incoming_bytes: Vec<DayBytes>, "What came in.";
        outgoing_bytes: Vec<DayBytes>, "What went out.";
    }

    /// What an application told about itself.
    AppInfo {
        app_info: String, "Free text.";
    }

    /// What a machine is given at its first start.
    UserData {
        userdata: String, "In base64.";
    }

    /// When a server is backed up.
    BackupSchedule {
        enabled: bool, "Whether it is.";
        cron_type: String, "`daily`, `weekly`, `monthly`, `daily_alt_even` or `daily_alt_odd`.";
        next_scheduled_time_utc: Option<Time>, "When it is next, if it is.";
        hour: Option<u64>, "The hour, in UTC.";
        dow: Option<u64>, "The day of the week; 0 is Sunday.";
        dom: Option<u64>, "The day of the month.";
    }

    /// Which ISO is in a server's drive.
    IsoStatus {
        state: String, "`ready`, `isomounting` or `isomounted`.";
        iso "ISOID": u64, "Its number; 0 for none, and for one of everybody's.";
    }

    /// A private network that a server is in.
    AttachedNetwork {
        network "NETWORKID": String, "Which one.";
        mac_address: String, "The address of the server's card in it.";
        ip_address: String, "The server's address in it.";
    }
}

/// What travelled on a day. In v1 it is a list of two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayBytes {
    /// The day: `2014-06-10`.
    pub day: String,
    /// Bytes.
    pub bytes: u64,
}

impl Answer for DayBytes {
    fn read(value: Value) -> Result<Self, Unexpected> {
        let pair = Vec::<Value>::read(value.clone())?;
        let Ok([day, bytes]) = <[Value; 2]>::try_from(pair) else {
            return Err(Unexpected::new("a day and a number", &value));
        };
        let (day, bytes) = (String::read(day), u64::read(bytes));
        Ok(Self {
            day: day.map_err(|e| e.below("[0]"))?,
            bytes: bytes.map_err(|e| e.below("[1]"))?,
        })
    }
}
