//! What is done with a server in v1, once it is there.

use std::time::Duration;

use serde_json::json;

use crate::tests::common::{V1, like, only, text};

pub(crate) async fn settings(v1: &V1) {
    let more = [("label", "l"), ("tag", "t"), ("hostname", "host"), ("userdata", "ZWNobw==")];
    let subid = v1.server(&more).await;
    let id = ("SUBID", subid.as_str());
    for (filter, value) in [("tag", "t"), ("label", "l")] {
        let list = v1.get("server/list", &[(filter, value)]).await;
        assert_eq!(only(&list).0, subid, "{filter}");
        assert_eq!(v1.get("server/list", &[(filter, "none")]).await, json!([]), "{filter}");
    }
    assert_eq!(v1.get("server/get_user_data", &[id]).await, json!({ "userdata": "ZWNobw==" }));
    v1.act("server/set_user_data", &[id, ("userdata", "bHM=")]).await;
    assert_eq!(v1.get("server/get_user_data", &[id]).await["userdata"], "bHM=");
    let refused = v1.refused("server/set_user_data", &[id, ("userdata", "%")]).await;
    assert!(refused.starts_with("userdata: must be base64"), "{refused}");
    v1.act("server/tag_set", &[id, ("tag", "u")]).await;
    v1.act("server/label_set", &[id, ("label", "m")]).await;
    let server = v1.get("server/list", &[id]).await;
    assert_eq!((&server["tag"], &server["label"]), (&json!("u"), &json!("m")));
    v1.act("server/tag_set", &[id, ("tag", "")]).await;
    assert_eq!(v1.get("server/list", &[id]).await["tag"], "");
    v1.act("server/ddos_protection_enable", &[id]).await;
    v1.act("server/ddos_protection_disable", &[id]).await;
    v1.act("server/ipv6_enable", &[id]).await;
    let server = v1.get("server/list", &[id]).await;
    like(
        &json!([{ "v6_network": "x", "v6_main_ip": "x", "v6_network_size": "64" }]),
        &server["v6_networks"],
    );
    assert_eq!(server["v6_networks"].as_array().unwrap().len(), 1);
    assert_eq!(v1.get("server/get_app_info", &[id]).await, json!({ "app_info": "" }));
    like(&json!([1]), &v1.get("server/neighbors", &[id]).await);
    v1.world.advance(Duration::from_secs(86_400)).await;
    v1.get("server/bandwidth", &[id]).await;
}

pub(crate) async fn software(v1: &V1) {
    let subid = v1.server(&[]).await;
    let id = ("SUBID", subid.as_str());
    let password = text(&v1.get("server/list", &[id]).await["default_password"]);
    assert_eq!(password.len(), 16);
    v1.act("server/reinstall", &[id, ("hostname", "again")]).await;
    let systems = v1.get("server/os_change_list", &[id]).await;
    let system = systems.as_object().unwrap().keys().next().unwrap();
    v1.act("server/os_change", &[id, ("OSID", system)]).await;
    let apps = v1.get("server/app_change_list", &[id]).await;
    let app = apps.as_object().unwrap().keys().next().unwrap();
    v1.act("server/app_change", &[id, ("APPID", app)]).await;
    let server = v1.get("server/list", &[id]).await;
    assert_eq!((&server["OSID"], &server["APPID"]), (&json!("186"), &json!(app)));
    v1.refused("server/app_change", &[id, ("APPID", "999999")]).await;
    let plans = v1.get("server/upgrade_plan_list", &[id]).await;
    let plan = text(plans.as_array().unwrap().iter().find(|plan| **plan == 202).unwrap());
    v1.act("server/upgrade_plan", &[id, ("VPSPLANID", &plan)]).await;
    assert_eq!(v1.get("server/list", &[id]).await["VPSPLANID"], "202");
    let refused = v1.refused("server/upgrade_plan", &[id, ("VPSPLANID", "5")]).await;
    assert!(refused.starts_with("Invalid plan."), "{refused}");
    let made = v1.make("iso/create_from_url", &[("url", "https://example.com/tool.iso")]).await;
    v1.world.settle().await;
    v1.get("iso/list", &[]).await;
    let iso = text(&made["ISOID"]);
    assert_eq!(v1.get("server/iso_status", &[id]).await, json!({ "state": "ready", "ISOID": "0" }));
    v1.act("server/iso_attach", &[id, ("ISOID", &iso)]).await;
    let status = v1.get("server/iso_status", &[id]).await;
    assert_eq!(status, json!({ "state": "isomounted", "ISOID": &iso }));
    let refused = v1.refused("iso/destroy", &[("ISOID", &iso)]).await;
    let words = "Unable to delete ISO: This ISO is still attached to ";
    assert!(refused.starts_with(words), "{refused}");
    v1.act("server/iso_detach", &[id]).await;
    assert_eq!(v1.get("server/iso_status", &[id]).await["ISOID"], "0");
    v1.act("iso/destroy", &[("ISOID", &iso)]).await;
    let gone = v1.refused("server/iso_attach", &[id, ("ISOID", &iso)]).await;
    assert!(gone.starts_with("Invalid ISO."), "{gone}");
    v1.refused("iso/create_from_url", &[("url", "nowhere")]).await;
    what_create_installs(v1).await;
}

