//! What clients of the real API rely on, and what they send, where that is odd.

use super::*;

#[tokio::test]
async fn an_instance_that_was_just_deleted_is_pending_destruction_for_a_while() {
    let world = World::builder().open().build().await;
    let id = INSTANCES.up(&world).await;
    let (uri, instance_id) = (INSTANCES.of(&id), id.parse().unwrap());
    destroy(&world, &id).await;
    world.settle().await;
    let pending = (404, "Server is pending destruction".to_owned());
    for method in ["GET", "DELETE"] {
        assert_eq!(refused(&world, method, &uri, json!(null)).await, pending);
    }
    for (list, key) in [("ipv4", "ipv4s"), ("ipv6", "ipv6s"), ("ipv6/reverse", "reverse_ipv6s")] {
        let (status, answer) = call(&world, "GET", &format!("{uri}/{list}"), json!(null)).await;
        assert_eq!((status, &answer[key]), (200, &json!([])));
    }
    let stranger = world.client_with("somebody else's key");
    let unknown = (404, "instance not found".to_owned());
    let v4 = ListInstanceIpv4 { instance_id, ..Default::default() };
    let got = stranger.instances().get(instance_id).await;
    assert_eq!(testkit::refused(got), unknown);
    assert_eq!(testkit::refused(stranger.send(v4).await), unknown);
    world.advance(Duration::from_secs(61)).await;
    for uri in [&uri, &format!("{uri}/ipv4")] {
        assert_eq!(refused(&world, "GET", uri, json!(null)).await, unknown);
    }
}

#[tokio::test]
async fn the_volume_that_was_made_to_boot_an_instance_goes_with_it() {
    let world = World::new().await;
    let device =
        |label: &str, bootable| json!({ "label": label, "disk_size": 40, "bootable": bootable });
    let devices = [device("boot", true), device("data", false), device("kept", true)];
    let found = INSTANCES.made(&world, json!({ "block_devices": devices })).await;
    let blocks = async || {
        let mut answer = read(&world, "/v2/blocks").await;
        std::mem::take(answer["blocks"].as_array_mut().unwrap())
    };
    let kept = blocks().await.into_iter().find(|block| block["label"] == "kept").unwrap();
    let detach = format!("/v2/blocks/{}/detach", id_of(&kept));
    done(&world, "POST", &detach, json!({ "live": true })).await;
    world.settle().await;
    destroy(&world, id_of(&found)).await;
    world.settle().await;
    let left: Vec<_> = blocks().await.into_iter().map(|mut block| block["label"].take()).collect();
    assert_eq!(left, ["data", "kept"]);
}

#[tokio::test]
async fn a_custom_system_needs_something_that_starts_it() {
    let world = World::new().await;
    let said = "Please upload select a valid ISO or specify a valid iPXE Chain URL";
    let script = async |kind: &str| {
        let script = json!({ "name": "s", "script": "IyEvYmluL3No", "type": kind });
        add(&world, "/v2/startup-scripts", script).await["id"].take()
    };
    let (boot, pxe) = (script("boot").await, script("pxe").await);
    let custom = || json!({ "os_id": 159 });
    METAL.refuses(&world, custom(), said).await;
    INSTANCES.refuses(&world, custom(), said).await;
    INSTANCES.refuses(&world, json!({ "os_id": 159, "script_id": boot }), said).await;
    let by_script = INSTANCES.made(&world, json!({ "os_id": 159, "script_id": pxe })).await;
    assert_eq!(by_script["os_id"], 159);
    let iso = read(&world, "/v2/iso-public").await["public_isos"][0].take();
    let by_iso = INSTANCES.made(&world, json!({ "os_id": 159, "iso_id": iso["id"] })).await;
    assert_eq!(by_iso["os_id"], 159);
    // One that has a custom system has all that it needs; another would have nothing.
    let (_, same) = call(&world, "PATCH", &INSTANCES.of(id_of(&by_script)), custom()).await;
    assert_eq!(same.get("job_ids"), None, "nothing is installed anew");
    assert_eq!(same["instance"]["os_id"], 159);
    let other = INSTANCES.of(&INSTANCES.up(&world).await);
    let (status, text) = refused(&world, "PATCH", &other, custom()).await;
    assert!(status == 400 && text.starts_with(said), "{text}");
}

