//! What the SDK's typed calls bring is what was made: field by field, for each kind of thing.

use std::time::Duration;

use sdk::v1::*;
use testkit::{KEY, World};

use super::common::client;

const HOST: &str = "vultr.guest";

#[tokio::test]
async fn the_catalogue() {
    let world = World::new().await;
    let client = client(&world, KEY);
    let plan = &client.call(&PlansList::default()).await.unwrap()[&201];
    assert_eq!((plan.plan, plan.vcpu_count, plan.ram, plan.disk), (201, 1, 1024, 25));
    assert_eq!((plan.bandwidth, plan.bandwidth_gb), (1.0, Some(1024.0)));
    assert_eq!((plan.price_per_month.0.to_string().as_str(), plan.windows), ("5", Some(false)));
    assert!(plan.available_locations.as_ref().unwrap().contains(&1));
    let fast = client.call(&PlansListVc2z {}).await.unwrap();
    assert!(fast.values().all(|plan| plan.plan_type.as_deref() == Some("HIGHFREQUENCY")));
    assert!(client.call(&PlansListVdc2 {}).await.unwrap().is_empty());
    let metal = client.call(&PlansListBaremetal {}).await.unwrap();
    assert!(metal[&100].disk.starts_with("2x ") && metal[&100].ram > 0);
    let regions = client.call(&RegionsList { availability: Some(true) }).await.unwrap();
    let newark = &regions[&1];
    assert_eq!((newark.name.as_str(), newark.state.as_str()), ("New Jersey", "NJ"));
    assert_eq!((newark.country.as_str(), newark.code.as_deref()), ("US", Some("EWR")));
    let stock = client.call(&RegionsAvailability { dcid: 1, kind: None }).await.unwrap();
    assert!(stock.contains(&201) && newark.availability.as_ref().unwrap().contains(&201));
    let app = &client.call(&AppList {}).await.unwrap()[&29];
    assert_eq!((app.app, app.short_name.as_str()), (29, "gitlab"));
    let iso = &client.call(&IsoListPublic {}).await.unwrap()[&494_966];
    assert_eq!((iso.iso, iso.name.as_str()), (494_966, "Arch Linux"));
    let account = client.call(&AccountInfo {}).await.unwrap();
    assert_eq!(account.balance.0.to_string(), "0");
    let owner = client.call(&AuthInfo {}).await.unwrap();
    assert!(owner.acls.contains(&"billing".to_owned()) && owner.email.contains('@'));
}

#[tokio::test]
async fn domains_and_firewalls() {
    let world = World::new().await;
    let client = client(&world, KEY);
    let domain = "example.com".to_owned();
    let create = DnsCreateDomain { domain: domain.clone(), serverip: "192.0.2.1".into() };
    client.call(&create).await.unwrap();
    assert_eq!(client.call(&DnsList {}).await.unwrap()[0].domain, domain);
    let record = DnsCreateRecord {
        domain: domain.clone(),
        name: "mail".into(),
        kind: "MX".into(),
        data: "mx.example.com".into(),
        ttl: Some(600),
        priority: Some(7),
    };
    client.call(&record).await.unwrap();
    let records = client.call(&DnsRecords { domain: domain.clone() }).await.unwrap();
    let record = records.iter().find(|record| record.name == "mail").unwrap();
    assert_eq!((record.kind.as_str(), record.data.as_str()), ("MX", "mx.example.com"));
    assert_eq!((record.ttl, record.priority), (Some(600), Some(7)));
    let delete = DnsDeleteRecord { domain: domain.clone(), record: record.record };
    client.call(&delete).await.unwrap();
    let enable = DnsDnssecEnable { domain: domain.clone(), enable: true };
    client.call(&enable).await.unwrap();
    let lines = client.call(&DnsDnssecInfo { domain: domain.clone() }).await.unwrap();
    assert!(lines[0].contains("DNSKEY"));
    let soa = client.call(&DnsSoaInfo { domain }).await.unwrap();
    assert!(soa.nsprimary.starts_with("ns1.") && soa.email.contains('@'), "{soa:?}");

    let group = FirewallGroupCreate { description: Some("web".into()) };
    let group = client.call(&group).await.unwrap().group;
    let rule = FirewallRuleCreate {
        group: group.clone(),
        direction: "in".into(),
        ip_type: "v4".into(),
        protocol: "tcp".into(),
        subnet: Some("10.1.0.0".into()),
        subnet_size: Some(16),
        port: Some("80".into()),
        notes: Some("n".into()),
        source: None,
    };
    let number = client.call(&rule).await.unwrap().rulenumber;
    let groups = client.call(&FirewallGroupList::default()).await.unwrap();
    let found = &groups[&group];
    assert_eq!((found.description.as_str(), found.rule_count), ("web", 1));
    assert_eq!((found.instance_count, found.max_rule_count > 1), (0, true));
    let list = FirewallRuleList { group, direction: "in".into(), ip_type: "v4".into() };
    let rules = client.call(&list).await.unwrap();
    let found = &rules[&number];
    assert_eq!((found.rulenumber, found.action.as_str()), (number, "accept"));
    assert_eq!((found.subnet.as_str(), found.subnet_size), ("10.1.0.0", 16));
    assert_eq!((found.port.as_str(), found.notes.as_deref()), ("80", Some("n")));
    let other = FirewallRuleList { ip_type: "v6".into(), ..list };
    assert!(client.call(&other).await.unwrap().is_empty());
}

