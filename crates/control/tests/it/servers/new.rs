//! New servers: what can be asked for, what is told of them until they are up, and then.

use super::*;

#[tokio::test]
async fn a_new_server_is_pending_and_has_no_address_yet() {
    let world = World::new().await;
    for (kind, no_ip) in [(INSTANCES, "0.0.0.0"), (METAL, "")] {
        let (_, mut answer) = call(&world, "POST", kind.path, kind.wish(json!({}))).await;
        let mut made = answer[kind.key].take();
        shows(&made, json!({ "status": "pending", "main_ip": no_ip, "gateway_v4": no_ip }));
        shows(&made, json!({ "netmask_v4": "", "v6_main_ip": "", "v6_network_size": 0 }));
        assert_eq!(made["default_password"].as_str().unwrap().len(), 16);
        let found = kind.got(&world, id_of(&made)).await;
        if kind.is_instance() {
            shows(&made, json!({ "power_status": "stopped", "server_status": "none" }));
            made["pending_charges"] = found["pending_charges"].clone();
            made.as_object_mut().unwrap().remove("default_password");
        } else {
            assert!(made["mac_address"].as_u64().unwrap() > 0);
        }
        assert_eq!(found, made, "an instance tells its password once");
    }
}

#[tokio::test]
async fn a_server_comes_up_with_its_plan_and_address() {
    let world = World::new().await;
    for kind in KINDS {
        let found = kind.made(&world, json!({})).await;
        shows(&found, json!({ "status": "active", "netmask_v4": "255.255.254.0" }));
        shows(&found, json!({ "os_id": DEBIAN, "os": "Debian 12 x64 (bookworm)" }));
        shows(&found, json!({ "plan": kind.plan, "region": "ewr", "user_scheme": "root" }));
        shows(&found, json!({ "app_id": 0, "image_id": "", "snapshot_id": "" }));
        shows(&found, json!({ "features": [], "tags": [], "tag": "" }));
        let ip = |key: &str| found[key].as_str().unwrap().parse::<std::net::Ipv4Addr>().unwrap();
        let (main, gateway) = (ip("main_ip"), ip("gateway_v4"));
        assert_eq!(main.octets()[0], 198, "{main}");
        let first = (main.to_bits() & !511) + 1;
        assert_eq!(gateway.to_bits(), first, "the first address of the network");
        if kind.is_instance() {
            shows(&found, json!({ "power_status": "running", "server_status": "ok" }));
            shows(&found, json!({ "ram": 1024, "vcpu_count": 1, "disk": 25 }));
            shows(&found, json!({ "vpc_only": false, "v6_networks": [] }));
        } else {
            shows(&found, json!({ "ram": "32768 MB", "disk": "2x 240GB SSD", "cpu_count": 4 }));
            let size = machine(&world, id_of(&found)).await["spec"]["size"].take();
            assert_eq!(size, json!({ "vcpus": 8, "ram_mb": 32768, "disk_gb": 480 }));
        }
    }
}

#[tokio::test]
async fn states_follow_each_other_as_the_real_ones_do() {
    let instance = [
        json!(["pending", "stopped", "none"]),
        json!(["pending", "running", "none"]),
        json!(["pending", "running", "locked"]),
        json!(["active", "running", "installingbooting"]),
        json!(["active", "running", "ok"]),
    ];
    // These have an address as soon as there is a machine.
    let metal = [json!(["pending", true]), json!(["pending", false]), json!(["active", false])];
    for (kind, states) in [(INSTANCES, &instance[..]), (METAL, &metal)] {
        let world = World::builder().behave(Behave::Vultr).build().await;
        let id = kind.create(&world, json!({})).await;
        let mut seen = Vec::new();
        for _ in 0..120 {
            let now = kind.got(&world, &id).await;
            let state = match kind.is_instance() {
                true => json!([now["status"], now["power_status"], now["server_status"]]),
                false => json!([now["status"], now["main_ip"] == ""]),
            };
            if seen.last() != Some(&state) {
                seen.push(state);
            }
            world.advance(Duration::from_secs(1)).await;
        }
        assert_eq!(seen, states);
    }
}