#[tokio::test]
async fn a_region_in_capitals_is_the_same_region() {
    let world = World::new().await;
    let found = INSTANCES.made(&world, json!({ "region": "EWR" })).await;
    assert_eq!(found["region"], "ewr");
    assert_eq!(listed(&world, "region=Ewr").await, [found["id"].clone()]);
    let vpc = add(&world, "/v2/vpcs", json!({ "region": "EWR" })).await;
    let uri = format!("/v2/vpcs/{}", id_of(&vpc));
    assert_eq!(read(&world, &uri).await["vpc"]["region"], "ewr");
    // Both are in the same region.
    INSTANCES.update(&world, id_of(&found), json!({ "attach_vpc": [vpc["id"]] })).await;
    for (uri, fields) in [
        ("/v2/blocks", json!({ "size_gb": 40 })),
        ("/v2/reserved-ips", json!({ "ip_type": "v4" })),
        ("/v2/load-balancers", json!({})),
        (METAL.path, METAL.wish(json!({}))),
    ] {
        let made = add(&world, uri, with(fields, json!({ "region": "EWR" }))).await;
        assert_eq!(made["region"], "ewr");
    }
    let available = async |region: &str| {
        call(&world, "GET", &format!("/v2/regions/{region}/availability"), json!(null)).await
    };
    assert_eq!(available("ewr").await.0, 200);
    assert_eq!(available("EWR").await, available("ewr").await);
}

#[tokio::test]
async fn a_console_is_an_address_of_the_server_that_was_asked() {
    let world = World::new().await;
    let id = INSTANCES.up(&world).await;
    let kvm = async |host: &str| {
        let request = http::Request::get(format!("/v2/instances/{id}"))
            .header("authorization", format!("Bearer {}", testkit::KEY))
            .header("host", host)
            .body(String::new().into());
        let answer = world.exchange(request.unwrap()).await.into_body();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["instance"]["kvm"].as_str().unwrap().to_owned()
    };
    assert_eq!(kvm("localhost:8787").await, format!("http://localhost:8787/_kettle/console/{id}"));
    assert_eq!(kvm("api.vultr.com").await, format!("http://127.0.0.1:8787/_kettle/console/{id}"));
    let (status, page) = world.raw("GET", &format!("/_kettle/console/{id}"), "").await;
    assert!(status == 200 && page.contains("No console"), "{page}");
}

#[tokio::test]
async fn what_is_empty_is_left_out_for_older_clients() {
    let world = World::new().await;
    let id = INSTANCES.up(&world).await;
    let uri = format!("/v2/instances/{id}");
    let (_, answer) = world.raw("PATCH", &uri, r#"{"label":"x"}"#).await;
    assert!(!answer.contains("job_ids"), "{answer}");
    let (_, answer) = world.raw("PATCH", &uri, &format!(r#"{{"os_id":{UBUNTU}}}"#)).await;
    assert!(answer.contains(r#""job_ids":[""#), "{answer}");
    let (_, answer) = world.raw("GET", "/v2/regions/ewr/availability", "").await;
    assert!(!answer.contains("available_vpc_only_plans"), "{answer}");
    for list in ["ipv6/reverse", "ipv6"] {
        let (_, answer) = world.raw("GET", &format!("{uri}/{list}"), "").await;
        assert_eq!(answer.contains("meta"), list == "ipv6", "{answer}");
    }
}

#[tokio::test]
async fn what_is_sent_oddly_is_taken_and_told_in_the_log() {
    let world = World::new().await;
    let (heard, _listening) = log::listen();
    let body = r#"{"region":"ewr","plan":"vc2-1c-1gb","os_id":2136.0,
        "ssh_key_ids":["x"],"attach_vpc":[""],"block_devices":[{"disk_size":40.0,"labels":"a"}]}"#;
    for _ in 0..2 {
        let (status, text) = world.raw("POST", "/v2/instances", body).await;
        assert_eq!(status, 202, "{text}");
    }
    let heard = heard.lock().unwrap().clone();
    // The request's own line and its body stand there, too.
    let warned = heard.iter().filter(|line| line.contains("no such field")).collect::<Vec<_>>();
    let told = |field: &str| {
        warned.iter().filter(|line| line.contains(field)).copied().collect::<Vec<_>>()
    };
    let [unknown] = told("ssh_key_ids")[..] else { panic!("told once: {heard:?}") };
    assert!(unknown.contains("did you mean `sshkey_id`?"), "{unknown}");
    assert!(unknown.contains("create-instance"), "{unknown}");
    let [nested] = told("block_devices[0].labels")[..] else { panic!("told once: {heard:?}") };
    assert!(nested.contains("did you mean `label`?"), "{nested}");
}

#[tokio::test]
async fn under_the_real_apis_behaviour_the_log_says_nothing() {
    let world = World::builder().behave(Behave::Vultr).build().await;
    let (heard, _listening) = log::listen();
    let body = r#"{"region":"ewr","plan":"vc2-1c-1gb","os_id":2136,"ssh_key_ids":["x"]}"#;
    assert_eq!(world.raw("POST", "/v2/instances", body).await.0, 202);
    let heard = heard.lock().unwrap().clone();
    assert!(!heard.iter().any(|line| line.contains("no such field")), "{heard:?}");
}
