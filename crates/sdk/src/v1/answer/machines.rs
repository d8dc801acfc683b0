//! Servers and bare metal, and what is told about one of them.

use api::{Money, Secret, Time};
use serde_json::Value;

use crate::v1::define::answers;
use crate::v1::{Answer, Unexpected};

answers! {
    /// Something to be paid for that was just ordered.
    NewSubscription {
        /// Its number.
        subid "SUBID": u64,
        /// The same in v2.
        v2_id "v2_id": Option<String>,
    }

    /// A server.
    Server {
        /// Its number.
        subid "SUBID": u64,
        /// The name of its system.
        os "os": String,
        /// Memory, in words: `4096 MB`.
        ram "ram": String,
        /// Disk, in words: `Virtual 60 GB`.
        disk "disk": String,
        /// Its first address; `0` until it has one.
        main_ip "main_ip": String,
        /// Processors.
        vcpu_count "vcpu_count": u64,
        /// The name of its region.
        location "location": String,
        /// The number of its region.
        dcid "DCID": u64,
        /// The password it was installed with.
        default_password "default_password": Secret,
        /// When it was ordered.
        date_created "date_created": Time,
        /// What this month has cost so far.
        pending_charges "pending_charges": Money,
        /// `pending`, `active`, `suspended` or `closed`.
        status "status": String,
        /// The price of a month.
        cost_per_month "cost_per_month": Money,
        /// What has travelled this month, in gigabytes.
        current_bandwidth_gb "current_bandwidth_gb": f64,
        /// What may travel in a month, in gigabytes.
        allowed_bandwidth_gb "allowed_bandwidth_gb": f64,
        /// The mask of the first address; zeros until there is one.
        netmask_v4 "netmask_v4": String,
        /// The gateway of the first address; zeros until there is one.
        gateway_v4 "gateway_v4": String,
        /// `running`, `stopped` or `starting`.
        power_status "power_status": String,
        /// What the machine itself is doing: `ok`, `locked`, `installingbooting`, ...
        server_state "server_state": Option<String>,
        /// The number of its plan.
        plan "VPSPLANID": u64,
        /// Its first network of IPv6; `v6_networks` has them all.
        v6_network "v6_network": Option<String>,
        /// Its address in that network.
        v6_main_ip "v6_main_ip": Option<String>,
        /// The bits of that network.
        v6_network_size "v6_network_size": Option<u64>,
        /// Its networks of IPv6.
        v6_networks "v6_networks": Option<Vec<V6Network>>,
        /// Its label.
        label "label": String,
        /// Its address in a private network.
        internal_ip "internal_ip": String,
        /// Where its screen can be seen; another one each time.
        kvm_url "kvm_url": String,
        /// Whether it is backed up.
        auto_backups "auto_backups": bool,
        /// Its tag.
        tag "tag": Option<String>,
        /// The number of its system.
        os_number "OSID": Option<u64>,
        /// The number of its application; 0: none.
        app "APPID": Option<u64>,
        /// Its firewall group; `0`: none.
        firewall_group "FIREWALLGROUPID": Option<String>,
        /// The same in v2.
        v2_id "v2_id": Option<String>,
    }

    /// A network of IPv6 and a machine's address in it.
    V6Network {
        /// The network.
        network "v6_network": String,
        /// The address.
        main_ip "v6_main_ip": String,
        /// Its bits.
        size "v6_network_size": u64,
    }

    /// A whole machine.
    BareMetal {
        /// Its number.
        subid "SUBID": u64,
        /// The name of its system.
        os "os": String,
        /// Memory, in words: `65536 MB`.
        ram "ram": String,
        /// Disks, in words: `2x 240 GB SSD`.
        disk "disk": String,
        /// Its first address; `0` until it has one.
        main_ip "main_ip": String,
        /// Processors.
        cpu_count "cpu_count": u64,
        /// The name of its region.
        location "location": String,
        /// The number of its region.
        dcid "DCID": u64,
        /// The password it was installed with.
        default_password "default_password": Secret,
        /// When it was ordered.
        date_created "date_created": Time,
        /// `pending`, `active`, `suspended` or `closed`.
        status "status": String,
        /// The mask of its address.
        netmask_v4 "netmask_v4": String,
        /// The gateway of its address.
        gateway_v4 "gateway_v4": String,
        /// The number of its plan.
        plan "METALPLANID": u64,
        /// Its networks of IPv6.
        v6_networks "v6_networks": Vec<V6Network>,
        /// Its label.
        label "label": String,
        /// Its tag.
        tag "tag": Option<String>,
        /// The number of its system.
        os_number "OSID": Option<u64>,
        /// The number of its application; 0: none.
        app "APPID": Option<u64>,
        /// The same in v2.
        v2_id "v2_id": Option<String>,
    }

    /// An address of IPv4.
    Ipv4 {
        /// The address.
        ip "ip": String,
        /// Its mask.
        netmask "netmask": String,
        /// Its gateway; empty where it needs none.
        gateway "gateway": String,
        /// `main_ip`, `secondary_ip` or `private`.
        kind "type": String,
        /// Its name in the DNS; bare metal has none.
        reverse "reverse": Option<String>,
        /// The address of its card, if it was asked for.
        mac_address "mac_address": Option<String>,
    }

    /// An address that was just added.
    NewIpv4 {
        /// The address.
        ipv4 "ipv4": String,
    }

    /// An address of IPv6.
    Ipv6 {
        /// The address.
        ip "ip": String,
        /// Its network.
        network "network": String,
        /// The bits of that.
        network_size "network_size": u64,
        /// `main_ip` or `secondary_ip`.
        kind "type": String,
    }

    /// The name of an address of IPv6.
    ReverseIpv6 {
        /// The address.
        ip "ip": String,
        /// The name.
        reverse "reverse": String,
    }

    /// What travelled, by days.
    Bandwidth {
        /// What came in.
        incoming_bytes "incoming_bytes": Vec<DayBytes>,
        /// What went out.
        outgoing_bytes "outgoing_bytes": Vec<DayBytes>,
    }

    /// What an application told about itself.
    AppInfo {
        /// Free text.
        app_info "app_info": String,
    }

    /// What a machine is given at its first start.
    UserData {
        /// In base64.
        userdata "userdata": String,
    }

    /// When a server is backed up.
    BackupSchedule {
        /// Whether it is.
        enabled "enabled": bool,
        /// `daily`, `weekly`, `monthly`, `daily_alt_even` or `daily_alt_odd`.
        cron_type "cron_type": String,
        /// When it is next, if it is.
        next_scheduled_time_utc "next_scheduled_time_utc": Option<Time>,
        /// The hour, in UTC.
        hour "hour": Option<u64>,
        /// The day of the week; 0 is Sunday.
        dow "dow": Option<u64>,
        /// The day of the month.
        dom "dom": Option<u64>,
    }

    /// Which ISO is in a server's drive.
    IsoStatus {
        /// `ready`, `isomounting` or `isomounted`.
        state "state": String,
        /// Its number; 0 for none, and for one of everybody's.
        iso "ISOID": u64,
    }

    /// A private network that a server is in.
    AttachedNetwork {
        /// Which one.
        network "NETWORKID": String,
        /// The address of the server's card in it.
        mac_address "mac_address": String,
        /// The server's address in it.
        ip_address "ip_address": String,
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