#[tokio::test]
async fn what_was_sent_comes_back_unchanged() {
    let world = World::new().await;
    let key = json!({ "name": "me", "ssh_key": "ssh-ed25519 AAAA me" });
    let key = add(&world, "/v2/ssh-keys", key).await;
    let tags = ["b", "Ä tag/with=all:kinds"];
    for kind in KINDS {
        let found = kind.made(&world, json!({
            "label": "My label", "hostname": "Web-1.Example", "tags": [tags[0], tags[1], tags[0]],
            "sshkey_id": [key["id"]], "user_data": "I2Nsb3VkLWNvbmZpZwo=",
            "user_scheme": "limited", "enable_ipv6": true, "activation_email": true,
            "mdisk_mode": "raid1", "persistent_pxe": true,
        })).await;
        shows(
            &found,
            json!({
                "label": "My label", "tags": tags, "tag": "b", "user_scheme": "limited",
                "v6_network_size": 64,
            }),
        );
        let text = |key: &str| found[key].as_str().unwrap();
        assert!(text("v6_network").starts_with("2001:db8:") && text("v6_network").ends_with("::"));
        assert_eq!(text("v6_main_ip").len(), 39, "all its zeros are written");
        if kind.is_instance() {
            shows(&found, json!({ "hostname": "Web-1.Example", "features": ["ipv6"] }));
            assert_eq!(found["v6_networks"][0]["main_ip"], found["v6_main_ip"]);
        } else {
            let features = ["ipv6", "persistent_pxe"];
            shows(&found, json!({ "mdisk_mode": "raid1", "features": features }));
        }
        let uri = format!("{}/user-data", kind.of(text("id")));
        let data = read(&world, &uri).await;
        assert_eq!(data["user_data"]["data"], "I2Nsb3VkLWNvbmZpZwo=");
        assert_eq!(machine(&world, text("id")).await["spec"]["hostname"], "Web-1.Example");
    }
}

#[tokio::test]
async fn nulls_zeros_and_empty_words_mean_nothing() {
    let world = World::new().await;
    let nothing = json!({
        "os_id": DEBIAN.to_string(), "app_id": 0, "image_id": "", "snapshot_id": "", "iso_id": "",
        "ipxe_chain_url": "", "script_id": "", "hostname": "", "firewall_group_id": "",
        "reserved_ipv4": "", "tags": null, "block_devices": null, "sshkey_id": null,
        "attach_vpc": [], "attach_vpc2": [], "detach_vpc2": [], "user_data": "", "mdisk_mode": "",
        "enable_vpc": false, "enable_vpc2": false, "vpc_only": false, "backups": "disabled",
        "user_scheme": "root", "enable_ipv6": false, "disable_public_ipv4": false,
        "activation_email": false, "persistent_pxe": false,
    });
    let mut change = json!({
        "os_id": 0, "app_id": 0, "image_id": "", "ipxe_chain_url": "", "mdisk_mode": "",
        "tags": null, "attach_vpc2": null, "enable_ipv6": false,
    });
    for kind in KINDS {
        let found = kind.made(&world, nothing.clone()).await;
        shows(&found, json!({ "os_id": DEBIAN, "label": "", "tags": [] }));
        if kind.is_instance() {
            shows(&found, json!({ "firewall_group_id": "", "hostname": "vultr.guest" }));
        } else {
            change["user_scheme"] = json!("");
        }
        kind.update(&world, id_of(&found), change.clone()).await;
        assert_eq!(kind.got(&world, id_of(&found)).await, found);
    }
}

