//! What is done with a bare metal server in v1.

use std::time::Duration;

use serde_json::{Value, json};

use crate::tests::common::{V1, like, only, text};

/// A bare metal server in New Jersey; `more` goes into the form.
async fn server(v1: &V1, more: &[(&str, &str)]) -> String {
    let mut params = vec![("DCID", "1"), ("METALPLANID", "100")];
    params.extend(more);
    if !more.iter().any(|(name, _)| *name == "OSID") {
        params.push(("OSID", "387"));
    }
    let made = v1.make("baremetal/create", &params).await;
    assert!(made["SUBID"].is_string(), "{made}");
    v1.world.settle().await;
    text(&made["SUBID"])
}

fn example() -> Value {
    json!({
        "SUBID": "900000", "os": "x", "ram": "65536 MB", "disk": "2x 240 GB SSD",
        "main_ip": "x", "cpu_count": 1, "location": "New Jersey", "DCID": "1",
        "default_password": "x", "date_created": "2017-04-12 18:45:41", "status": "active",
        "netmask_v4": "x", "gateway_v4": "x", "METALPLANID": 28,
        "v6_networks": [{ "v6_network": "x", "v6_main_ip": "x", "v6_network_size": 64 }],
        "label": "x", "tag": "x", "OSID": "127", "APPID": "0",
    })
}

pub(crate) async fn settings(v1: &V1) {
    let key = v1.make("sshkey/create", &[("name", "k"), ("ssh_key", "ssh-rsa A")]).await;
    let script = v1.make("startupscript/create", &[("name", "s"), ("script", "x")]).await;
    let (key, script) = (text(&key["SSHKEYID"]), text(&script["SCRIPTID"]));
    let more = [
        ("label", "l"),
        ("tag", "t"),
        ("hostname", "host"),
        // Ansible's name for it.
        ("user_data", "ZWNobw=="),
        ("SSHKEYID", &*key),
        ("SCRIPTID", &*script),
        ("enable_ipv6", "yes"),
        ("notify_activate", "no"),
    ];
    let subid = server(v1, &more).await;
    let id = ("SUBID", subid.as_str());
    let one = v1.get("baremetal/list", &[id]).await;
    like(&example(), &one);
    assert_eq!((&one["ram"], &one["disk"]), (&json!("32768 MB"), &json!("2x 240 GB SSD")));
    assert_eq!((&one["METALPLANID"], &one["location"]), (&json!(100), &json!("New Jersey")));
    assert_eq!((&one["OSID"], &one["status"]), (&json!("387"), &json!("active")));
    assert_eq!(one["v6_networks"].as_array().unwrap().len(), 1);
    let ip = text(&one["main_ip"]);
    for (filter, value) in [("tag", "t"), ("label", "l"), ("main_ip", &*ip)] {
        let list = v1.get("baremetal/list", &[(filter, value)]).await;
        assert_eq!(only(&list), (subid.clone(), one.clone()), "{filter}");
        assert_eq!(v1.get("baremetal/list", &[(filter, "none")]).await, json!([]), "{filter}");
    }
    assert_eq!(v1.get("baremetal/get_user_data", &[id]).await["userdata"], "ZWNobw==");
    v1.act("baremetal/set_user_data", &[id, ("userdata", "bHM=")]).await;
    assert_eq!(v1.get("baremetal/get_user_data", &[id]).await, json!({ "userdata": "bHM=" }));
    let refused = v1.refused("baremetal/set_user_data", &[id, ("userdata", "%")]).await;
    assert!(refused.starts_with("userdata: must be base64"), "{refused}");
    v1.act("baremetal/tag_set", &[id, ("tag", "")]).await;
    v1.act("baremetal/label_set", &[id, ("label", "m")]).await;
    let changed = v1.get("baremetal/list", &[id]).await;
    assert_eq!((&changed["tag"], &changed["label"]), (&json!(""), &json!("m")));
    assert_eq!(v1.get("baremetal/get_app_info", &[id]).await, json!({ "app_info": "" }));
    // v2 shows the password for ten minutes, v1 for good.
    v1.world.advance(Duration::from_secs(2 * 86_400)).await;
    let later = v1.get("baremetal/list", &[id]).await;
    assert_eq!(later["default_password"], one["default_password"]);
    assert_eq!(text(&later["default_password"]).len(), 16);
    let days = v1.get("baremetal/bandwidth", &[id]).await;
    for way in ["incoming_bytes", "outgoing_bytes"] {
        let pairs = days[way].as_array().unwrap();
        assert_eq!(pairs.len(), 3, "the days on which it was there");
        assert!(pairs.iter().all(|pair| pair[0].is_string() && pair[1].is_u64()), "{pairs:?}");
    }
    // A Go client asks there.
    assert_eq!(v1.get("server/bandwidth", &[id]).await, days);
    v1.act("baremetal/destroy", &[id]).await;
    assert_eq!(v1.get("baremetal/list", &[]).await, json!([]));
    let gone = v1.refused("baremetal/list", &[id]).await;
    assert!(gone.starts_with("Invalid server.  Check SUBID value and ensure "), "{gone}");
}

