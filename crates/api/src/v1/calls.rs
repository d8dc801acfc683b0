//! The calls of API v1: method, path, parameters, answer, and the operations of v2 that each amounts
//! to.
//!
//! This is the only place that says what a call takes and answers: the server, the SDK, the command
//! line and the documentation read it. Nothing here may say how a call travels.

use serde_json::Value;

use super::answer::*;
use super::define::calls;
use super::{ById, ByNumber, Joined, Switch, Truth};
use crate::Secret;

calls! {
    AccountInfo Get "account/info" {} -> Account = "GET /v2/account";

    AuthInfo Get "auth/info" {} -> KeyOwner = "GET /v2/account";

    AppList Get "app/list" Public {} -> ByNumber<App> = "GET /v2/applications";

    BackupList Get "backup/list" AlsoPost {
        subid: Option<u64>, backup "BACKUPID": Option<String>,
    } -> ById<Backup> = "GET /v2/backups, GET /v2/backups/{backup-id}";

    BareMetalAppChange Post "baremetal/app_change" { subid: u64, app "APPID": u64 } -> ()
        = "PATCH /v2/bare-metals/{baremetal-id}";
    BareMetalAppChangeList Get "baremetal/app_change_list" { subid: u64 } -> ByNumber<App>
        = "GET /v2/bare-metals/{baremetal-id}/upgrades?type=applications";
    BareMetalBandwidth Get "baremetal/bandwidth" { subid: u64 } -> Bandwidth
        = "GET /v2/bare-metals/{baremetal-id}/bandwidth";
    BareMetalCreate Post "baremetal/create" {
        dcid: u64, plan "METALPLANID": u64, os "OSID": u64, script_id "SCRIPTID": Option<u64>,
        snapshot "SNAPSHOTID": Option<String>, enable_ipv6: Option<bool>, label: Option<String>,
        ssh_keys "SSHKEYID": Option<Joined>, app "APPID": Option<u64>,
        userdata | "user_data": Option<String>, notify_activate: Option<bool>,
        hostname: Option<String>, tag: Option<String>, reserved_ip_v4: Option<String>,
    } -> NewSubscription = "POST /v2/bare-metals";
    BareMetalDestroy Post "baremetal/destroy" { subid: u64 } -> ()
        = "DELETE /v2/bare-metals/{baremetal-id}";
    BareMetalGetAppInfo Get "baremetal/get_app_info" { subid: u64 } -> AppInfo
        = "GET /v2/bare-metals/{baremetal-id}";
    BareMetalGetUserData Get "baremetal/get_user_data" { subid: u64 } -> UserData
        = "GET /v2/bare-metals/{baremetal-id}/user-data";
    BareMetalHalt Post "baremetal/halt" { subid: u64 } -> ()
        = "POST /v2/bare-metals/{baremetal-id}/halt";
    BareMetalIpv6Enable Post "baremetal/ipv6_enable" { subid: u64 } -> ()
        = "PATCH /v2/bare-metals/{baremetal-id}";
    BareMetalLabelSet Post "baremetal/label_set" { subid: u64, label: String } -> ()
        = "PATCH /v2/bare-metals/{baremetal-id}";
    BareMetalList Get "baremetal/list" {
        subid: Option<u64>, tag: Option<String>, label: Option<String>, main_ip: Option<String>,
    } -> ByNumber<BareMetal> = "GET /v2/bare-metals, GET /v2/bare-metals/{baremetal-id}";
    BareMetalListIpv4 Get "baremetal/list_ipv4" { subid: u64 } -> ByNumber<Vec<Ipv4>>
        = "GET /v2/bare-metals/{baremetal-id}/ipv4";
    BareMetalListIpv6 Get "baremetal/list_ipv6" { subid: u64 } -> ByNumber<Vec<Ipv6>>
        = "GET /v2/bare-metals/{baremetal-id}/ipv6";
    BareMetalOsChange Post "baremetal/os_change" { subid: u64, os "OSID": u64 } -> ()
        = "PATCH /v2/bare-metals/{baremetal-id}";
    BareMetalOsChangeList Get "baremetal/os_change_list" { subid: u64 } -> ByNumber<Os>
        = "GET /v2/bare-metals/{baremetal-id}/upgrades?type=os";
    BareMetalReboot Post "baremetal/reboot" { subid: u64 } -> ()
        = "POST /v2/bare-metals/{baremetal-id}/reboot";
    BareMetalReinstall Post "baremetal/reinstall" { subid: u64 } -> ()
        = "POST /v2/bare-metals/{baremetal-id}/reinstall";
    BareMetalSetUserData Post "baremetal/set_user_data" {
        subid: u64, userdata | "user_data": String,
    } -> () = "PATCH /v2/bare-metals/{baremetal-id}";
    BareMetalTagSet Post "baremetal/tag_set" { subid: u64, tag: String } -> ()
        = "PATCH /v2/bare-metals/{baremetal-id}";

    BlockAttach Post "block/attach" {
        subid: u64, server "attach_to_SUBID": u64, live: Option<bool>,
    } -> () = "POST /v2/blocks/{block-id}/attach";
    BlockCreate Post "block/create" {
        dcid: u64, size_gb: u64, label: Option<String>,
    } -> NewSubscription = "POST /v2/blocks";
    BlockDelete Post "block/delete" { subid: u64 } -> () = "DELETE /v2/blocks/{block-id}";
    BlockDetach Post "block/detach" { subid: u64, live: Option<bool> } -> ()
        = "POST /v2/blocks/{block-id}/detach";
    BlockLabelSet Post "block/label_set" { subid: u64, label: String } -> ()
        = "PATCH /v2/blocks/{block-id}";
    BlockList Get "block/list" { subid: Option<u64> } -> Vec<Block>
        = "GET /v2/blocks, GET /v2/blocks/{block-id}";
    BlockResize Post "block/resize" { subid: u64, size_gb: u64 } -> ()
        = "PATCH /v2/blocks/{block-id}";

    DnsCreateDomain Post "dns/create_domain" { domain: String, serverip | "ip": String } -> ()
        = "POST /v2/domains";
    DnsCreateRecord Post "dns/create_record" {
        domain: String, name: String, kind "type": String, data: String, ttl: Option<u64>,
        priority: Option<u64>,
    } -> () = "POST /v2/domains/{dns-domain}/records";
    DnsDeleteDomain Post "dns/delete_domain" { domain: String } -> ()
        = "DELETE /v2/domains/{dns-domain}";
    DnsDeleteRecord Post "dns/delete_record" { domain: String, record "RECORDID": u64 } -> ()
        = "DELETE /v2/domains/{dns-domain}/records/{record-id}";
    DnsDnssecEnable Post "dns/dnssec_enable" { domain: String, enable: bool } -> ()
        = "PUT /v2/domains/{dns-domain}";
    DnsDnssecInfo Get "dns/dnssec_info" { domain: String } -> Vec<String>
        = "GET /v2/domains/{dns-domain}/dnssec";
    DnsList Get "dns/list" {} -> Vec<Domain> = "GET /v2/domains";
    DnsRecords Get "dns/records" { domain: String } -> Vec<DnsRecord>
        = "GET /v2/domains/{dns-domain}/records";
    DnsSoaInfo Get "dns/soa_info" { domain: String } -> Soa = "GET /v2/domains/{dns-domain}/soa";
    DnsSoaUpdate Post "dns/soa_update" {
        domain: String, nsprimary: Option<String>, email: Option<String>,
    } -> () = "PATCH /v2/domains/{dns-domain}/soa";
    // The Go client sends the type, too; a record keeps the one it has.
    DnsUpdateRecord Post "dns/update_record" {
        domain: String, record "RECORDID": u64, name: Option<String>, kind "type": Option<String>,
        data: Option<String>, ttl: Option<u64>, priority: Option<u64>,
    } -> () = "PATCH /v2/domains/{dns-domain}/records/{record-id}";

    FirewallGroupCreate Post "firewall/group_create" {
        description: Option<String>,
    } -> NewFirewallGroup = "POST /v2/firewalls";
    FirewallGroupDelete Post "firewall/group_delete" { group "FIREWALLGROUPID": String } -> ()
        = "DELETE /v2/firewalls/{firewall-group-id}";
    FirewallGroupList Get "firewall/group_list" {
        group "FIREWALLGROUPID": Option<String>,
    } -> ById<FirewallGroup> = "GET /v2/firewalls, GET /v2/firewalls/{firewall-group-id}";
    FirewallGroupSetDescription Post "firewall/group_set_description" {
        group "FIREWALLGROUPID": String, description: String,
    } -> () = "PUT /v2/firewalls/{firewall-group-id}";
    FirewallRuleCreate Post "firewall/rule_create" {
        group "FIREWALLGROUPID": String, direction: String, ip_type: String, protocol: String,
        subnet: Option<String>, subnet_size: Option<u64>, port: Option<String>,
        notes: Option<String>, source: Option<String>,
    } -> NewFirewallRule = "POST /v2/firewalls/{firewall-group-id}/rules";
    FirewallRuleDelete Post "firewall/rule_delete" {
        group "FIREWALLGROUPID": String, rulenumber: u64,
    } -> () = "DELETE /v2/firewalls/{firewall-group-id}/rules/{firewall-rule-id}";
    FirewallRuleList Get "firewall/rule_list" {
        group "FIREWALLGROUPID": String, direction: String, ip_type: String,
    } -> ByNumber<FirewallRule> = "GET /v2/firewalls/{firewall-group-id}/rules";

    IsoCreateFromUrl Post "iso/create_from_url" { url: String } -> NewIso = "POST /v2/iso";
    IsoDestroy Post "iso/destroy" { iso "ISOID": u64 } -> () = "DELETE /v2/iso/{iso-id}";
    IsoList Get "iso/list" {} -> ByNumber<Iso> = "GET /v2/iso";
    IsoListPublic Get "iso/list_public" {} -> ByNumber<PublicIso>
        = "GET /v2/account, GET /v2/iso-public";

    LoadBalancerConfInfo Get "loadbalancer/conf_info" { subid: u64 } -> Balancing
        = "GET /v2/load-balancers/{load-balancer-id}";
    LoadBalancerCreate Post "loadbalancer/create" {
        dcid: u64, label: Option<String>, config_ssl_redirect: Option<Truth>,
        sticky_sessions: Option<Switch>, cookie_name: Option<String>,
        balancing_algorithm: Option<String>, proxy_protocol: Option<Switch>,
        health_check: Option<Value>, forwarding_rules: Option<Value>,
        ssl_private_key: Option<Secret>, ssl_certificate: Option<String>,
        ssl_chain: Option<String>, attached_nodes: Option<Value>,
    } -> NewSubscription = "POST /v2/load-balancers";
    LoadBalancerDestroy Post "loadbalancer/destroy" { subid: u64 } -> ()
        = "DELETE /v2/load-balancers/{load-balancer-id}";
    LoadBalancerForwardRuleCreate Post "loadbalancer/forward_rule_create" {
        subid: u64, frontend_protocol: String, frontend_port: u64, backend_protocol: String,
        backend_port: u64,
    } -> NewForwardRule = "POST /v2/load-balancers/{load-balancer-id}/forwarding-rules";
    LoadBalancerForwardRuleDelete Post "loadbalancer/forward_rule_delete" {
        subid: u64, rule "RULEID": String,
    } -> () = "DELETE /v2/load-balancers/{load-balancer-id}/forwarding-rules/{forwarding-rule-id}";
    LoadBalancerForwardRuleList Get "loadbalancer/forward_rule_list" { subid: u64 } -> ForwardRules
        = "GET /v2/load-balancers/{load-balancer-id}/forwarding-rules";
    LoadBalancerGenericInfo Get "loadbalancer/generic_info" { subid: u64 } -> BalancingBasics
        = "GET /v2/load-balancers/{load-balancer-id}";
    LoadBalancerGenericUpdate Post "loadbalancer/generic_update" {
        subid: u64, label: Option<String>, balancing_algorithm: Option<String>,
        sticky_sessions: Option<Switch>, cookie_name: Option<String>, ssl_redirect: Option<Truth>,
        proxy_protocol: Option<Switch>,
    } -> () = "PATCH /v2/load-balancers/{load-balancer-id}";
    LoadBalancerHealthCheckInfo Get "loadbalancer/health_check_info" { subid: u64 } -> HealthCheck
        = "GET /v2/load-balancers/{load-balancer-id}";
    LoadBalancerHealthCheckUpdate Post "loadbalancer/health_check_update" {
        subid: u64, protocol: Option<String>, port: Option<u64>, check_interval: Option<u64>,
        response_timeout: Option<u64>, unhealthy_threshold: Option<u64>,
        healthy_threshold: Option<u64>, path: Option<String>,
    } -> () = "PATCH /v2/load-balancers/{load-balancer-id}";
    LoadBalancerInstanceAttach Post "loadbalancer/instance_attach" {
        subid: u64, server "backendNode": u64,
    } -> () = "PATCH /v2/load-balancers/{load-balancer-id}";
    LoadBalancerInstanceDetach Post "loadbalancer/instance_detach" {
        subid: u64, server "backendNode": u64,
    } -> () = "PATCH /v2/load-balancers/{load-balancer-id}";
    LoadBalancerInstanceList Get "loadbalancer/instance_list" { subid: u64 } -> BalancedServers
        = "GET /v2/load-balancers/{load-balancer-id}";
    LoadBalancerLabelSet Post "loadbalancer/label_set" { subid: u64, label: String } -> ()
        = "PATCH /v2/load-balancers/{load-balancer-id}";
    LoadBalancerList Get "loadbalancer/list" { subid: Option<u64> } -> Vec<LoadBalancer>
        = "GET /v2/load-balancers, GET /v2/load-balancers/{load-balancer-id}";
    LoadBalancerSslAdd Post "loadbalancer/ssl_add" {
        subid: u64, ssl_private_key: Secret, ssl_certificate: String, ssl_chain: Option<String>,
    } -> () = "PATCH /v2/load-balancers/{load-balancer-id}";
    LoadBalancerSslInfo Get "loadbalancer/ssl_info" { subid: u64 } -> SslInfo
        = "GET /v2/load-balancers/{load-balancer-id}";
    LoadBalancerSslRemove Post "loadbalancer/ssl_remove" { subid: u64 } -> ()
        = "DELETE /v2/load-balancers/{load-balancer-id}/ssl";

    NetworkCreate Post "network/create" {
        dcid: u64, description: Option<String>, v4_subnet: Option<String>,
        v4_subnet_mask: Option<u64>,
    } -> NewNetwork = "POST /v2/vpcs";
    NetworkDestroy Post "network/destroy" { network "NETWORKID": String } -> ()
        = "DELETE /v2/vpcs/{vpc-id}";
    NetworkList Get "network/list" {} -> ById<Network> = "GET /v2/vpcs";

    ObjectStorageCreate Post "objectstorage/create" {
        cluster "OBJSTORECLUSTERID": u64, label: Option<String>,
    } -> NewSubscription
        = "GET /v2/object-storage/clusters/{cluster-id}/tiers, POST /v2/object-storage";
    ObjectStorageDestroy Post "objectstorage/destroy" { subid: u64 } -> ()
        = "DELETE /v2/object-storage/{object-storage-id}";
    ObjectStorageLabelSet Post "objectstorage/label_set" { subid: u64, label: String } -> ()
        = "PUT /v2/object-storage/{object-storage-id}";
    ObjectStorageList Get "objectstorage/list" {
        include_s3: Option<bool>, subid: Option<u64>, label: Option<String>,
    } -> ByNumber<ObjectStorage>
        = "GET /v2/object-storage, GET /v2/object-storage/{object-storage-id}";
    ObjectStorageListCluster Get "objectstorage/list_cluster" Public {} -> ByNumber<Cluster>
        = "GET /v2/object-storage/clusters";
    ObjectStorageS3keyRegenerate Post "objectstorage/s3key_regenerate" {
        subid: u64, s3_access_key: String,
    } -> S3Keys
        = "GET /v2/object-storage/{object-storage-id}, \
           POST /v2/object-storage/{object-storage-id}/regenerate-keys";

    OsList Get "os/list" Public {} -> ByNumber<Os> = "GET /v2/os";

    PlansList Get "plans/list" Public { kind "type": Option<String> } -> ByNumber<Plan>
        = "GET /v2/plans";
    PlansListBaremetal Get "plans/list_baremetal" Public {} -> ByNumber<MetalPlan>
        = "GET /v2/plans-metal";
    PlansListVc2 Get "plans/list_vc2" Public {} -> ByNumber<Plan> = "GET /v2/plans?type=vc2";
    PlansListVc2z Get "plans/list_vc2z" Public {} -> ByNumber<Plan> = "GET /v2/plans?type=vhf";
    PlansListVdc2 Get "plans/list_vdc2" Public {} -> ByNumber<Plan> = "GET /v2/plans?type=vdc";

    RegionsAvailability Get "regions/availability" Public {
        dcid: u64, kind "type": Option<String>,
    } -> Vec<u64> = "GET /v2/regions/{region-id}/availability";
    RegionsAvailabilityBaremetal Get "regions/availability_baremetal" Public {
        dcid: u64,
    } -> Vec<u64> = "GET /v2/regions/{region-id}/availability?type=vbm";
    RegionsAvailabilityVc2 Get "regions/availability_vc2" Public { dcid: u64 } -> Vec<u64>
        = "GET /v2/regions/{region-id}/availability?type=vc2";
    RegionsAvailabilityVdc2 Get "regions/availability_vdc2" Public { dcid: u64 } -> Vec<u64>
        = "GET /v2/regions/{region-id}/availability?type=vdc";
    RegionsList Get "regions/list" Public { availability: Option<bool> } -> ByNumber<Region>
        = "GET /v2/regions, GET /v2/plans";

    ReservedIpAttach Post "reservedip/attach" {
        ip_address: String, server "attach_SUBID": u64,
    } -> () = "GET /v2/reserved-ips, POST /v2/reserved-ips/{reserved-ip}/attach";
    ReservedIpConvert Post "reservedip/convert" {
        subid: u64, ip_address: String, label: Option<String>,
    } -> NewSubscription = "GET /v2/instances/{instance-id}/ipv4, POST /v2/reserved-ips/convert";
    ReservedIpCreate Post "reservedip/create" {
        dcid: u64, ip_type: String, label: Option<String>,
    } -> NewSubscription = "POST /v2/reserved-ips";
    // The Go client sends SUBID.
    ReservedIpDestroy Post "reservedip/destroy" {
        ip_address: Option<String>, subid: Option<u64>,
    } -> () = "GET /v2/reserved-ips, DELETE /v2/reserved-ips/{reserved-ip}";
    ReservedIpDetach Post "reservedip/detach" {
        ip_address: String, server "detach_SUBID": u64,
    } -> () = "GET /v2/reserved-ips, POST /v2/reserved-ips/{reserved-ip}/detach";
    ReservedIpList Get "reservedip/list" {} -> ByNumber<ReservedIp> = "GET /v2/reserved-ips";

    ServerAppChange Post "server/app_change" { subid: u64, app "APPID": u64 } -> ()
        = "PATCH /v2/instances/{instance-id}";
    ServerAppChangeList Get "server/app_change_list" { subid: u64 } -> ByNumber<App>
        = "GET /v2/instances/{instance-id}/upgrades?type=applications";
    ServerBackupDisable Post "server/backup_disable" { subid: u64 } -> ()
        = "PATCH /v2/instances/{instance-id}";
    ServerBackupEnable Post "server/backup_enable" Upgrade { subid: u64 } -> ()
        = "PATCH /v2/instances/{instance-id}";
    ServerBackupGetSchedule Post "server/backup_get_schedule" { subid: u64 } -> BackupSchedule
        = "GET /v2/instances/{instance-id}/backup-schedule";
    ServerBackupSetSchedule Post "server/backup_set_schedule" {
        subid: u64, cron_type: String, hour: Option<u64>, dow: Option<u64>, dom: Option<u64>,
    } -> () = "POST /v2/instances/{instance-id}/backup-schedule";
    ServerBandwidth Get "server/bandwidth" { subid: u64 } -> Bandwidth
        = "GET /v2/instances/{instance-id}/bandwidth";
    ServerCreate Post "server/create" Subscriptions {
        dcid: u64, plan "VPSPLANID": u64, os "OSID": u64,
        ipxe_chain_url | "ipxe_chain": Option<String>, iso "ISOID": Option<u64>,
        script_id "SCRIPTID": Option<u64>, snapshot "SNAPSHOTID": Option<String>,
        enable_ipv6: Option<bool>, enable_private_network: Option<bool>,
        network "NETWORKID": Option<Vec<String>>, label: Option<String>,
        ssh_keys "SSHKEYID": Option<Joined>, auto_backups: Option<bool>, app "APPID": Option<u64>,
        userdata: Option<String>, notify_activate: Option<bool>, ddos_protection: Option<bool>,
        reserved_ip_v4: Option<String>, hostname: Option<String>, tag: Option<String>,
        group "FIREWALLGROUPID": Option<String>,
    } -> NewSubscription = "POST /v2/instances";
    ServerCreateIpv4 Post "server/create_ipv4" Upgrade {
        subid: u64, reboot: Option<bool>,
    } -> Option<NewIpv4> = "POST /v2/instances/{instance-id}/ipv4";
    ServerDdosProtectionDisable Post "server/ddos_protection_disable" { subid: u64 } -> ()
        = "PATCH /v2/instances/{instance-id}";
    ServerDdosProtectionEnable Post "server/ddos_protection_enable" Upgrade { subid: u64 } -> ()
        = "PATCH /v2/instances/{instance-id}";
    ServerDestroy Post "server/destroy" { subid: u64 } -> () = "DELETE /v2/instances/{instance-id}";
    ServerDestroyIpv4 Post "server/destroy_ipv4" { subid: u64, ip: String } -> ()
        = "DELETE /v2/instances/{instance-id}/ipv4/{ipv4}";
    ServerFirewallGroupSet Post "server/firewall_group_set" {
        subid: u64, group "FIREWALLGROUPID": String,
    } -> () = "PATCH /v2/instances/{instance-id}";
    ServerGetAppInfo Get "server/get_app_info" { subid: u64 } -> AppInfo
        = "GET /v2/instances/{instance-id}";
    ServerGetUserData Get "server/get_user_data" { subid: u64 } -> UserData
        = "GET /v2/instances/{instance-id}/user-data";
    ServerHalt Post "server/halt" { subid: u64 } -> () = "POST /v2/instances/{instance-id}/halt";
    ServerIpv6Enable Post "server/ipv6_enable" { subid: u64 } -> ()
        = "PATCH /v2/instances/{instance-id}";
    ServerIsoAttach Post "server/iso_attach" { subid: u64, iso "ISOID": u64 } -> ()
        = "POST /v2/instances/{instance-id}/iso/attach";
    ServerIsoDetach Post "server/iso_detach" { subid: u64 } -> ()
        = "POST /v2/instances/{instance-id}/iso/detach";
    ServerIsoStatus Get "server/iso_status" { subid: u64 } -> IsoStatus
        = "GET /v2/instances/{instance-id}/iso";
    ServerLabelSet Post "server/label_set" { subid: u64, label: String } -> ()
        = "PATCH /v2/instances/{instance-id}";
    ServerList Get "server/list" {
        subid: Option<u64>, tag: Option<String>, label: Option<String>, main_ip: Option<String>,
    } -> ByNumber<Server>
        = "GET /v2/instances, GET /v2/instances/{instance-id}, \
           GET /v2/instances/{instance-id}/bandwidth, GET /v2/plans";
    // govultr sends a SUBID as public_network: so it is any text.
    ServerListIpv4 Get "server/list_ipv4" {
        subid: u64, public_network: Option<String>,
    } -> ByNumber<Vec<Ipv4>> = "GET /v2/instances/{instance-id}/ipv4";
    ServerListIpv6 Get "server/list_ipv6" AlsoPost { subid: u64 } -> ByNumber<Vec<Ipv6>>
        = "GET /v2/instances/{instance-id}/ipv6";
    ServerNeighbors Get "server/neighbors" { subid: u64 } -> Vec<u64>
        = "GET /v2/instances/{instance-id}/neighbors";
    ServerOsChange Post "server/os_change" { subid: u64, os "OSID": u64 } -> ()
        = "PATCH /v2/instances/{instance-id}";
    ServerOsChangeList Get "server/os_change_list" { subid: u64 } -> ByNumber<Os>
        = "GET /v2/instances/{instance-id}/upgrades?type=os";
    ServerPrivateNetworkDisable Post "server/private_network_disable" {
        subid: u64, network "NETWORKID": Option<String>,
    } -> () = "POST /v2/instances/{instance-id}/vpcs/detach";
    ServerPrivateNetworkEnable Post "server/private_network_enable" {
        subid: u64, network "NETWORKID": Option<String>,
    } -> () = "POST /v2/instances/{instance-id}/vpcs/attach";
    ServerPrivateNetworks Get "server/private_networks" { subid: u64 } -> ById<AttachedNetwork>
        = "GET /v2/instances/{instance-id}/vpcs";
    ServerReboot Post "server/reboot" { subid: u64 } -> ()
        = "POST /v2/instances/{instance-id}/reboot";
    ServerReinstall Post "server/reinstall" { subid: u64, hostname: Option<String> } -> ()
        = "POST /v2/instances/{instance-id}/reinstall";
    ServerRestoreBackup Post "server/restore_backup" { subid: u64, backup "BACKUPID": String } -> ()
        = "POST /v2/instances/{instance-id}/restore";
    ServerRestoreSnapshot Post "server/restore_snapshot" {
        subid: u64, snapshot "SNAPSHOTID": String,
    } -> () = "POST /v2/instances/{instance-id}/restore";
    ServerReverseDefaultIpv4 Post "server/reverse_default_ipv4" { subid: u64, ip: String } -> ()
        = "POST /v2/instances/{instance-id}/ipv4/reverse/default";
    ServerReverseDeleteIpv6 Post "server/reverse_delete_ipv6" { subid: u64, ip: String } -> ()
        = "DELETE /v2/instances/{instance-id}/ipv6/reverse/{ipv6}";
    ServerReverseListIpv6 Get "server/reverse_list_ipv6" AlsoPost {
        subid: u64,
    } -> ByNumber<Vec<ReverseIpv6>> = "GET /v2/instances/{instance-id}/ipv6/reverse";
    ServerReverseSetIpv4 Post "server/reverse_set_ipv4" {
        subid: u64, ip: String, entry: String,
    } -> () = "POST /v2/instances/{instance-id}/ipv4/reverse";
    ServerReverseSetIpv6 Post "server/reverse_set_ipv6" {
        subid: u64, ip: String, entry: String,
    } -> () = "POST /v2/instances/{instance-id}/ipv6/reverse";
    ServerSetUserData Post "server/set_user_data" { subid: u64, userdata: String } -> ()
        = "PATCH /v2/instances/{instance-id}";
    ServerStart Post "server/start" { subid: u64 } -> ()
        = "GET /v2/instances/{instance-id}, POST /v2/instances/{instance-id}/start, \
           POST /v2/instances/{instance-id}/reboot";
    ServerTagSet Post "server/tag_set" { subid: u64, tag: String } -> ()
        = "PATCH /v2/instances/{instance-id}";
    ServerUpgradePlan Post "server/upgrade_plan" { subid: u64, plan "VPSPLANID": u64 } -> ()
        = "PATCH /v2/instances/{instance-id}";
    ServerUpgradePlanList Get "server/upgrade_plan_list" AlsoPost Upgrade { subid: u64 } -> Vec<u64>
        = "GET /v2/instances/{instance-id}/upgrades?type=plans";

    SnapshotCreate Post "snapshot/create" { subid: u64, description: Option<String> } -> NewSnapshot
        = "GET /v2/instances/{instance-id}, POST /v2/snapshots";
    SnapshotCreateFromUrl Post "snapshot/create_from_url" { url: String } -> NewSnapshot
        = "POST /v2/snapshots/create-from-url";
    SnapshotDestroy Post "snapshot/destroy" { snapshot "SNAPSHOTID": String } -> ()
        = "DELETE /v2/snapshots/{snapshot-id}";
    SnapshotList Get "snapshot/list" { snapshot "SNAPSHOTID": Option<String> } -> ById<Snapshot>
        = "GET /v2/snapshots, GET /v2/snapshots/{snapshot-id}";

    SshKeyCreate Post "sshkey/create" { name: String, ssh_key: String } -> NewSshKey
        = "POST /v2/ssh-keys";
    SshKeyDestroy Post "sshkey/destroy" { ssh_keys "SSHKEYID": String } -> ()
        = "DELETE /v2/ssh-keys/{ssh-key-id}";
    SshKeyList Get "sshkey/list" {} -> ById<SshKey> = "GET /v2/ssh-keys";
    SshKeyUpdate Post "sshkey/update" {
        ssh_keys "SSHKEYID": String, name: Option<String>, ssh_key: Option<String>,
    } -> () = "PATCH /v2/ssh-keys/{ssh-key-id}";

    StartupScriptCreate Post "startupscript/create" {
        name: String, script: String, kind "type": Option<String>,
    } -> NewScript = "POST /v2/startup-scripts";
    StartupScriptDestroy Post "startupscript/destroy" { script_id "SCRIPTID": u64 } -> ()
        = "DELETE /v2/startup-scripts/{startup-id}";
    StartupScriptList Get "startupscript/list" {} -> ByNumber<StartupScript>
        = "GET /v2/startup-scripts, GET /v2/startup-scripts/{startup-id}";
    StartupScriptUpdate Post "startupscript/update" {
        script_id "SCRIPTID": u64, name: Option<String>, script: Option<String>,
    } -> () = "PATCH /v2/startup-scripts/{startup-id}";

    UserCreate Post "user/create" {
        email: String, name: String, password: Secret, api_enabled: Option<bool>,
        acls: Vec<String>,
    } -> NewUser = "POST /v2/users";
    UserDelete Post "user/delete" { user "USERID": String } -> () = "DELETE /v2/users/{user-id}";
    UserList Get "user/list" {} -> Vec<User> = "GET /v2/users";
    UserUpdate Post "user/update" {
        user "USERID": String, email: Option<String>, name: Option<String>,
        password: Option<Secret>, api_enabled: Option<bool>, acls: Option<Vec<String>>,
    } -> () = "PATCH /v2/users/{user-id}";
}
