//! The 39 calls that v1 had at first, each against the shape of its example: the same keys, the
//! same types of JSON. The values are others; what is a string there is a string here.

use serde_json::{Value, json};

use super::common::{V1, like, only, text};

#[tokio::test]
async fn account_info_has_amounts_as_strings() {
    let v1 = V1::new().await;
    let example = json!({
        "balance": "-1.50", "pending_charges": "2.25", "last_payment_date": "2014-01-01 00:00:00",
        "last_payment_amount": "-1.00",
    });
    let info = v1.get("account/info", &[]).await;
    like(&example, &info);
    assert_eq!(info["pending_charges"], "0.00");
}

#[tokio::test]
async fn os_list_is_keyed_by_osid() {
    let v1 = V1::new().await;
    let example = json!({ "127": {
        "OSID": "127", "name": "CentOS 6 x64", "arch": "x64", "family": "centos", "windows": false,
    }});
    let list = v1.get("os/list", &[]).await;
    like(&example, &list);
    assert_eq!(list["159"]["name"], "Custom");
}

#[tokio::test]
async fn iso_list_has_numbers_for_ids_and_sizes() {
    let v1 = V1::new().await;
    assert_eq!(v1.get("iso/list", &[]).await, json!([]));
    let url = [("url", "https://example.com/minimal.iso")];
    let made = v1.make("iso/create_from_url", &url).await;
    v1.world.settle().await;
    let example = json!({ "24": {
        "ISOID": 24, "date_created": "2014-01-01 00:00:00", "filename": "x.iso", "size": 1,
        "md5sum": "00",
    }});
    let list = v1.get("iso/list", &[]).await;
    like(&example, &list);
    let iso = &list[text(&made["ISOID"])];
    assert_eq!(iso["filename"], "minimal.iso");
    assert!(iso["size"].as_u64().unwrap() > 0);
    assert_eq!(iso["md5sum"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn plans_list_has_strings_throughout() {
    let v1 = V1::new().await;
    let example = json!({ "1": {
        "VPSPLANID": "1", "name": "x", "vcpu_count": "1", "ram": "512", "disk": "20",
        "bandwidth": "1", "price_per_month": "5.00", "windows": false,
    }});
    let list = v1.get("plans/list", &[]).await;
    like(&example, &list);
    assert_eq!(list["201"]["price_per_month"], "5.00");
    assert_eq!(list["201"]["name"], "1024 MB RAM,25 GB SSD,1.00 TB BW");
}

#[tokio::test]
async fn regions_and_what_they_have_in_stock() {
    let v1 = V1::new().await;
    let example = json!({ "1": {
        "DCID": "1", "name": "New Jersey", "country": "US", "continent": "North America",
        "state": "NJ",
    }});
    let list = v1.get("regions/list", &[]).await;
    like(&example, &list);
    for (key, value) in example["1"].as_object().unwrap() {
        assert_eq!(&list["1"][key], value, "{key}");
    }
    let stock = v1.get("regions/availability", &[("DCID", "1")]).await;
    like(&json!([40]), &stock);
    assert!(stock.as_array().unwrap().contains(&json!(201)));
    let refused = v1.refused("regions/availability", &[("DCID", "999")]).await;
    assert!(refused.starts_with("Invalid location.  DCID 999"), "{refused}");
}

#[tokio::test]
async fn a_server_is_made_shown_and_destroyed() {
    let v1 = V1::new().await;
    assert_eq!(v1.get("server/list", &[]).await, json!([]));
    let params = [
        ("DCID", "1"),
        ("VPSPLANID", "1"),
        ("OSID", "127"),
        ("enable_ipv6", "yes"),
        ("label", "my new server"),
        ("auto_backups", "yes"),
    ];
    let made = v1.make("server/create", &params).await;
    like(&json!({ "SUBID": "1312965" }), &made);
    let subid = text(&made["SUBID"]);
    v1.world.settle().await;
    let example = json!({ "576965": {
        "SUBID": "576965", "os": "x", "ram": "4096 MB", "disk": "Virtual 60 GB",
        "main_ip": "192.0.2.1", "vcpu_count": "2", "location": "New Jersey", "DCID": "1",
        "default_password": "x", "date_created": "2013-01-01 00:00:00",
        "pending_charges": "46.67", "status": "active", "cost_per_month": "10.05",
        "current_bandwidth_gb": 131.512, "allowed_bandwidth_gb": "1000",
        "netmask_v4": "255.255.255.248", "gateway_v4": "192.0.2.1", "power_status": "running",
        "VPSPLANID": "28", "v6_network": "2001:db8::", "v6_main_ip": "2001:db8::100",
        "v6_network_size": "64", "label": "x", "internal_ip": "10.99.0.10", "kvm_url": "x",
        "auto_backups": "yes",
    }});
    let list = v1.get("server/list", &[]).await;
    like(&example, &list);
    let (id, server) = only(&list);
    assert_eq!(id, subid);
    for (key, value) in [
        ("SUBID", subid.as_str()),
        ("os", "CentOS 6 x64"),
        ("ram", "512 MB"),
        ("disk", "Virtual 20 GB"),
        ("vcpu_count", "1"),
        ("location", "New Jersey"),
        ("DCID", "1"),
        ("status", "active"),
        ("power_status", "running"),
        ("VPSPLANID", "1"),
        ("label", "my new server"),
        ("auto_backups", "yes"),
        ("v6_network_size", "64"),
        ("cost_per_month", "5.00"),
        ("tag", ""),
        ("FIREWALLGROUPID", "0"),
        ("OSID", "127"),
    ] {
        assert_eq!(server[key], value, "{key}");
    }
    assert_eq!(server["default_password"].as_str().unwrap().len(), 16);
    // With SUBID, the bare object; it also tells what is owed.
    assert_eq!(v1.get("server/list", &[("SUBID", &subid)]).await, server);
    v1.act("server/destroy", &[("SUBID", &subid)]).await;
    assert_eq!(v1.get("server/list", &[]).await, json!([]));
    let refused = v1.refused("server/destroy", &[("SUBID", &subid)]).await;
    let words = "Invalid server.  Check SUBID value and ensure your API key matches the server's \
                 account";
    assert_eq!(refused, words);
}

#[tokio::test]
async fn a_server_that_has_just_been_ordered_has_no_address() {
    let v1 = V1::new().await;
    let params = [("DCID", "1"), ("VPSPLANID", "201"), ("OSID", "387")];
    let made = v1.make("server/create", &params).await;
    let server = v1.get("server/list", &[("SUBID", &text(&made["SUBID"]))]).await;
    for (key, value) in [
        ("status", "pending"),
        ("main_ip", "0"),
        ("netmask_v4", "0.0.0.0"),
        ("gateway_v4", "0.0.0.0"),
        ("internal_ip", ""),
        ("kvm_url", ""),
    ] {
        assert_eq!(server[key], value, "{key}");
    }
}

#[tokio::test]
async fn a_servers_power_goes_off_and_on() {
    let v1 = V1::new().await;
    let subid = v1.server(&[]).await;
    let id = [("SUBID", subid.as_str())];
    let power = async || text(&v1.get("server/list", &id).await["power_status"]);
    v1.act("server/halt", &id).await;
    assert_eq!(power().await, "stopped");
    v1.act("server/start", &id).await;
    assert_eq!(power().await, "running");
    v1.act("server/reboot", &id).await;
    assert_eq!(power().await, "running");
    v1.act("server/halt", &id).await;
    // The seed's client posts its start here.
    v1.act("server/reverse_start", &id).await;
    assert_eq!(power().await, "running");
    v1.act("server/start", &id).await;
    assert_eq!(power().await, "running");
}

#[tokio::test]
async fn a_server_is_labelled_reinstalled_and_given_another_system() {
    let v1 = V1::new().await;
    let subid = v1.server(&[]).await;
    let id = ("SUBID", subid.as_str());
    v1.act("server/label_set", &[id, ("label", "other")]).await;
    assert_eq!(v1.get("server/list", &[id]).await["label"], "other");
    v1.act("server/reinstall", &[id]).await;
    let example = json!({ "127": {
        "OSID": "127", "name": "x", "arch": "x64", "family": "centos", "windows": false,
        "surcharge": "0.00",
    }});
    let choices = v1.get("server/os_change_list", &[id]).await;
    like(&example, &choices);
    let other = choices.as_object().unwrap().keys().find(|os| *os != "387").unwrap().clone();
    v1.act("server/os_change", &[id, ("OSID", &other)]).await;
    assert_eq!(v1.get("server/list", &[id]).await["OSID"], other.as_str());
    let refused = v1.refused("server/os_change", &[id, ("OSID", "7")]).await;
    assert!(refused.contains("OS"), "{refused}");
}

#[tokio::test]
async fn addresses_come_and_go() {
    let v1 = V1::new().await;
    let subid = v1.server(&[("enable_ipv6", "yes")]).await;
    let id = ("SUBID", subid.as_str());
    v1.act("server/create_ipv4", &[id, ("reboot", "no")]).await;
    let example = json!([{
        "ip": "192.0.2.1", "netmask": "255.255.255.248", "gateway": "192.0.2.1",
        "type": "main_ip", "reverse": "x",
    }]);
    let list = v1.get("server/list_ipv4", &[id]).await;
    like(&example, &list[&subid]);
    assert_eq!(list[&subid][0]["type"], "main_ip");
    assert_eq!(list[&subid][1]["type"], "secondary_ip");
    let second = text(&list[&subid][1]["ip"]);
    v1.act("server/destroy_ipv4", &[id, ("ip", &second)]).await;
    let list = v1.get("server/list_ipv4", &[id]).await;
    assert_eq!(list[&subid].as_array().unwrap().len(), 1);
    let refused = v1.refused("server/destroy_ipv4", &[id, ("ip", &second)]).await;
    assert!(refused.starts_with("Invalid IP address"), "{refused}");
    let example = json!([{ "ip": "2001:db8::100", "network": "2001:db8::", "network_size": "64", "type": "main_ip" }]);
    let list = v1.get("server/list_ipv6", &[id]).await;
    like(&example, &list[&subid]);
    let plain = v1.server(&[]).await;
    assert_eq!(v1.get("server/list_ipv6", &[("SUBID", &plain)]).await, json!({ plain: [] }));
}

#[tokio::test]
async fn reverse_names_are_set_and_taken_back() {
    let v1 = V1::new().await;
    let subid = v1.server(&[("enable_ipv6", "yes")]).await;
    let id = ("SUBID", subid.as_str());
    let reverse = async || text(&v1.get("server/list_ipv4", &[id]).await[&subid][0]["reverse"]);
    let before = reverse().await;
    let server = v1.get("server/list", &[id]).await;
    let (ip, ip6) = (text(&server["main_ip"]), text(&server["v6_main_ip"]));
    let entry = ("entry", "host1.example.com");
    v1.act("server/reverse_set_ipv4", &[id, ("ip", &ip), entry]).await;
    assert_eq!(reverse().await, "host1.example.com");
    v1.act("server/reverse_default_ipv4", &[id, ("ip", &ip)]).await;
    assert_eq!(reverse().await, before);
    assert_eq!(v1.get("server/reverse_list_ipv6", &[id]).await, json!({ &subid: [] }));
    v1.act("server/reverse_set_ipv6", &[id, ("ip", &ip6), entry]).await;
    let list = v1.get("server/reverse_list_ipv6", &[id]).await;
    like(&json!([{ "ip": "2001:db8::101", "reverse": "x" }]), &list[&subid]);
    assert_eq!(list[&subid][0]["reverse"], "host1.example.com");
    v1.act("server/reverse_delete_ipv6", &[id, ("ip", &ip6)]).await;
    assert_eq!(v1.get("server/reverse_list_ipv6", &[id]).await, json!({ &subid: [] }));
    for path in ["server/reverse_set_ipv4", "server/reverse_set_ipv6"] {
        let refused = v1.refused(path, &[id, ("ip", "198.51.100.200"), entry]).await;
        assert!(refused.starts_with("Invalid IP address"), "{path}: {refused}");
    }
}

#[tokio::test]
async fn bandwidth_is_pairs_of_strings() {
    let v1 = V1::new().await;
    let subid = v1.server(&[]).await;
    v1.world.advance(std::time::Duration::from_secs(3 * 86_400)).await;
    let answer = v1.get("server/bandwidth", &[("SUBID", &subid)]).await;
    let example = json!({
        "incoming_bytes": [["2014-06-10", "1"]], "outgoing_bytes": [["2014-06-10", "1"]],
    });
    like(&example, &answer);
    assert!(answer["incoming_bytes"].as_array().unwrap().len() >= 2, "{answer}");
}

#[tokio::test]
async fn snapshots_are_taken_listed_restored_and_destroyed() {
    let v1 = V1::new().await;
    let subid = v1.server(&[]).await;
    assert_eq!(v1.get("snapshot/list", &[]).await, json!([]));
    let params = [("SUBID", subid.as_str()), ("description", "Test snapshot")];
    let made = v1.make("snapshot/create", &params).await;
    like(&json!({ "SNAPSHOTID": "544e52f31c706" }), &made);
    v1.world.settle().await;
    let snapshot = text(&made["SNAPSHOTID"]);
    assert_eq!(snapshot.len(), 13);
    let example = json!({ "5359435d28b9a": {
        "SNAPSHOTID": "5359435d28b9a", "date_created": "2014-01-01 00:00:00", "description": "x",
        "size": "42949672960", "status": "complete",
    }});
    let list = v1.get("snapshot/list", &[]).await;
    like(&example, &list);
    assert_eq!(list[&snapshot]["description"], "Test snapshot");
    assert_eq!(list[&snapshot]["status"], "complete");
    let restore = [("SUBID", subid.as_str()), ("SNAPSHOTID", snapshot.as_str())];
    v1.act("server/restore_snapshot", &restore).await;
    v1.act("snapshot/destroy", &[("SNAPSHOTID", &snapshot)]).await;
    assert_eq!(v1.get("snapshot/list", &[]).await, json!([]));
    let words = "Invalid snapshot.  Check SNAPSHOTID value and ensure your API key matches the \
                 snapshots's account";
    assert_eq!(v1.refused("snapshot/destroy", &[("SNAPSHOTID", &snapshot)]).await, words);
    assert_eq!(v1.refused("server/restore_snapshot", &restore).await, words);
}

#[tokio::test]
async fn backups_are_restored() {
    let v1 = V1::new().await;
    let subid = v1.server(&[("auto_backups", "yes")]).await;
    v1.world.advance(std::time::Duration::from_secs(8 * 86_400)).await;
    let list = v1.get("backup/list", &[("SUBID", &subid)]).await;
    let example = json!({ "543d34149403a": {
        "BACKUPID": "543d34149403a", "date_created": "2014-01-01 00:00:00", "description": "x",
        "size": "42949672960", "status": "complete",
    }});
    like(&example, &list);
    let backup = list.as_object().unwrap().keys().next().unwrap().clone();
    v1.act("server/restore_backup", &[("SUBID", &subid), ("BACKUPID", &backup)]).await;
    let one = v1.get("backup/list", &[("BACKUPID", &backup)]).await;
    assert_eq!(only(&one).0, backup);
    let nothing = [("SUBID", subid.as_str()), ("BACKUPID", "1234567890abc")];
    assert!(v1.refused("server/restore_backup", &nothing).await.starts_with("Invalid backup."));
}

#[tokio::test]
async fn ssh_keys_are_made_changed_and_destroyed() {
    let v1 = V1::new().await;
    assert_eq!(v1.get("sshkey/list", &[]).await, json!([]));
    let key = "ssh-rsa AAAAB3NzaC1yc2EAAAA= test@example.com";
    let made = v1.make("sshkey/create", &[("name", "test"), ("ssh_key", key)]).await;
    like(&json!({ "SSHKEYID": "541b4960f23bd" }), &made);
    let id = text(&made["SSHKEYID"]);
    let example = json!({ "541b4960f23bd": {
        "SSHKEYID": "541b4960f23bd", "date_created": null, "name": "test", "ssh_key": "x",
    }});
    let list = v1.get("sshkey/list", &[]).await;
    like(&example, &list);
    assert_eq!(list[&id]["ssh_key"], key);
    v1.act("sshkey/update", &[("SSHKEYID", &id), ("name", "new")]).await;
    let list = v1.get("sshkey/list", &[]).await;
    assert_eq!((&list[&id]["name"], &list[&id]["ssh_key"]), (&json!("new"), &json!(key)));
    v1.act("sshkey/destroy", &[("SSHKEYID", &id)]).await;
    assert_eq!(v1.get("sshkey/list", &[]).await, json!([]));
    let words = "Invalid SSH Key.  Check SSHKEYID value and ensure your API key matches the key's \
                 account";
    for path in ["sshkey/destroy", "sshkey/update"] {
        assert_eq!(v1.refused(path, &[("SSHKEYID", &id)]).await, words);
    }
}

#[tokio::test]
async fn startup_scripts_are_plain_text() {
    let v1 = V1::new().await;
    let script = "#!/bin/bash\necho hello world > /root/hello";
    let made = v1.make("startupscript/create", &[("name", "first"), ("script", script)]).await;
    like(&json!({ "SCRIPTID": 5 }), &made);
    let id = text(&made["SCRIPTID"]);
    let example = json!({ "3": {
        "SCRIPTID": "3", "date_created": "2014-01-01 00:00:00",
        "date_modified": "2014-01-01 00:00:00", "name": "x", "type": "boot", "script": "x",
    }});
    let list = v1.get("startupscript/list", &[]).await;
    like(&example, &list);
    assert_eq!((&list[&id]["script"], &list[&id]["type"]), (&json!(script), &json!("boot")));
    v1.act("startupscript/update", &[("SCRIPTID", &id), ("script", "#!/bin/sh")]).await;
    let list = v1.get("startupscript/list", &[]).await;
    assert_eq!(list[&id]["script"], "#!/bin/sh");
    assert_eq!(list[&id]["name"], "first");
    v1.act("startupscript/destroy", &[("SCRIPTID", &id)]).await;
    assert_eq!(v1.get("startupscript/list", &[]).await, Value::Array(Vec::new()));
    let words = "Invalid statup script.  Check SCRIPTID value and ensure your API key matches the \
                 scripts's account";
    for path in ["startupscript/destroy", "startupscript/update"] {
        assert_eq!(v1.refused(path, &[("SCRIPTID", &id)]).await, words);
    }
}