async fn what_create_installs(v1: &V1) {
    let os = |os: &'static str| [("DCID", "1"), ("VPSPLANID", "202"), ("OSID", os)];
    for (system, param, value) in [
        ("186", "APPID", "37"),
        ("159", "ISOID", "494966"),
        ("159", "ipxe_chain", "https://example.com/boot.ipxe"),
    ] {
        let params: Vec<_> = os(system).into_iter().chain([(param, value)]).collect();
        let made = v1.make("server/create", &params).await;
        v1.world.settle().await;
        let server = v1.get("server/list", &[("SUBID", &text(&made["SUBID"]))]).await;
        assert_eq!(server["OSID"], system, "{param}");
    }
    for (system, param) in [("186", "APPID"), ("164", "SNAPSHOTID")] {
        let refused = v1.refused("server/create", &os(system)).await;
        assert!(refused.starts_with(&format!("Missing {param}.")), "{refused}");
    }
    let refused = v1.refused("server/create", &os("180")).await;
    assert!(refused.contains("use server/restore_backup"), "{refused}");
    // Released clients send these beside an ordinary system, and v1 passed over them.
    let beside =
        [("APPID", "37"), ("SNAPSHOTID", "5359435d28b9a"), ("ISOID", "1"), ("userdata", "QQ==")];
    let params: Vec<_> = os("387").into_iter().chain(beside).collect();
    let made = v1.make("server/create", &params).await;
    v1.world.settle().await;
    let id = text(&made["SUBID"]);
    let server = v1.get("server/list", &[("SUBID", &id)]).await;
    assert_eq!((&server["OSID"], &server["APPID"]), (&"387".into(), &"0".into()));
    assert_eq!(v1.get("server/get_user_data", &[("SUBID", &id)]).await["userdata"], "QQ==");
    // A script that PXE loads is what a custom system starts with.
    let script = [("name", "p"), ("script", "#!ipxe"), ("type", "pxe")];
    let script = text(&v1.make("startupscript/create", &script).await["SCRIPTID"]);
    let params: Vec<_> = os("159").into_iter().chain([("SCRIPTID", script.as_str())]).collect();
    v1.make("server/create", &params).await;
    v1.world.settle().await;
}

pub(crate) async fn addresses(v1: &V1) {
    let subid = v1.server(&[("enable_ipv6", "yes")]).await;
    let id = ("SUBID", subid.as_str());
    let server = v1.get("server/list", &[id]).await;
    let (main, main6) = (text(&server["main_ip"]), text(&server["v6_main_ip"]));
    v1.act("server/create_ipv4", &[id]).await;
    let with_mac = v1.get("server/list_ipv4", &[id, ("public_network", "yes")]).await;
    assert!(with_mac[&subid][0]["mac_address"].is_string());
    // govultr's mistake: the SUBID again.
    let list = v1.get("server/list_ipv4", &[id, ("public_network", &subid)]).await;
    assert!(list[&subid][0].get("mac_address").is_none());
    v1.act("server/destroy_ipv4", &[id, ("ip", &text(&list[&subid][1]["ip"]))]).await;
    v1.get("server/list_ipv6", &[id]).await;
    let entry = ("entry", "a.example.com");
    v1.act("server/reverse_set_ipv4", &[id, ("ip", &main), entry]).await;
    v1.act("server/reverse_default_ipv4", &[id, ("ip", &main)]).await;
    v1.act("server/reverse_set_ipv6", &[id, ("ip", &main6), entry]).await;
    v1.get("server/reverse_list_ipv6", &[id]).await;
    v1.act("server/reverse_delete_ipv6", &[id, ("ip", &main6)]).await;
}

