//! Every call that is served, done at least once in one world, and what came of it seen in v1's
//! own lists. The last lines hold that none was left out.

mod loadbalancers;
mod metal;
mod servers;

use std::collections::BTreeSet;

use serde_json::json;

use super::common::{V1, like, only, text};

#[tokio::test]
async fn every_served_call_can_be_done() {
    let v1 = V1::new().await;
    catalogue(&v1).await;
    account_and_users(&v1).await;
    dns(&v1).await;
    firewall(&v1).await;
    blocks(&v1).await;
    object_storages(&v1).await;
    networks(&v1).await;
    reserved_ips(&v1).await;
    loadbalancers::life(&v1).await;
    scripts_and_keys(&v1).await;
    servers::settings(&v1).await;
    servers::software(&v1).await;
    servers::addresses(&v1).await;
    servers::power(&v1).await;
    servers::snapshots(&v1).await;
    servers::backups(&v1).await;
    metal::settings(&v1).await;
    metal::software(&v1).await;
    metal::refusals(&v1).await;
    let served: BTreeSet<_> = api::v1::CALLS.iter().map(|call| call.path).collect();
    let done = v1.done();
    let left: Vec<_> = served.difference(&done).collect();
    assert!(left.is_empty(), "never done: {left:?}");
}

async fn catalogue(v1: &V1) {
    let example = json!({ "1": {
        "APPID": "1", "name": "x", "short_name": "x", "deploy_name": "x", "surcharge": 0,
    }});
    like(&example, &v1.get("app/list", &[]).await);
    v1.get("os/list", &[]).await;
    let all = v1.get("plans/list", &[]).await;
    like(&json!([1]), &all["201"]["available_locations"]);
    let example = json!({ "1": {
        "VPSPLANID": "1", "name": "x", "vcpu_count": "1", "ram": "512", "disk": "20",
        "bandwidth": "1", "price_per_month": "5.00", "plan_type": "SSD",
    }});
    let lists = [
        ("plans/list_vc2", "vc2", "SSD"),
        ("plans/list_vc2z", "vc2z", "HIGHFREQUENCY"),
        ("plans/list_vdc2", "vdc2", "DEDICATED"),
    ];
    for (path, word, plan_type) in lists {
        let list = v1.get(path, &[]).await;
        let chosen = v1.get("plans/list", &[("type", word)]).await;
        if path == "plans/list_vdc2" {
            // Dedicated plans are withdrawn.
            assert_eq!((&list, &chosen), (&json!([]), &json!([])));
            continue;
        }
        like(&example, &list);
        for plan in list.as_object().unwrap().values() {
            assert_eq!(plan["plan_type"], plan_type, "{path}");
        }
        let ids = |map: &serde_json::Value| -> Vec<String> {
            map.as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(ids(&chosen), ids(&list), "{path}");
    }
    let example = json!({ "100": {
        "METALPLANID": "100", "name": "x", "cpu_count": 1, "cpu_model": "x", "ram": 1,
        "disk": "2x 240 GB SSD", "bandwidth_tb": 5, "price_per_month": 100, "plan_type": "SSD",
        "deprecated": false, "available_locations": [1],
    }});
    let metal = v1.get("plans/list_baremetal", &[]).await;
    like(&example, &metal);
    for plan in metal.as_object().unwrap().values() {
        assert!(plan["price_per_month"].is_u64(), "clients read whole dollars: {plan}");
    }
    let regions = v1.get("regions/list", &[("availability", "yes")]).await;
    assert!(regions["1"]["availability"].as_array().unwrap().contains(&json!(201)));
    assert_eq!(regions["1"]["regioncode"], "EWR");
    let newark = [("DCID", "1")];
    for path in ["regions/availability", "regions/availability_vc2"] {
        assert!(v1.get(path, &newark).await.as_array().unwrap().contains(&json!(201)), "{path}");
    }
    for path in ["regions/availability_vdc2", "regions/availability_baremetal"] {
        let stock = v1.get(path, &newark).await;
        assert!(!stock.as_array().unwrap().contains(&json!(201)), "{path}");
    }
    let example = json!({ "494966": { "ISOID": 494_966, "name": "x", "description": "x" } });
    like(&example, &v1.get("iso/list_public", &[]).await);
    // Regions that came after v1 have numbers, too, which work.
    let (dcid, _) =
        regions.as_object().unwrap().iter().find(|(_, r)| r["regioncode"] == "MEX").unwrap();
    let later = v1.get("regions/availability", &[("DCID", dcid)]).await;
    assert!(!later.as_array().unwrap().is_empty());
}

async fn account_and_users(v1: &V1) {
    v1.get("account/info", &[]).await;
    let auth = v1.get("auth/info", &[]).await;
    like(&json!({ "acls": ["dns"], "email": "x", "name": "x" }), &auth);
    let params = [
        ("email", "sub@example.com"),
        ("name", "Sub"),
        ("password", "Sufficient-42-long"),
        ("acls[]", "dns"),
        ("acls[]", "subscriptions"),
    ];
    let made = v1.make("user/create", &params).await;
    like(&json!({ "USERID": "564a1a88947b4", "api_key": "AAAA" }), &made);
    let id = text(&made["USERID"]);
    let find = async || {
        let list = v1.get("user/list", &[]).await;
        list.as_array().unwrap().iter().find(|user| user["USERID"] == id.as_str()).cloned()
    };
    let user = find().await.unwrap();
    assert_eq!(user["acls"], json!(["dns", "subscriptions"]));
    assert_eq!((&user["api_enabled"], &user["name"]), (&json!("yes"), &json!("Sub")));
    let change = [("USERID", id.as_str()), ("name", "New"), ("acls[]", "billing")];
    v1.act("user/update", &change).await;
    let user = find().await.unwrap();
    assert_eq!((&user["name"], &user["acls"]), (&json!("New"), &json!(["billing"])));
    v1.act("user/delete", &[("USERID", &id)]).await;
    assert_eq!(find().await, None);
    assert!(v1.refused("user/delete", &[("USERID", &id)]).await.starts_with("Invalid user."));
    let bad = [
        ("email", "a@example.com"),
        ("name", "A"),
        ("password", "Sufficient-42-long"),
        ("acls[]", "everything"),
    ];
    assert!(v1.refused("user/create", &bad).await.starts_with("Invalid acls."));
}

async fn dns(v1: &V1) {
    let domain = ("domain", "example.com");
    v1.act("dns/create_domain", &[domain, ("serverip", "192.0.2.10")]).await;
    let list = v1.get("dns/list", &[]).await;
    like(&json!([{ "domain": "x", "date_created": "2014-01-01 00:00:00" }]), &list);
    assert_eq!(list[0]["domain"], "example.com");
    let mx = [domain, ("name", ""), ("type", "MX"), ("data", "mx.example.com"), ("priority", "5")];
    v1.act("dns/create_record", &mx).await;
    let a = [domain, ("name", "www"), ("type", "A"), ("data", "192.0.2.11"), ("ttl", "600")];
    v1.act("dns/create_record", &a).await;
    let example = json!([{
        "type": "A", "name": "", "data": "x", "priority": 0, "RECORDID": 1, "ttl": 300,
    }]);
    let find = async |name: &str| {
        let records = v1.get("dns/records", &[domain]).await;
        like(&example, &records);
        records.as_array().unwrap().iter().find(|r| r["name"] == name).cloned()
    };
    let record = find("www").await.unwrap();
    assert_eq!((&record["ttl"], &record["data"]), (&json!(600), &json!("192.0.2.11")));
    assert_eq!(record["priority"], 0, "none was set");
    let id = text(&record["RECORDID"]);
    let change = [domain, ("RECORDID", &id), ("type", "A"), ("data", "192.0.2.12")];
    v1.act("dns/update_record", &change).await;
    assert_eq!(find("www").await.unwrap()["data"], "192.0.2.12");
    v1.act("dns/delete_record", &[domain, ("RECORDID", &id)]).await;
    assert_eq!(find("www").await, None);
    let gone = v1.refused("dns/delete_record", &[domain, ("RECORDID", &id)]).await;
    assert!(gone.starts_with("Invalid record."), "{gone}");
    v1.act("dns/soa_update", &[domain, ("nsprimary", "ns2.vultr.com")]).await;
    let soa = v1.get("dns/soa_info", &[domain]).await;
    like(&json!({ "nsprimary": "x", "email": "x" }), &soa);
    assert_eq!(soa["nsprimary"], "ns2.vultr.com");
    assert_eq!(v1.get("dns/dnssec_info", &[domain]).await, json!([]));
    v1.act("dns/dnssec_enable", &[domain, ("enable", "yes")]).await;
    let lines = v1.get("dns/dnssec_info", &[domain]).await;
    assert!(lines[0].as_str().unwrap().contains("DNSKEY"), "{lines}");
    v1.act("dns/delete_domain", &[domain]).await;
    assert_eq!(v1.get("dns/list", &[]).await, json!([]));
    let words =
        "Invalid domain.  Check domain value and ensure your API key matches the domains's account";
    for path in
        ["dns/records", "dns/soa_info", "dns/dnssec_info", "dns/delete_domain", "dns/soa_update"]
    {
        assert_eq!(v1.refused(path, &[domain]).await, words, "{path}");
    }
    for (path, more) in [
        ("dns/create_record", &a[1..]),
        ("dns/update_record", &change[1..]),
        ("dns/delete_record", &change[1..2]),
        ("dns/dnssec_enable", &[("enable", "yes")][..]),
    ] {
        let params: Vec<_> = [domain].into_iter().chain(more.iter().copied()).collect();
        assert_eq!(v1.refused(path, &params).await, words, "{path}");
    }
    no_domains(v1, words, &a).await;
    let bad = v1.refused("dns/create_domain", &[domain, ("serverip", "nowhere")]).await;
    assert!(bad.starts_with("Invalid serverip."), "{bad}");
    // py's name for it; and texts need quotes.
    v1.act("dns/create_domain", &[domain, ("ip", "192.0.2.10")]).await;
    let txt = [domain, ("name", "t"), ("type", "TXT"), ("data", "plain")];
    let words = "Unable to add record: Record data must be enclosed in quotes";
    assert_eq!(v1.refused("dns/create_record", &txt).await, words);
    v1.act("dns/create_record", &[txt[0], txt[1], txt[2], ("data", "\"quoted\"")]).await;
    assert!(find("t").await.is_some());
}

async fn no_domains(v1: &V1, words: &str, a: &[(&str, &str)]) {
    // In a path of v2's these would lead elsewhere.
    for none in ["", " ", ".", "..", "..."] {
        let none = ("domain", none);
        for (path, more) in [
            ("dns/create_domain", &[("serverip", "192.0.2.10")][..]),
            ("dns/create_record", &a[1..]),
            ("dns/delete_domain", &[]),
            ("dns/records", &[]),
            ("dns/soa_info", &[]),
        ] {
            let params: Vec<_> = [none].into_iter().chain(more.iter().copied()).collect();
            assert_eq!(v1.refused(path, &params).await, words, "{path} {none:?}");
        }
    }
}

async fn firewall(v1: &V1) {
    assert_eq!(v1.get("firewall/group_list", &[]).await, json!([]));
    let made = v1.make("firewall/group_create", &[("description", "web")]).await;
    let id = text(&made["FIREWALLGROUPID"]);
    assert_eq!(id.len(), 8);
    let group = ("FIREWALLGROUPID", id.as_str());
    v1.act("firewall/group_set_description", &[group, ("description", "http")]).await;
    let inward = ("direction", "in");
    let rule = [
        group,
        inward,
        ("ip_type", "v4"),
        ("protocol", "tcp"),
        ("subnet", "10.0.0.0"),
        ("subnet_size", "8"),
        ("port", "80"),
        ("notes", "web"),
    ];
    assert_eq!(v1.make("firewall/rule_create", &rule).await, json!({ "rulenumber": 1 }));
    let v6 = [
        group,
        inward,
        ("ip_type", "v6"),
        ("protocol", "icmp"),
        ("subnet", "::"),
        ("subnet_size", "0"),
    ];
    assert_eq!(v1.make("firewall/rule_create", &v6).await, json!({ "rulenumber": 2 }));
    let mut range = rule;
    range[6] = ("port", "80:80");
    let words = "Unable to add rule: Invalid port number - must be between 1 and 65535";
    assert_eq!(v1.refused("firewall/rule_create", &range).await, words);
    let twice = v1.refused("firewall/rule_create", &rule).await;
    assert!(twice.starts_with("Unable to add rule: This rule is already"), "{twice}");
    let example = json!({ "1": {
        "rulenumber": 1, "action": "accept", "protocol": "tcp", "port": "80", "subnet": "x",
        "subnet_size": 8, "notes": "x",
    }});
    let list = v1.get("firewall/rule_list", &[group, inward, ("ip_type", "v4")]).await;
    like(&example, &list);
    let (number, shown) = only(&list);
    assert_eq!((number.as_str(), &shown["port"]), ("1", &json!("80")));
    let range = [group, inward, ("ip_type", "v6"), ("protocol", "udp"), ("port", "8000:8010")];
    let range = [&range[..], &[("subnet", "::"), ("subnet_size", "0")]].concat();
    let made = v1.make("firewall/rule_create", &range).await;
    let ranges = v1.get("firewall/rule_list", &[group, inward, ("ip_type", "v6")]).await;
    assert_eq!(ranges["3"]["port"], "8000 - 8010");
    v1.act("firewall/rule_delete", &[group, ("rulenumber", &text(&made["rulenumber"]))]).await;
    let example = json!({ "1234abcd": {
        "FIREWALLGROUPID": "x", "description": "x", "date_created": "x", "date_modified": "x",
        "instance_count": 0, "rule_count": 2, "max_rule_count": 50,
    }});
    let list = v1.get("firewall/group_list", &[group]).await;
    like(&example, &list);
    assert_eq!(only(&list).1["description"], "http");
    assert_eq!(only(&list).1["rule_count"], 2);
    let server = behind_a_firewall(v1, &id).await;
    let server = ("SUBID", server.as_str());
    v1.act("firewall/rule_delete", &[group, ("rulenumber", "1")]).await;
    let empty = v1.get("firewall/rule_list", &[group, inward, ("ip_type", "v4")]).await;
    assert_eq!(empty, json!([]));
    let gone = v1.refused("firewall/rule_delete", &[group, ("rulenumber", "1")]).await;
    assert!(gone.starts_with("Invalid firewall rule."), "{gone}");
    v1.act("firewall/group_delete", &[group]).await;
    assert_eq!(v1.get("firewall/group_list", &[]).await, json!([]));
    assert_eq!(v1.get("server/list", &[server]).await["FIREWALLGROUPID"], "0");
    no_such_group(v1, &rule).await;
}

async fn no_such_group(v1: &V1, rule: &[(&str, &str)]) {
    let group = rule[0];
    for (path, params) in [
        ("firewall/group_delete", &[group][..]),
        ("firewall/group_list", &[group]),
        ("firewall/rule_create", rule),
        ("firewall/rule_list", &rule[..3]),
        ("firewall/rule_delete", &[group, ("rulenumber", "1")]),
        ("firewall/group_set_description", &[group, ("description", "x")]),
    ] {
        let refused = v1.refused(path, params).await;
        assert!(refused.starts_with("Invalid firewall group"), "{path}: {refused}");
    }
}

async fn behind_a_firewall(v1: &V1, id: &str) -> String {
    let group = ("FIREWALLGROUPID", id);
    let subid = v1.server(&[group]).await;
    let server = ("SUBID", subid.as_str());
    assert_eq!(v1.get("server/list", &[server]).await["FIREWALLGROUPID"], id);
    v1.act("server/firewall_group_set", &[server, ("FIREWALLGROUPID", "0")]).await;
    assert_eq!(v1.get("server/list", &[server]).await["FIREWALLGROUPID"], "0");
    v1.act("server/firewall_group_set", &[server, group]).await;
    assert_eq!(v1.get("server/list", &[server]).await["FIREWALLGROUPID"], id);
    subid
}

async fn blocks(v1: &V1) {
    assert_eq!(v1.get("block/list", &[]).await, json!([]));
    let params = [("DCID", "1"), ("size_gb", "50"), ("label", "files1")];
    let made = v1.make("block/create", &params).await;
    like(&json!({ "SUBID": "1313217" }), &made);
    v1.world.settle().await;
    let subid = text(&made["SUBID"]);
    let id = ("SUBID", subid.as_str());
    let example = json!([{
        "SUBID": 1, "date_created": "2016-01-01 00:00:00", "cost_per_month": 5,
        "status": "active", "size_gb": 50, "DCID": 1, "attached_to_SUBID": null, "label": "x",
    }]);
    like(&example, &v1.get("block/list", &[]).await);
    let server = v1.server(&[]).await;
    v1.act("block/attach", &[id, ("attach_to_SUBID", &server), ("live", "yes")]).await;
    let block = v1.get("block/list", &[id]).await;
    assert_eq!(text(&block["attached_to_SUBID"]), server);
    v1.act("block/detach", &[id]).await;
    assert_eq!(v1.get("block/list", &[id]).await["attached_to_SUBID"], json!(null));
    v1.act("block/label_set", &[id, ("label", "files2")]).await;
    v1.act("block/resize", &[id, ("size_gb", "60")]).await;
    let block = v1.get("block/list", &[id]).await;
    assert_eq!((&block["label"], &block["size_gb"]), (&json!("files2"), &json!(60)));
    v1.act("block/delete", &[id]).await;
    assert_eq!(v1.get("block/list", &[]).await, json!([]));
    // A server's SUBID is none of a volume's.
    let refused = v1.refused("block/delete", &[("SUBID", &server)]).await;
    assert!(refused.starts_with("Invalid block storage"), "{refused}");
}

async fn object_storages(v1: &V1) {
    assert_eq!(v1.get("objectstorage/list", &[]).await, json!([]));
    let example = json!({ "1": {
        "OBJSTORECLUSTERID": 1, "DCID": 1, "location": "x", "hostname": "x", "deploy": "yes",
    }});
    let clusters = v1.get("objectstorage/list_cluster", &[]).await;
    like(&example, &clusters);
    assert_eq!(
        (&clusters["2"]["DCID"], &clusters["2"]["location"]),
        (&json!(1), &json!("New Jersey"))
    );
    // One where the default tier is offered, and one where it is not.
    for (cluster, host, tier) in [("2", "ewr1", 1), ("11", "lax1", 2)] {
        let params = [("OBJSTORECLUSTERID", cluster), ("label", "files")];
        let made = v1.make("objectstorage/create", &params).await;
        like(&json!({ "SUBID": 1_314_217 }), &made);
        let subid = text(&made["SUBID"]);
        let id = ("SUBID", subid.as_str());
        let find = async |params: &[(&str, &str)]| {
            v1.get("objectstorage/list", params).await[&subid].clone()
        };
        assert_eq!(find(&[]).await["status"], "pending");
        v1.world.settle().await;
        let storage = find(&[id]).await;
        let example = json!({
            "SUBID": 1, "date_created": "2019-04-17 17:33:00", "OBJSTORECLUSTERID": 1, "DCID": 1,
            "location": "x", "label": "x", "status": "active", "s3_hostname": "x",
            "s3_access_key": "x", "s3_secret_key": "x",
        });
        like(&example, &storage);
        assert_eq!((&storage["status"], &storage["label"]), (&json!("active"), &json!("files")));
        assert_eq!(storage["s3_hostname"], format!("{host}.vultrobjects.com"));
        let bare = find(&[("include_s3", "no")]).await;
        assert!(bare.as_object().unwrap().keys().all(|key| !key.starts_with("s3_")), "{bare}");
        assert_eq!(bare["SUBID"], made["SUBID"]);
        let (_, v2) = v1.world.raw("GET", "/v2/object-storage", "").await;
        let v2: serde_json::Value = serde_json::from_str(&v2).unwrap();
        assert_eq!(v2["object_storages"][0]["tier"]["OBJSTORETIERID"], tier);

        let key = text(&storage["s3_access_key"]);
        let swap = [id, ("s3_access_key", key.as_str())];
        let keys = v1.make("objectstorage/s3key_regenerate", &swap).await;
        like(&json!({ "s3_hostname": "x", "s3_access_key": "x", "s3_secret_key": "x" }), &keys);
        let storage = find(&[]).await;
        for name in ["s3_hostname", "s3_access_key", "s3_secret_key"] {
            assert_eq!(storage[name], keys[name], "{name}");
        }
        let refused = v1.refused("objectstorage/s3key_regenerate", &swap).await;
        assert!(refused.starts_with("Invalid s3_access_key."), "the old one is gone: {refused}");
        assert_eq!(find(&[]).await, storage);
        v1.act("objectstorage/label_set", &[id, ("label", "more")]).await;
        assert_eq!(find(&[("label", "more")]).await["label"], "more");
        assert_eq!(v1.get("objectstorage/list", &[("label", "files")]).await, json!([]));
        v1.act("objectstorage/destroy", &[id]).await;
        assert_eq!(v1.get("objectstorage/list", &[]).await, json!([]));
        let refused = v1.refused("objectstorage/destroy", &[id]).await;
        assert!(refused.starts_with("Invalid object storage."), "{refused}");
    }
    let nowhere = [("OBJSTORECLUSTERID", "99")];
    let refused = v1.refused("objectstorage/create", &nowhere).await;
    assert!(refused.starts_with("Invalid cluster.  OBJSTORECLUSTERID 99 is none"), "{refused}");
    assert_eq!(v1.get("objectstorage/list", &[]).await, json!([]));
}

async fn networks(v1: &V1) {
    assert_eq!(v1.get("network/list", &[]).await, json!([]));
    let params = [
        ("DCID", "1"),
        ("description", "test1"),
        ("v4_subnet", "10.99.0.0"),
        ("v4_subnet_mask", "24"),
    ];
    let made = v1.make("network/create", &params).await;
    let id = text(&made["NETWORKID"]);
    assert!(id.starts_with("net") && id.len() == 16, "{id}");
    let example = json!({ "net539626f0798d7": {
        "DCID": "1", "NETWORKID": "x", "date_created": "x", "description": "x",
        "v4_subnet": "10.99.0.0", "v4_subnet_mask": 24,
    }});
    let list = v1.get("network/list", &[]).await;
    like(&example, &list);
    assert_eq!(list[&id]["v4_subnet"], "10.99.0.0");
    let subid = v1.server(&[]).await;
    let server = ("SUBID", subid.as_str());
    assert_eq!(v1.get("server/private_networks", &[server]).await, json!([]));
    // There is one in the location, so it need not be named.
    v1.act("server/private_network_enable", &[server]).await;
    v1.act("server/private_network_enable", &[server, ("NETWORKID", &id)]).await;
    let example = json!({ "net539626f0798d7": {
        "NETWORKID": "x", "mac_address": "5a:02:00:00:24:e9", "ip_address": "10.99.0.3",
    }});
    let list = v1.get("server/private_networks", &[server]).await;
    like(&example, &list);
    assert_eq!(only(&list).0, id);
    assert!(!text(&v1.get("server/list", &[server]).await["internal_ip"]).is_empty());
    v1.refused("network/destroy", &[("NETWORKID", &id)]).await;
    v1.act("server/private_network_disable", &[server]).await;
    let refused = v1.refused("server/private_network_disable", &[server]).await;
    assert!(refused.starts_with("Missing NETWORKID."), "{refused}");
    v1.act("network/destroy", &[("NETWORKID", &id)]).await;
    let gone = v1.refused("network/destroy", &[("NETWORKID", &id)]).await;
    assert!(gone.starts_with("Invalid network."), "{gone}");
    // With none in the location, one is made.
    v1.act("server/private_network_enable", &[server]).await;
    let first = v1.get("server/private_networks", &[server]).await;
    assert_eq!(only(&v1.get("network/list", &[]).await).0, only(&first).0);
    let with = v1.server(&[("enable_private_network", "yes")]).await;
    let list = v1.get("server/private_networks", &[("SUBID", &with)]).await;
    let named = v1.server(&[("NETWORKID[]", &only(&list).0)]).await;
    let other = v1.get("server/private_networks", &[("SUBID", &named)]).await;
    assert_eq!(only(&other).0, only(&list).0);
}

async fn reserved_ips(v1: &V1) {
    assert_eq!(v1.get("reservedip/list", &[]).await, json!([]));
    let params = [("DCID", "1"), ("ip_type", "v4"), ("label", "first")];
    let made = v1.make("reservedip/create", &params).await;
    like(&json!({ "SUBID": 1 }), &made);
    let id = text(&made["SUBID"]);
    let example = json!({ "1313044": {
        "SUBID": 1, "DCID": 1, "ip_type": "v4", "subnet": "x", "subnet_size": 32, "label": "x",
        "attached_SUBID": false,
    }});
    let list = v1.get("reservedip/list", &[]).await;
    like(&example, &list);
    let address = format!("{}/32", text(&list[&id]["subnet"]));
    let ip = ("ip_address", address.as_str());
    let subid = v1.server(&[]).await;
    v1.act("reservedip/attach", &[ip, ("attach_SUBID", &subid)]).await;
    let list = v1.get("reservedip/list", &[]).await;
    assert_eq!(text(&list[&id]["attached_SUBID"]), subid);
    let other = v1.server(&[]).await;
    v1.refused("reservedip/detach", &[ip, ("detach_SUBID", &other)]).await;
    v1.act("reservedip/detach", &[ip, ("detach_SUBID", &subid)]).await;
    v1.act("reservedip/destroy", &[ip]).await;
    let gone = v1.refused("reservedip/destroy", &[ip]).await;
    assert!(gone.starts_with("Invalid reserved IP."), "{gone}");
    v1.refused("reservedip/attach", &[ip, ("attach_SUBID", &subid)]).await;
    let refused = v1.refused("reservedip/create", &[("DCID", "1"), ("ip_type", "v5")]).await;
    assert!(refused.starts_with("Invalid ip_type."), "{refused}");
    let main_ip = text(&v1.get("server/list", &[("SUBID", &other)]).await["main_ip"]);
    let convert = [("SUBID", other.as_str()), ("ip_address", main_ip.as_str()), ("label", "kept")];
    let made = v1.make("reservedip/convert", &convert).await;
    let list = v1.get("reservedip/list", &[]).await;
    assert_eq!(list[text(&made["SUBID"])]["subnet"], main_ip.as_str());
    let foreign = [("SUBID", subid.as_str()), ("ip_address", main_ip.as_str())];
    assert!(v1.refused("reservedip/convert", &foreign).await.starts_with("Invalid IP address"));
    v1.act("server/destroy", &[("SUBID", &other)]).await;
    let again = v1.server(&[("reserved_ip_v4", &main_ip)]).await;
    let server = v1.get("server/list", &[("SUBID", &again)]).await;
    assert_eq!(server["main_ip"], main_ip.as_str());
}

async fn scripts_and_keys(v1: &V1) {
    let pxe = [("name", "p"), ("script", "#!ipxe\nshell"), ("type", "pxe")];
    let made = v1.make("startupscript/create", &pxe).await;
    let id = text(&made["SCRIPTID"]);
    assert_eq!(v1.get("startupscript/list", &[]).await[&id]["type"], "pxe");
    v1.act("startupscript/update", &[("SCRIPTID", &id), ("name", "q")]).await;
    v1.act("startupscript/destroy", &[("SCRIPTID", &id)]).await;
    let bad = [("name", "p"), ("script", "x"), ("type", "cron")];
    assert!(v1.refused("startupscript/create", &bad).await.starts_with("Invalid type."));
    let boot = v1.make("startupscript/create", &[("name", "b"), ("script", "#!/bin/sh")]).await;
    let key = [("name", "k"), ("ssh_key", "ssh-ed25519 AAAA k@example.com")];
    let (one, two) = (v1.make("sshkey/create", &key).await, v1.make("sshkey/create", &key).await);
    let keys = format!("{},{}", text(&one["SSHKEYID"]), text(&two["SSHKEYID"]));
    let with = [("SCRIPTID", text(&boot["SCRIPTID"])), ("SSHKEYID", keys)];
    let with: Vec<_> = with.iter().map(|(name, value)| (*name, value.as_str())).collect();
    v1.server(&with).await;
    let params =
        [("DCID", "1"), ("VPSPLANID", "201"), ("OSID", "387"), ("SSHKEYID", "1234567890abc")];
    assert!(v1.refused("server/create", &params).await.starts_with("Invalid SSH Key."));
    v1.act("sshkey/update", &[("SSHKEYID", &text(&one["SSHKEYID"])), ("name", "n")]).await;
    // As Ansible's older modules send it: with the date that they read.
    let dated = [("SSHKEYID", &*text(&one["SSHKEYID"])), ("date_created", "2026-11-22 05:44:28")];
    v1.act("sshkey/update", &dated).await;
    assert_eq!(v1.get("sshkey/list", &[]).await[text(&one["SSHKEYID"])]["name"], "n");
    v1.act("sshkey/destroy", &[("SSHKEYID", &text(&one["SSHKEYID"]))]).await;
    v1.refused("sshkey/create", &[("name", "k"), ("ssh_key", "no key")]).await;
}