pub(crate) async fn software(v1: &V1) {
    let beside = server(v1, &[("APPID", "37"), ("SNAPSHOTID", "5359435d28b9a")]).await;
    assert_eq!(v1.get("baremetal/list", &[("SUBID", &beside)]).await["APPID"], "0");
    v1.act("baremetal/destroy", &[("SUBID", &beside)]).await;
    let subid = server(v1, &[("OSID", "186"), ("APPID", "37")]).await;
    let id = ("SUBID", subid.as_str());
    assert_eq!(v1.get("baremetal/list", &[id]).await["APPID"], "37");
    let systems = v1.get("baremetal/os_change_list", &[id]).await;
    let example = json!({ "127": {
        "OSID": "127", "name": "x", "arch": "x64", "family": "x", "windows": false, "surcharge": 0,
    }});
    like(&example, &systems);
    let system = systems.as_object().unwrap().keys().next().unwrap();
    v1.act("baremetal/os_change", &[id, ("OSID", system)]).await;
    let changed = v1.get("baremetal/list", &[id]).await;
    assert_eq!((&changed["OSID"], &changed["APPID"]), (&json!(system), &json!("0")));
    v1.refused("baremetal/os_change", &[id, ("OSID", "1")]).await;
    let apps = v1.get("baremetal/app_change_list", &[id]).await;
    let app = apps.as_object().unwrap().keys().next().unwrap();
    v1.act("baremetal/app_change", &[id, ("APPID", app)]).await;
    assert_eq!(v1.get("baremetal/list", &[id]).await["APPID"], json!(app));
    v1.refused("baremetal/app_change", &[id, ("APPID", "999999")]).await;
    for path in ["baremetal/halt", "baremetal/reboot", "baremetal/reinstall"] {
        v1.act(path, &[id]).await;
    }
    assert_eq!(v1.get("baremetal/list", &[id]).await["status"], "active");
    assert_eq!(v1.get("baremetal/list_ipv6", &[id]).await, json!({ &subid: [] }));
    v1.act("baremetal/ipv6_enable", &[id]).await;
    let example = json!({ "900000": [
        { "ip": "x", "network": "x", "network_size": 64, "type": "main_ip" },
    ]});
    like(&example, &v1.get("baremetal/list_ipv6", &[id]).await);
    let list = v1.get("baremetal/list_ipv4", &[id]).await;
    let example =
        json!({ "900000": [{ "ip": "x", "netmask": "x", "gateway": "x", "type": "main_ip" }] });
    like(&example, &list);
    assert!(list[&subid][0].get("reverse").is_none());
    v1.act("baremetal/destroy", &[id]).await;
}

pub(crate) async fn refusals(v1: &V1) {
    let plans = v1.get("plans/list_baremetal", &[]).await;
    let here = v1.get("regions/availability_baremetal", &[("DCID", "1")]).await;
    for (number, plan) in plans.as_object().unwrap() {
        let is_here = plan["available_locations"].as_array().unwrap().contains(&json!(1));
        let number: u64 = number.parse().unwrap();
        assert_eq!(here.as_array().unwrap().contains(&json!(number)), is_here, "{number}");
    }
    let with = |more: &[(&'static str, &'static str)]| -> Vec<(&'static str, &'static str)> {
        let base = [("DCID", "1"), ("METALPLANID", "100"), ("OSID", "387")];
        let base = base.into_iter().filter(|(name, _)| !more.iter().any(|(n, _)| n == name));
        base.chain(more.iter().copied()).collect()
    };
    for (more, words) in [
        (with(&[("METALPLANID", "201")]), "Invalid plan.  METALPLANID 201 is none"),
        (with(&[("DCID", "9999")]), "Invalid location."),
        (with(&[("DCID", "7")]), "plan is not available in the selected region"),
        (with(&[("OSID", "164")]), "Missing SNAPSHOTID."),
        (with(&[("OSID", "180")]), "Invalid OSID."),
        (with(&[("SSHKEYID", "1234567890abc")]), "Invalid SSH Key."),
        (with(&[("reserved_ip_v4", "192.0.2.1")]), "Invalid reserved IP."),
    ] {
        let refused = v1.refused("baremetal/create", &more).await;
        assert!(refused.starts_with(words), "{refused}");
    }
    assert_eq!(v1.get("baremetal/list", &[]).await, json!([]));
    // A server of the other kind is none of this one.
    let subid = v1.server(&[]).await;
    let refused = v1.refused("baremetal/halt", &[("SUBID", &subid)]).await;
    assert!(refused.starts_with("Invalid server."), "{refused}");
}