pub(crate) async fn power(v1: &V1) {
    let subid = v1.server(&[]).await;
    let id = ("SUBID", subid.as_str());
    for path in ["server/halt", "server/start", "server/reboot", "server/destroy"] {
        v1.act(path, &[id]).await;
    }
}

pub(crate) async fn snapshots(v1: &V1) {
    let subid = v1.server(&[]).await;
    let id = ("SUBID", subid.as_str());
    let made = v1.make("snapshot/create", &[id]).await;
    let url = [("url", "https://example.com/disk.raw")];
    let other = v1.make("snapshot/create_from_url", &url).await;
    v1.world.settle().await;
    let snapshot = ("SNAPSHOTID", text(&made["SNAPSHOTID"]));
    let snapshot = (snapshot.0, snapshot.1.as_str());
    let one = v1.get("snapshot/list", &[snapshot]).await;
    assert_eq!(only(&one).0, snapshot.1);
    v1.act("server/restore_snapshot", &[id, snapshot]).await;
    let params = [("DCID", "1"), ("VPSPLANID", "201"), ("OSID", "164"), snapshot];
    let made = v1.make("server/create", &params).await;
    v1.world.settle().await;
    let server = v1.get("server/list", &[("SUBID", &text(&made["SUBID"]))]).await;
    assert_eq!(server["OSID"], "164");
    v1.act("snapshot/destroy", &[("SNAPSHOTID", &text(&other["SNAPSHOTID"]))]).await;
    v1.refused("snapshot/create_from_url", &[("url", "nowhere")]).await;
}

pub(crate) async fn backups(v1: &V1) {
    let subid = v1.server(&[]).await;
    let id = ("SUBID", subid.as_str());
    assert_eq!(v1.get("server/list", &[id]).await["auto_backups"], "no");
    v1.act("server/backup_enable", &[id]).await;
    assert_eq!(v1.get("server/list", &[id]).await["auto_backups"], "yes");
    let weekly = [id, ("cron_type", "weekly"), ("hour", "8"), ("dow", "6")];
    v1.act("server/backup_set_schedule", &weekly).await;
    let schedule = v1.make("server/backup_get_schedule", &[id]).await;
    let example = json!({
        "enabled": true, "cron_type": "weekly", "next_scheduled_time_utc": "2016-05-07 08:00:00",
        "hour": 8, "dow": 6, "dom": 0,
    });
    like(&example, &schedule);
    assert_eq!((&schedule["hour"], &schedule["dow"]), (&json!(8), &json!(6)));
    let next = text(&schedule["next_scheduled_time_utc"]);
    assert!(next.len() == 19 && next.ends_with("08:00:00"), "{next}");
    let refused = v1.refused("server/backup_set_schedule", &[id, ("cron_type", "yearly")]).await;
    assert!(refused.starts_with("Invalid cron_type."), "{refused}");
    v1.world.advance(Duration::from_secs(8 * 86_400)).await;
    let list = v1.get("backup/list", &[id]).await;
    let backup = list.as_object().unwrap().keys().next().unwrap().clone();
    v1.act("server/restore_backup", &[id, ("BACKUPID", &backup)]).await;
    v1.act("server/backup_disable", &[id]).await;
    assert_eq!(v1.get("server/list", &[id]).await["auto_backups"], "no");
    let refused = v1.refused("backup/list", &[("BACKUPID", "1234567890abc")]).await;
    assert!(refused.starts_with("Invalid backup."), "{refused}");
}
