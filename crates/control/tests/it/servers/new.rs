//! New servers: what is told of them until they are up, and then.

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
        let id = kind.new(&world, json!({})).await;
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