#[tokio::test]
async fn volumes_networks_and_reserved_addresses() {
    let world = World::new().await;
    let client = client(&world, KEY);
    let create = ServerCreate { dcid: 1, plan: 201, os: 387, ..Default::default() };
    let server = client.call(&create).await.unwrap().subid;
    let create = BlockCreate { dcid: 1, size_gb: 20, label: Some("b".into()) };
    let block = client.call(&create).await.unwrap().subid;
    world.settle().await;
    client.call(&BlockAttach { subid: block, server, live: Some(true) }).await.unwrap();
    world.settle().await;
    let blocks = client.call(&BlockList::default()).await.unwrap();
    assert_eq!(blocks, client.call(&BlockList { subid: Some(block) }).await.unwrap());
    let [found] = blocks.as_slice() else { panic!("{blocks:?}") };
    assert_eq!((found.subid, found.server, found.dcid), (block, Some(server), 1));
    assert_eq!((found.size_gb, found.label.as_str(), found.status.as_str()), (20, "b", "active"));
    assert_eq!(found.cost_per_month.0.to_string(), "2");

    let create = NetworkCreate {
        dcid: 1,
        description: Some("n".into()),
        v4_subnet: Some("10.9.0.0".into()),
        v4_subnet_mask: Some(24),
    };
    let network = client.call(&create).await.unwrap().network;
    let networks = client.call(&NetworkList {}).await.unwrap();
    let found = &networks[&network];
    assert_eq!((found.dcid, found.description.as_str()), (1, "n"));
    assert_eq!((found.v4_subnet.as_str(), found.v4_subnet_mask), ("10.9.0.0", 24));
    let enable = ServerPrivateNetworkEnable { subid: server, network: Some(network.clone()) };
    client.call(&enable).await.unwrap();
    world.settle().await;
    let attached = client.call(&ServerPrivateNetworks { subid: server }).await.unwrap();
    assert!(attached[&network].ip_address.starts_with("10.9.0."), "{attached:?}");
    assert_eq!(attached[&network].mac_address.len(), 17);

    let create = ReservedIpCreate { dcid: 1, ip_type: "v4".into(), label: Some("r".into()) };
    let reserved = client.call(&create).await.unwrap().subid;
    let find = async || client.call(&ReservedIpList {}).await.unwrap()[&reserved].clone();
    let found = find().await;
    assert_eq!((found.subid, found.dcid, found.server), (reserved, 1, None));
    assert_eq!((found.ip_type.as_str(), found.subnet_size, found.label.as_str()), ("v4", 32, "r"));
    let attach = ReservedIpAttach { ip_address: found.subnet, server };
    client.call(&attach).await.unwrap();
    assert_eq!(find().await.server, Some(server));
}

#[tokio::test]
async fn keys_scripts_isos_and_snapshots() {
    let world = World::new().await;
    let client = client(&world, KEY);
    let create = SshKeyCreate { name: "k".into(), ssh_key: "ssh-rsa AAAA".into() };
    let key = client.call(&create).await.unwrap().key;
    let found = &client.call(&SshKeyList {}).await.unwrap()[&key];
    assert_eq!((found.name.as_str(), found.ssh_key.as_str()), ("k", "ssh-rsa AAAA"));
    assert!(found.date_created.is_some());
    let script = "#!ipxe\nshell".to_owned();
    let create = StartupScriptCreate { name: "s".into(), script, kind: Some("pxe".into()) };
    let number = client.call(&create).await.unwrap().script_id;
    let found = &client.call(&StartupScriptList {}).await.unwrap()[&number];
    assert_eq!((found.kind.as_str(), &found.script), ("pxe", &create.script));
    assert_eq!(found.date_created, found.date_modified);
    let create = IsoCreateFromUrl { url: "https://example.com/tool.iso".into() };
    let iso = client.call(&create).await.unwrap().iso;
    world.settle().await;
    let found = &client.call(&IsoList {}).await.unwrap()[&iso];
    assert_eq!((found.filename.as_str(), found.status.as_deref()), ("tool.iso", Some("complete")));
    assert!(found.size.unwrap() > 0 && found.sha512sum.as_ref().unwrap().len() == 128);

    let create = ServerCreate { dcid: 1, plan: 201, os: 387, ..Default::default() };
    let subid = client.call(&create).await.unwrap().subid;
    world.settle().await;
    client.call(&ServerIsoAttach { subid, iso }).await.unwrap();
    world.settle().await;
    let status = client.call(&ServerIsoStatus { subid }).await.unwrap();
    assert_eq!((status.state.as_str(), status.iso), ("isomounted", iso));
    let create = SnapshotCreate { subid, description: Some("d".into()) };
    let made = client.call(&create).await.unwrap();
    assert!(made.v2_id.is_some());
    world.settle().await;
    let list = SnapshotList { snapshot: Some(made.snapshot.clone()) };
    let found = &client.call(&list).await.unwrap()[&made.snapshot];
    assert_eq!((found.description.as_str(), found.status.as_str()), ("d", "complete"));
    assert_eq!((found.os, found.app), (Some(387), Some(0)));
    assert!(found.size > 0);
}

