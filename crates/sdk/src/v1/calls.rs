//! The calls of API v1, each with its parameters and what it answers: the client's view of them.
//!
//! Tests of the crate `v1` hold that a server takes and answers just these. Nothing here may say
//! how a call travels.

use api::Secret;

use super::answer::*;
use super::define::calls;
use super::{ById, ByNumber, Switch, Truth};

calls! {
    AccountInfo Get "account/info" {} -> Account;
    AuthInfo Get "auth/info" {} -> KeyOwner;
    AppList Get "app/list" {} -> ByNumber<App>;
    BackupList Get "backup/list" {
        subid "SUBID": Option<u64>, backup "BACKUPID": Option<String>,
    } -> ById<Backup>;
    BareMetalAppChange Post "baremetal/app_change" { subid "SUBID": u64, app "APPID": u64 } -> ();
    BareMetalAppChangeList Get "baremetal/app_change_list" { subid "SUBID": u64 } -> ByNumber<App>;
    BareMetalBandwidth Get "baremetal/bandwidth" { subid "SUBID": u64 } -> Bandwidth;
    BareMetalCreate Post "baremetal/create" {
        dcid "DCID": u64, plan "METALPLANID": u64, os "OSID": u64,
        script_id "SCRIPTID": Option<u64>, snapshot "SNAPSHOTID": Option<String>,
        enable_ipv6 "enable_ipv6": Option<bool>, label "label": Option<String>,
        ssh_keys "SSHKEYID": Option<String>, app "APPID": Option<u64>,
        userdata "userdata": Option<String>, notify_activate "notify_activate": Option<bool>,
        hostname "hostname": Option<String>, tag "tag": Option<String>,
        reserved_ip_v4 "reserved_ip_v4": Option<String>,
    } -> NewSubscription;
    BareMetalDestroy Post "baremetal/destroy" { subid "SUBID": u64 } -> ();
    BareMetalGetAppInfo Get "baremetal/get_app_info" { subid "SUBID": u64 } -> AppInfo;
    BareMetalGetUserData Get "baremetal/get_user_data" { subid "SUBID": u64 } -> UserData;
    BareMetalHalt Post "baremetal/halt" { subid "SUBID": u64 } -> ();
    BareMetalIpv6Enable Post "baremetal/ipv6_enable" { subid "SUBID": u64 } -> ();
    BareMetalLabelSet Post "baremetal/label_set" {
        subid "SUBID": u64, label "label": String,
    } -> ();
    BareMetalList Get "baremetal/list" {
        subid "SUBID": Option<u64>, tag "tag": Option<String>, label "label": Option<String>,
        main_ip "main_ip": Option<String>,
    } -> ByNumber<BareMetal>;
    BareMetalListIpv4 Get "baremetal/list_ipv4" { subid "SUBID": u64 } -> ByNumber<Vec<Ipv4>>;
    BareMetalListIpv6 Get "baremetal/list_ipv6" { subid "SUBID": u64 } -> ByNumber<Vec<Ipv6>>;
    BareMetalOsChange Post "baremetal/os_change" { subid "SUBID": u64, os "OSID": u64 } -> ();
    BareMetalOsChangeList Get "baremetal/os_change_list" { subid "SUBID": u64 } -> ByNumber<Os>;
    BareMetalReboot Post "baremetal/reboot" { subid "SUBID": u64 } -> ();
    BareMetalReinstall Post "baremetal/reinstall" { subid "SUBID": u64 } -> ();
    BareMetalSetUserData Post "baremetal/set_user_data" {
        subid "SUBID": u64, userdata "userdata": String,
    } -> ();
    BareMetalTagSet Post "baremetal/tag_set" { subid "SUBID": u64, tag "tag": String } -> ();
    BlockAttach Post "block/attach" {
        subid "SUBID": u64, server "attach_to_SUBID": u64, live "live": Option<bool>,
    } -> ();
    BlockCreate Post "block/create" {
        dcid "DCID": u64, size_gb "size_gb": u64, label "label": Option<String>,
    } -> NewSubscription;
    BlockDelete Post "block/delete" { subid "SUBID": u64 } -> ();
    BlockDetach Post "block/detach" { subid "SUBID": u64, live "live": Option<bool> } -> ();
    BlockLabelSet Post "block/label_set" { subid "SUBID": u64, label "label": String } -> ();
    BlockList Get "block/list" { subid "SUBID": Option<u64> } -> Vec<Block>;
    BlockResize Post "block/resize" { subid "SUBID": u64, size_gb "size_gb": u64 } -> ();
    DnsCreateDomain Post "dns/create_domain" {
        domain "domain": String, serverip "serverip": String,
    } -> ();
    DnsCreateRecord Post "dns/create_record" {
        domain "domain": String, name "name": String, kind "type": String, data "data": String,
        ttl "ttl": Option<u64>, priority "priority": Option<u64>,
    } -> ();
    DnsDeleteDomain Post "dns/delete_domain" { domain "domain": String } -> ();
    DnsDeleteRecord Post "dns/delete_record" {
        domain "domain": String, record "RECORDID": u64,
    } -> ();
    DnsDnssecEnable Post "dns/dnssec_enable" {
        domain "domain": String, enable "enable": bool,
    } -> ();
    DnsDnssecInfo Get "dns/dnssec_info" { domain "domain": String } -> Vec<String>;
    DnsList Get "dns/list" {} -> Vec<Domain>;
    DnsRecords Get "dns/records" { domain "domain": String } -> Vec<DnsRecord>;
    DnsSoaInfo Get "dns/soa_info" { domain "domain": String } -> Soa;
    DnsSoaUpdate Post "dns/soa_update" {
        domain "domain": String, nsprimary "nsprimary": Option<String>,
        email "email": Option<String>,
    } -> ();
    DnsUpdateRecord Post "dns/update_record" {
        domain "domain": String, record "RECORDID": u64, name "name": Option<String>,
        kind "type": Option<String>, data "data": Option<String>, ttl "ttl": Option<u64>,
        priority "priority": Option<u64>,
    } -> ();
    FirewallGroupCreate Post "firewall/group_create" {
        description "description": Option<String>,
    } -> NewFirewallGroup;
    FirewallGroupDelete Post "firewall/group_delete" { group "FIREWALLGROUPID": String } -> ();
    FirewallGroupList Get "firewall/group_list" {
        group "FIREWALLGROUPID": Option<String>,
    } -> ById<FirewallGroup>;
    FirewallGroupSetDescription Post "firewall/group_set_description" {
        group "FIREWALLGROUPID": String, description "description": String,
    } -> ();
    FirewallRuleCreate Post "firewall/rule_create" {
        group "FIREWALLGROUPID": String, direction "direction": String, ip_type "ip_type": String,
        protocol "protocol": String, subnet "subnet": Option<String>,
        subnet_size "subnet_size": Option<u64>, port "port": Option<String>,
        notes "notes": Option<String>, source "source": Option<String>,
    } -> NewFirewallRule;
    FirewallRuleDelete Post "firewall/rule_delete" {
        group "FIREWALLGROUPID": String, rulenumber "rulenumber": u64,
    } -> ();
    FirewallRuleList Get "firewall/rule_list" {
        group "FIREWALLGROUPID": String, direction "direction": String, ip_type "ip_type": String,
    } -> ByNumber<FirewallRule>;
    IsoCreateFromUrl Post "iso/create_from_url" { url "url": String } -> NewIso;
    IsoDestroy Post "iso/destroy" { iso "ISOID": u64 } -> ();
    IsoList Get "iso/list" {} -> ByNumber<Iso>;
    IsoListPublic Get "iso/list_public" {} -> ByNumber<PublicIso>;
    LoadBalancerConfInfo Get "loadbalancer/conf_info" { subid "SUBID": u64 } -> Balancing;
    LoadBalancerCreate Post "loadbalancer/create" {
        dcid "DCID": u64, label "label": Option<String>,
        config_ssl_redirect "config_ssl_redirect": Option<Truth>,
        sticky_sessions "sticky_sessions": Option<Switch>,
        cookie_name "cookie_name": Option<String>,
        balancing_algorithm "balancing_algorithm": Option<String>,
        proxy_protocol "proxy_protocol": Option<Switch>,
        health_check "health_check": Option<String>,
        forwarding_rules "forwarding_rules": Option<String>,
        ssl_private_key "ssl_private_key": Option<Secret>,
        ssl_certificate "ssl_certificate": Option<String>, ssl_chain "ssl_chain": Option<String>,
        attached_nodes "attached_nodes": Option<String>,
    } -> NewSubscription;
    LoadBalancerDestroy Post "loadbalancer/destroy" { subid "SUBID": u64 } -> ();
    LoadBalancerForwardRuleCreate Post "loadbalancer/forward_rule_create" {
        subid "SUBID": u64, frontend_protocol "frontend_protocol": String,
        frontend_port "frontend_port": u64, backend_protocol "backend_protocol": String,
        backend_port "backend_port": u64,
    } -> NewForwardRule;
    LoadBalancerForwardRuleDelete Post "loadbalancer/forward_rule_delete" {
        subid "SUBID": u64, rule "RULEID": String,
    } -> ();
    LoadBalancerForwardRuleList Get "loadbalancer/forward_rule_list" {
        subid "SUBID": u64,
    } -> ForwardRules;
    LoadBalancerGenericInfo Get "loadbalancer/generic_info" { subid "SUBID": u64 } -> BalancingBasics;
    LoadBalancerGenericUpdate Post "loadbalancer/generic_update" {
        subid "SUBID": u64, label "label": Option<String>,
        balancing_algorithm "balancing_algorithm": Option<String>,
        sticky_sessions "sticky_sessions": Option<Switch>,
        cookie_name "cookie_name": Option<String>, ssl_redirect "ssl_redirect": Option<Truth>,
        proxy_protocol "proxy_protocol": Option<Switch>,
    } -> ();
    LoadBalancerHealthCheckInfo Get "loadbalancer/health_check_info" {
        subid "SUBID": u64,
    } -> HealthCheck;
    LoadBalancerHealthCheckUpdate Post "loadbalancer/health_check_update" {
        subid "SUBID": u64, protocol "protocol": Option<String>, port "port": Option<u64>,
        check_interval "check_interval": Option<u64>,
        response_timeout "response_timeout": Option<u64>,
        unhealthy_threshold "unhealthy_threshold": Option<u64>,
        healthy_threshold "healthy_threshold": Option<u64>, path "path": Option<String>,
    } -> ();
    LoadBalancerInstanceAttach Post "loadbalancer/instance_attach" {
        subid "SUBID": u64, server "backendNode": u64,
    } -> ();
    LoadBalancerInstanceDetach Post "loadbalancer/instance_detach" {
        subid "SUBID": u64, server "backendNode": u64,
    } -> ();
    LoadBalancerInstanceList Get "loadbalancer/instance_list" { subid "SUBID": u64 } -> BalancedServers;
    LoadBalancerLabelSet Post "loadbalancer/label_set" {
        subid "SUBID": u64, label "label": String,
    } -> ();
    LoadBalancerList Get "loadbalancer/list" { subid "SUBID": Option<u64> } -> Vec<LoadBalancer>;
    LoadBalancerSslAdd Post "loadbalancer/ssl_add" {
        subid "SUBID": u64, ssl_private_key "ssl_private_key": Secret,
        ssl_certificate "ssl_certificate": String, ssl_chain "ssl_chain": Option<String>,
    } -> ();
    LoadBalancerSslInfo Get "loadbalancer/ssl_info" { subid "SUBID": u64 } -> SslInfo;
    LoadBalancerSslRemove Post "loadbalancer/ssl_remove" { subid "SUBID": u64 } -> ();
    NetworkCreate Post "network/create" {
        dcid "DCID": u64, description "description": Option<String>,
        v4_subnet "v4_subnet": Option<String>, v4_subnet_mask "v4_subnet_mask": Option<u64>,
    } -> NewNetwork;
    NetworkDestroy Post "network/destroy" { network "NETWORKID": String } -> ();
    NetworkList Get "network/list" {} -> ById<Network>;
    ObjectStorageCreate Post "objectstorage/create" {
        cluster "OBJSTORECLUSTERID": u64, label "label": Option<String>,
    } -> NewSubscription;
    ObjectStorageDestroy Post "objectstorage/destroy" { subid "SUBID": u64 } -> ();
    ObjectStorageLabelSet Post "objectstorage/label_set" {
        subid "SUBID": u64, label "label": String,
    } -> ();
    ObjectStorageList Get "objectstorage/list" {
        include_s3 "include_s3": Option<bool>, subid "SUBID": Option<u64>,
        label "label": Option<String>,
    } -> ByNumber<ObjectStorage>;
    ObjectStorageListCluster Get "objectstorage/list_cluster" {} -> ByNumber<Cluster>;
    ObjectStorageS3keyRegenerate Post "objectstorage/s3key_regenerate" {
        subid "SUBID": u64, s3_access_key "s3_access_key": String,
    } -> S3Keys;
    OsList Get "os/list" {} -> ByNumber<Os>;
    PlansList Get "plans/list" { kind "type": Option<String> } -> ByNumber<Plan>;
    PlansListBaremetal Get "plans/list_baremetal" {} -> ByNumber<MetalPlan>;
    PlansListVc2 Get "plans/list_vc2" {} -> ByNumber<Plan>;
    PlansListVc2z Get "plans/list_vc2z" {} -> ByNumber<Plan>;
    PlansListVdc2 Get "plans/list_vdc2" {} -> ByNumber<Plan>;
    RegionsAvailability Get "regions/availability" {
        dcid "DCID": u64, kind "type": Option<String>,
    } -> Vec<u64>;
    RegionsAvailabilityBaremetal Get "regions/availability_baremetal" { dcid "DCID": u64 } -> Vec<u64>;
    RegionsAvailabilityVc2 Get "regions/availability_vc2" { dcid "DCID": u64 } -> Vec<u64>;
    RegionsAvailabilityVdc2 Get "regions/availability_vdc2" { dcid "DCID": u64 } -> Vec<u64>;
    RegionsList Get "regions/list" { availability "availability": Option<bool> } -> ByNumber<Region>;
    ReservedIpAttach Post "reservedip/attach" {
        ip_address "ip_address": String, server "attach_SUBID": u64,
    } -> ();
    ReservedIpConvert Post "reservedip/convert" {
        subid "SUBID": u64, ip_address "ip_address": String, label "label": Option<String>,
    } -> NewSubscription;
    ReservedIpCreate Post "reservedip/create" {
        dcid "DCID": u64, ip_type "ip_type": String, label "label": Option<String>,
    } -> NewSubscription;
    ReservedIpDestroy Post "reservedip/destroy" {
        ip_address "ip_address": Option<String>, subid "SUBID": Option<u64>,
    } -> ();
    ReservedIpDetach Post "reservedip/detach" {
        ip_address "ip_address": String, server "detach_SUBID": u64,
    } -> ();
    ReservedIpList Get "reservedip/list" {} -> ByNumber<ReservedIp>;
    SnapshotCreate Post "snapshot/create" {
        subid "SUBID": u64, description "description": Option<String>,
    } -> NewSnapshot;
    SnapshotCreateFromUrl Post "snapshot/create_from_url" { url "url": String } -> NewSnapshot;
    SnapshotDestroy Post "snapshot/destroy" { snapshot "SNAPSHOTID": String } -> ();
    SnapshotList Get "snapshot/list" { snapshot "SNAPSHOTID": Option<String> } -> ById<Snapshot>;
    SshKeyCreate Post "sshkey/create" { name "name": String, ssh_key "ssh_key": String } -> NewSshKey;
    SshKeyDestroy Post "sshkey/destroy" { ssh_keys "SSHKEYID": String } -> ();
    SshKeyList Get "sshkey/list" {} -> ById<SshKey>;
    SshKeyUpdate Post "sshkey/update" {
        ssh_keys "SSHKEYID": String, name "name": Option<String>,
        ssh_key "ssh_key": Option<String>,
    } -> ();
    StartupScriptCreate Post "startupscript/create" {
        name "name": String, script "script": String, kind "type": Option<String>,
    } -> NewScript;
    StartupScriptDestroy Post "startupscript/destroy" { script_id "SCRIPTID": u64 } -> ();
    StartupScriptList Get "startupscript/list" {} -> ByNumber<StartupScript>;
    StartupScriptUpdate Post "startupscript/update" {
        script_id "SCRIPTID": u64, name "name": Option<String>, script "script": Option<String>,
    } -> ();
    UserCreate Post "user/create" {
        email "email": String, name "name": String, password "password": Secret,
        api_enabled "api_enabled": Option<bool>, acls "acls": Vec<String>,
    } -> NewUser;
    UserDelete Post "user/delete" { user "USERID": String } -> ();
    UserList Get "user/list" {} -> Vec<User>;
    UserUpdate Post "user/update" {
        user "USERID": String, email "email": Option<String>, name "name": Option<String>,
        password "password": Option<Secret>, api_enabled "api_enabled": Option<bool>,
        acls "acls": Vec<String>,
    } -> ();
    ServerAppChange Post "server/app_change" { subid "SUBID": u64, app "APPID": u64 } -> ();
    ServerAppChangeList Get "server/app_change_list" { subid "SUBID": u64 } -> ByNumber<App>;
    ServerBackupDisable Post "server/backup_disable" { subid "SUBID": u64 } -> ();
    ServerBackupEnable Post "server/backup_enable" { subid "SUBID": u64 } -> ();
    ServerBackupGetSchedule Post "server/backup_get_schedule" { subid "SUBID": u64 } -> BackupSchedule;
    ServerBackupSetSchedule Post "server/backup_set_schedule" {
        subid "SUBID": u64, cron_type "cron_type": String, hour "hour": Option<u64>,
        dow "dow": Option<u64>, dom "dom": Option<u64>,
    } -> ();
    ServerBandwidth Get "server/bandwidth" { subid "SUBID": u64 } -> Bandwidth;
    ServerCreate Post "server/create" {
        dcid "DCID": u64, plan "VPSPLANID": u64, os "OSID": u64,
        ipxe_chain_url "ipxe_chain_url": Option<String>, iso "ISOID": Option<u64>,
        script_id "SCRIPTID": Option<u64>, snapshot "SNAPSHOTID": Option<String>,
        enable_ipv6 "enable_ipv6": Option<bool>,
        enable_private_network "enable_private_network": Option<bool>,
        network "NETWORKID": Vec<String>, label "label": Option<String>,
        ssh_keys "SSHKEYID": Option<String>, auto_backups "auto_backups": Option<bool>,
        app "APPID": Option<u64>, userdata "userdata": Option<String>,
        notify_activate "notify_activate": Option<bool>,
        ddos_protection "ddos_protection": Option<bool>,
        reserved_ip_v4 "reserved_ip_v4": Option<String>, hostname "hostname": Option<String>,
        tag "tag": Option<String>, group "FIREWALLGROUPID": Option<String>,
    } -> NewSubscription;
    ServerCreateIpv4 Post "server/create_ipv4" {
        subid "SUBID": u64, reboot "reboot": Option<bool>,
    } -> Option<NewIpv4>;
    ServerDdosProtectionDisable Post "server/ddos_protection_disable" { subid "SUBID": u64 } -> ();
    ServerDdosProtectionEnable Post "server/ddos_protection_enable" { subid "SUBID": u64 } -> ();
    ServerDestroy Post "server/destroy" { subid "SUBID": u64 } -> ();
    ServerDestroyIpv4 Post "server/destroy_ipv4" { subid "SUBID": u64, ip "ip": String } -> ();
    ServerFirewallGroupSet Post "server/firewall_group_set" {
        subid "SUBID": u64, group "FIREWALLGROUPID": String,
    } -> ();
    ServerGetAppInfo Get "server/get_app_info" { subid "SUBID": u64 } -> AppInfo;
    ServerGetUserData Get "server/get_user_data" { subid "SUBID": u64 } -> UserData;
    ServerHalt Post "server/halt" { subid "SUBID": u64 } -> ();
    ServerIpv6Enable Post "server/ipv6_enable" { subid "SUBID": u64 } -> ();
    ServerIsoAttach Post "server/iso_attach" { subid "SUBID": u64, iso "ISOID": u64 } -> ();
    ServerIsoDetach Post "server/iso_detach" { subid "SUBID": u64 } -> ();
    ServerIsoStatus Get "server/iso_status" { subid "SUBID": u64 } -> IsoStatus;
    ServerLabelSet Post "server/label_set" { subid "SUBID": u64, label "label": String } -> ();
    ServerList Get "server/list" {
        subid "SUBID": Option<u64>, tag "tag": Option<String>, label "label": Option<String>,
        main_ip "main_ip": Option<String>,
    } -> ByNumber<Server>;
    ServerListIpv4 Get "server/list_ipv4" {
        subid "SUBID": u64, public_network "public_network": Option<String>,
    } -> ByNumber<Vec<Ipv4>>;
    ServerListIpv6 Get "server/list_ipv6" { subid "SUBID": u64 } -> ByNumber<Vec<Ipv6>>;
    ServerNeighbors Get "server/neighbors" { subid "SUBID": u64 } -> Vec<u64>;
    ServerOsChange Post "server/os_change" { subid "SUBID": u64, os "OSID": u64 } -> ();
    ServerOsChangeList Get "server/os_change_list" { subid "SUBID": u64 } -> ByNumber<Os>;
    ServerPrivateNetworkDisable Post "server/private_network_disable" {
        subid "SUBID": u64, network "NETWORKID": Option<String>,
    } -> ();
    ServerPrivateNetworkEnable Post "server/private_network_enable" {
        subid "SUBID": u64, network "NETWORKID": Option<String>,
    } -> ();
    ServerPrivateNetworks Get "server/private_networks" { subid "SUBID": u64 } -> ById<AttachedNetwork>;
    ServerReboot Post "server/reboot" { subid "SUBID": u64 } -> ();
    ServerReinstall Post "server/reinstall" {
        subid "SUBID": u64, hostname "hostname": Option<String>,
    } -> ();
    ServerRestoreBackup Post "server/restore_backup" {
        subid "SUBID": u64, backup "BACKUPID": String,
    } -> ();
    ServerRestoreSnapshot Post "server/restore_snapshot" {
        subid "SUBID": u64, snapshot "SNAPSHOTID": String,
    } -> ();
    ServerReverseDefaultIpv4 Post "server/reverse_default_ipv4" {
        subid "SUBID": u64, ip "ip": String,
    } -> ();
    ServerReverseDeleteIpv6 Post "server/reverse_delete_ipv6" {
        subid "SUBID": u64, ip "ip": String,
    } -> ();
    ServerReverseListIpv6 Get "server/reverse_list_ipv6" { subid "SUBID": u64 } -> ByNumber<Vec<ReverseIpv6>>;
    ServerReverseSetIpv4 Post "server/reverse_set_ipv4" {
        subid "SUBID": u64, ip "ip": String, entry "entry": String,
    } -> ();
    ServerReverseSetIpv6 Post "server/reverse_set_ipv6" {
        subid "SUBID": u64, ip "ip": String, entry "entry": String,
    } -> ();
    ServerSetUserData Post "server/set_user_data" {
        subid "SUBID": u64, userdata "userdata": String,
    } -> ();
    ServerStart Post "server/start" { subid "SUBID": u64 } -> ();
    ServerTagSet Post "server/tag_set" { subid "SUBID": u64, tag "tag": String } -> ();
    ServerUpgradePlan Post "server/upgrade_plan" {
        subid "SUBID": u64, plan "VPSPLANID": u64,
    } -> ();
    ServerUpgradePlanList Get "server/upgrade_plan_list" { subid "SUBID": u64 } -> Vec<u64>;
}
