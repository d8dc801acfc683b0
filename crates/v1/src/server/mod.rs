//! `server/*`: servers, which v2 calls instances.

pub(crate) mod addresses;
mod change;
pub(crate) mod create;
mod details;
pub(crate) mod list;
mod networks;

use crate::calls::{Kind::*, Param, SUBID, calls, opt, req};

/// An address of the server.
const IP: Param = req("ip", Text);

calls! {
    Post "server/app_change" (SUBID, req("APPID", Integer)) "PATCH /v2/instances/{instance-id}"
        => change::app_change;
    Get "server/app_change_list" (SUBID)
        "GET /v2/instances/{instance-id}/upgrades?type=applications" => change::app_change_list;
    Post "server/backup_disable" (SUBID) "PATCH /v2/instances/{instance-id}"
        => change::backup_disable;
    Post "server/backup_enable" (SUBID) "PATCH /v2/instances/{instance-id}"
        => change::backup_enable;
    Post "server/backup_get_schedule" (SUBID) "GET /v2/instances/{instance-id}/backup-schedule"
        => details::backup_get_schedule;
    Post "server/backup_set_schedule" (
        SUBID, req("cron_type", Text), opt("hour", Integer), opt("dow", Integer),
        opt("dom", Integer),
    ) "POST /v2/instances/{instance-id}/backup-schedule" => details::backup_set_schedule;
    Get "server/bandwidth" (SUBID) "GET /v2/instances/{instance-id}/bandwidth"
        => details::bandwidth;
    Post "server/create" (
        req("DCID", Integer), req("VPSPLANID", Integer), req("OSID", Integer),
        opt("ipxe_chain_url", Text).or("ipxe_chain"), opt("ISOID", Integer),
        opt("SCRIPTID", Integer), opt("SNAPSHOTID", Text), opt("enable_ipv6", Flag),
        opt("enable_private_network", Flag), opt("NETWORKID", List), opt("label", Text),
        opt("SSHKEYID", List), opt("auto_backups", Flag), opt("APPID", Integer),
        opt("userdata", Text), opt("notify_activate", Flag), opt("ddos_protection", Flag),
        opt("reserved_ip_v4", Text), opt("hostname", Text), opt("tag", Text),
        opt("FIREWALLGROUPID", Text),
    ) "POST /v2/instances" => create::create;
    Post "server/create_ipv4" (SUBID, opt("reboot", Flag))
        "POST /v2/instances/{instance-id}/ipv4" => addresses::create_ipv4;
    Post "server/ddos_protection_disable" (SUBID) "PATCH /v2/instances/{instance-id}"
        => change::ddos_protection_disable;
    Post "server/ddos_protection_enable" (SUBID) "PATCH /v2/instances/{instance-id}"
        => change::ddos_protection_enable;
    Post "server/destroy" (SUBID) "DELETE /v2/instances/{instance-id}" => change::destroy;
    Post "server/destroy_ipv4" (SUBID, IP) "DELETE /v2/instances/{instance-id}/ipv4/{ipv4}"
        => addresses::destroy_ipv4;
    Post "server/firewall_group_set" (SUBID, req("FIREWALLGROUPID", Text))
        "PATCH /v2/instances/{instance-id}" => change::firewall_group_set;
    Get "server/get_app_info" (SUBID) "GET /v2/instances/{instance-id}" => details::get_app_info;
    Get "server/get_user_data" (SUBID) "GET /v2/instances/{instance-id}/user-data"
        => details::get_user_data;
    Post "server/halt" (SUBID) "POST /v2/instances/{instance-id}/halt" => change::halt;
    Post "server/ipv6_enable" (SUBID) "PATCH /v2/instances/{instance-id}" => change::ipv6_enable;
    Post "server/iso_attach" (SUBID, req("ISOID", Integer))
        "POST /v2/instances/{instance-id}/iso/attach" => change::iso_attach;
    Post "server/iso_detach" (SUBID) "POST /v2/instances/{instance-id}/iso/detach"
        => change::iso_detach;
    Get "server/iso_status" (SUBID) "GET /v2/instances/{instance-id}/iso" => details::iso_status;
    Post "server/label_set" (SUBID, req("label", Text)) "PATCH /v2/instances/{instance-id}"
        => change::label_set;
    Get "server/list" (
        opt("SUBID", Integer), opt("tag", Text), opt("label", Text), opt("main_ip", Text),
    ) "GET /v2/instances, GET /v2/instances/{instance-id}, \
       GET /v2/instances/{instance-id}/bandwidth, GET /v2/plans" => list::list;
    // govultr sends a SUBID as public_network: so it is any text.
    Get "server/list_ipv4" (SUBID, opt("public_network", Text))
        "GET /v2/instances/{instance-id}/ipv4" => addresses::list_ipv4;
    Get "server/list_ipv6" (SUBID) "GET /v2/instances/{instance-id}/ipv6" => addresses::list_ipv6;
    Get "server/neighbors" (SUBID) "GET /v2/instances/{instance-id}/neighbors"
        => details::neighbors;
    Post "server/os_change" (SUBID, req("OSID", Integer)) "PATCH /v2/instances/{instance-id}"
        => change::os_change;
    Get "server/os_change_list" (SUBID) "GET /v2/instances/{instance-id}/upgrades?type=os"
        => change::os_change_list;
    Post "server/private_network_disable" (SUBID, opt("NETWORKID", Text))
        "POST /v2/instances/{instance-id}/vpcs/detach" => networks::disable;
    Post "server/private_network_enable" (SUBID, opt("NETWORKID", Text))
        "POST /v2/instances/{instance-id}/vpcs/attach" => networks::enable;
    Get "server/private_networks" (SUBID) "GET /v2/instances/{instance-id}/vpcs"
        => networks::list;
    Post "server/reboot" (SUBID) "POST /v2/instances/{instance-id}/reboot" => change::reboot;
    Post "server/reinstall" (SUBID, opt("hostname", Text))
        "POST /v2/instances/{instance-id}/reinstall" => change::reinstall;
    Post "server/restore_backup" (SUBID, req("BACKUPID", Text))
        "POST /v2/instances/{instance-id}/restore" => change::restore_backup;
    Post "server/restore_snapshot" (SUBID, req("SNAPSHOTID", Text))
        "POST /v2/instances/{instance-id}/restore" => change::restore_snapshot;
    Post "server/reverse_default_ipv4" (SUBID, IP)
        "POST /v2/instances/{instance-id}/ipv4/reverse/default"
        => addresses::reverse_default_ipv4;
    Post "server/reverse_delete_ipv6" (SUBID, IP)
        "DELETE /v2/instances/{instance-id}/ipv6/reverse/{ipv6}"
        => addresses::reverse_delete_ipv6;
    Get "server/reverse_list_ipv6" (SUBID) "GET /v2/instances/{instance-id}/ipv6/reverse"
        => addresses::reverse_list_ipv6;
    Post "server/reverse_set_ipv4" (SUBID, IP, req("entry", Text))
        "POST /v2/instances/{instance-id}/ipv4/reverse" => addresses::reverse_set_ipv4;
    Post "server/reverse_set_ipv6" (SUBID, IP, req("entry", Text))
        "POST /v2/instances/{instance-id}/ipv6/reverse" => addresses::reverse_set_ipv6;
    Post "server/set_user_data" (SUBID, req("userdata", Text))
        "PATCH /v2/instances/{instance-id}" => change::set_user_data;
    Post "server/start" (SUBID)
        "GET /v2/instances/{instance-id}, POST /v2/instances/{instance-id}/start, \
         POST /v2/instances/{instance-id}/reboot" => change::start;
    Post "server/tag_set" (SUBID, req("tag", Text)) "PATCH /v2/instances/{instance-id}"
        => change::tag_set;
    Post "server/upgrade_plan" (SUBID, req("VPSPLANID", Integer))
        "PATCH /v2/instances/{instance-id}" => change::upgrade_plan;
    Get "server/upgrade_plan_list" (SUBID) "GET /v2/instances/{instance-id}/upgrades?type=plans"
        => change::upgrade_plan_list;
}