#[tokio::test]
async fn what_is_told_of_a_server() {
    let world = World::new().await;
    let client = client(&world, KEY);
    let create = ServerCreate {
        dcid: 1,
        plan: 201,
        os: 387,
        enable_ipv6: Some(true),
        userdata: Some("aGk=".into()),
        auto_backups: Some(true),
        ..Default::default()
    };
    let subid = client.call(&create).await.unwrap().subid;
    world.settle().await;
    let data = client.call(&ServerGetUserData { subid }).await.unwrap();
    assert_eq!(data.userdata, "aGk=");
    assert_eq!(client.call(&ServerGetAppInfo { subid }).await.unwrap().app_info, "");
    let servers = client.call(&ServerList::default()).await.unwrap();
    let server = &servers[&subid];
    assert!(server.auto_backups && server.internal_ip.is_empty());
    let ipv6 = &client.call(&ServerListIpv6 { subid }).await.unwrap()[&subid][0];
    assert_eq!((Some(&ipv6.ip), ipv6.network_size), (server.v6_main_ip.as_ref(), 64));
    let entry = format!("a.{HOST}");
    let set = ServerReverseSetIpv6 { subid, ip: ipv6.ip.clone(), entry: entry.clone() };
    client.call(&set).await.unwrap();
    let names = client.call(&ServerReverseListIpv6 { subid }).await.unwrap();
    assert_eq!((&names[&subid][0].ip, &names[&subid][0].reverse), (&ipv6.ip, &entry));
    let set = ServerReverseSetIpv4 { subid, ip: server.main_ip.clone(), entry: entry.clone() };
    client.call(&set).await.unwrap();
    let list = ServerListIpv4 { subid, public_network: Some("yes".into()) };
    let ipv4 = &client.call(&list).await.unwrap()[&subid][0];
    assert_eq!((ipv4.kind.as_str(), ipv4.reverse.as_ref()), ("main_ip", Some(&entry)));
    assert_eq!((&ipv4.netmask, &ipv4.gateway), (&server.netmask_v4, &server.gateway_v4));
    assert!(ipv4.mac_address.is_some());
    let plans = client.call(&ServerUpgradePlanList { subid }).await.unwrap();
    assert!(plans.contains(&202) && !plans.contains(&201));
    let systems = client.call(&ServerOsChangeList { subid }).await.unwrap();
    assert!(systems.values().all(|os| os.surcharge.is_some()));
    assert!(!client.call(&ServerAppChangeList { subid }).await.unwrap().is_empty());
    assert!(client.call(&ServerNeighbors { subid }).await.unwrap().is_empty());
    let set = ServerBackupSetSchedule {
        subid,
        cron_type: "weekly".into(),
        hour: Some(8),
        dow: Some(6),
        dom: None,
    };
    client.call(&set).await.unwrap();
    let schedule = client.call(&ServerBackupGetSchedule { subid }).await.unwrap();
    assert_eq!((schedule.enabled, schedule.cron_type.as_str()), (true, "weekly"));
    assert_eq!((schedule.hour, schedule.dow), (Some(8), Some(6)));
    let next = schedule.next_scheduled_time_utc.unwrap().to_string();
    assert!(next.contains("T08:00:00"), "{next}");
    world.advance(Duration::from_secs(8 * 86_400)).await;
    let backups = client.call(&BackupList::default()).await.unwrap();
    let backup = backups.values().next().unwrap();
    assert!(backup.size > 0 && backup.status == "complete", "{backup:?}");
    let traffic = client.call(&ServerBandwidth { subid }).await.unwrap();
    assert_eq!(traffic.incoming_bytes.len(), traffic.outgoing_bytes.len());
    assert!(traffic.incoming_bytes.iter().all(|day| day.day.len() == 10));
}