#[tokio::test]
async fn exactly_one_thing_is_installed() {
    let world = World::new().await;
    let url = "https://boot.example.com/x.ipxe";
    for kind in KINDS {
        for (fields, words) in [
            (json!({ "os_id": null }), "give one of os_id, app_id, image_id, snapshot_id"),
            (json!({ "app_id": 29 }), "only one of these can be installed: os_id, app_id"),
            (json!({ "ipxe_chain_url": url }), "os_id, ipxe_chain_url"),
            (
                json!({ "os_id": null, "ipxe_chain_url": "boot" }),
                "ipxe_chain_url: `boot` is no address",
            ),
            (json!({ "os_id": 164 }), "164 is no system by itself; use snapshot_id"),
            (json!({ "os_id": 186 }), "186 is no system by itself; use app_id or image_id"),
            (json!({ "os_id": 180 }), "180 is no system by itself; use the instance's own restore"),
            (json!({ "os_id": 2137 }), "did you mean 2136, Debian 12 x64"),
            (
                json!({ "os_id": null, "app_id": 999_999 }),
                "app_id: 999999 is no application; see /v2/app",
            ),
            (
                json!({ "os_id": null, "image_id": "openlitespeed-wordpres" }),
                "did you mean `openlitespeed-wordpress`?",
            ),
        ] {
            kind.refuses(&world, fields, words).await;
        }
        let image = "openlitespeed-wordpress";
        for (fields, shown) in [
            (json!({ "os_id": 186, "app_id": 29 }), (186, "Application", 29, "")),
            (json!({ "os_id": null, "app_id": 29 }), (186, "Application", 29, "")),
            (json!({ "os_id": null, "image_id": image }), (186, "Application", 0, image)),
            (json!({ "os_id": 159, "ipxe_chain_url": url }), (159, "Custom", 0, "")),
        ] {
            let found = kind.made(&world, with(fields, json!({ "plan": kind.large }))).await;
            let (os_id, os, app_id, image_id) = shown;
            shows(
                &found,
                json!({ "os_id": os_id, "os": os, "app_id": app_id, "image_id": image_id }),
            );
            if os_id == 159 {
                let machine = machine(&world, id_of(&found)).await;
                assert_eq!(machine["spec"]["image"]["kind"], "ipxe");
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_makes_nothing() {
    let world = World::new().await;
    let nobody = Uuid::now_v7();
    let tags: Vec<String> = (0..60).map(|number| number.to_string()).collect();
    for kind in KINDS {
        for (fields, words) in [
            (json!({ "region": "new" }), "Invalid region. region: `new`"),
            (json!({ "os_id": 1 }), "Invalid OS. os_id: 1"),
            (json!({ "hostname": "my_host" }), "hostname: `my_host`"),
            (json!({ "user_data": "#cloud" }), "user_data: must be base64"),
            (json!({ "sshkey_id": [nobody] }), "Invalid ssh key: sshkey_id"),
            (json!({ "reserved_ipv4": nobody }), "reserved_ipv4"),
            (json!({ "script_id": nobody }), "script_id"),
            (json!({ "attach_vpc": [nobody] }), "attach_vpc"),
            (json!({ "attach_vpc2": [nobody] }), "attach_vpc2"),
            (json!({ "os_id": null, "snapshot_id": nobody }), "Invalid snapshot"),
            (json!({ "tags": tags }), "tags: 60 are too many"),
        ] {
            kind.refuses(&world, fields, words).await;
        }
    }
    let too_small =
        "Server add failed: Ubuntu 24.04 LTS x64 requires a plan with at least 1000 MB memory.";
    let newer =
        "did you mean `vc2-1c-1gb`? What is newer than this catalogue comes with --catalog FILE.";
    for (fields, words) in [
        (json!({ "plan": "vc2-none" }), "Invalid plan chosen."),
        (json!({ "plan": "vc2-1c-1g" }), newer),
        (
            json!({ "plan": "vbm-4c-32gb" }),
            "Invalid plan chosen. plan: `vbm-4c-32gb` is a bare metal plan",
        ),
        (
            json!({ "plan": "vc2-1c-0.5gb", "region": "ams" }),
            "plan is not available in the selected region: plan: `vc2-1c-0.5gb` is sold in ewr",
        ),
        (json!({ "plan": "vc2-1c-0.5gb", "os_id": UBUNTU }), too_small),
        (
            json!({ "plan": "vx1-g-2c-8g" }),
            "Server add failed: One or more block devices are required.",
        ),
        (json!({ "firewall_group_id": nobody }), "irewall"),
        (json!({ "os_id": null, "iso_id": nobody }), "iso_id"),
        (json!({ "vpc_only": true }), "vpc_only"),
    ] {
        INSTANCES.refuses(&world, fields, words).await;
    }
    for (fields, words) in [
        (json!({ "plan": "vbm-4c-32" }), "did you mean `vbm-4c-32gb`?"),
        (json!({ "plan": "vc2-1c-1gb" }), "a plan of instances"),
        (json!({ "region": "ams" }), "plan is not available in the selected region"),
        (json!({ "mdisk_mode": "raid5" }), "mdisk_mode"),
        (json!({ "mdisk_mode": "raid5" }), "raid1"),
    ] {
        METAL.refuses(&world, fields, words).await;
    }
}
