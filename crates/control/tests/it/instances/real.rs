//! What clients of the real API rely on, and what they send, where that is odd.

use std::time::Duration;

use api::bare_metals::CreateBareMetal;
use api::isos::ListPublicIsos;
use api::load_balancers::CreateLoadBalancer;
use api::regions::GetRegionAvailability;
use api::startup_scripts::StartupScriptType;
use api::vpcs::GetVpc;

use super::*;

#[tokio::test]
async fn an_instance_that_was_just_deleted_is_pending_destruction_for_a_while() {
    let world = World::builder().open().build().await;
    let instance_id = made(&world, debian()).await.id;
    world.client.send(DeleteInstance { instance_id }).await.unwrap();
    world.settle().await;
    let get = || world.client.send(GetInstance { instance_id });
    let pending = (404, "Server is pending destruction".to_owned());
    assert_eq!(refused(get().await), pending);
    assert_eq!(refused(world.client.send(DeleteInstance { instance_id }).await), pending);
    let v4 = ListInstanceIpv4 { instance_id, ..Default::default() };
    assert_eq!(world.client.send(v4.clone()).await.unwrap().items, []);
    assert_eq!(world.client.send(ListInstanceIpv6 { instance_id }).await.unwrap().items, []);
    assert_eq!(world.client.send(ListInstanceReverseIpv6 { instance_id }).await.unwrap(), []);
    let stranger = world.client_with("somebody else's key");
    let unknown = (404, "instance not found".to_owned());
    assert_eq!(refused(stranger.send(GetInstance { instance_id }).await), unknown);
    assert_eq!(refused(stranger.send(v4.clone()).await), unknown);
    world.advance(Duration::from_secs(61)).await;
    assert_eq!(refused(get().await), unknown);
    assert_eq!(refused(world.client.send(v4).await), unknown);
}

#[tokio::test]
async fn the_volume_that_was_made_to_boot_an_instance_goes_with_it() {
    let world = World::new().await;
    let device = |label: &str, bootable| BlockDevice {
        label: Some(label.into()),
        disk_size: Some(40),
        bootable: Some(bootable),
        ..BlockDevice::default()
    };
    let devices = Some(vec![device("boot", true), device("data", false), device("kept", true)]);
    let instance_id = made(&world, CreateInstance { block_devices: devices, ..debian() }).await.id;
    let labels = async || {
        let blocks = world.client.send(ListBlocks::default()).await.unwrap().items;
        blocks.into_iter().map(|block| (block.label.clone(), block.id)).collect::<Vec<_>>()
    };
    let kept = labels().await.into_iter().find(|(label, _)| label == "kept").unwrap().1;
    let detach = api::blocks::DetachBlock { block_id: kept, live: Some(true) };
    world.client.send(detach).await.unwrap();
    world.settle().await;
    world.client.send(DeleteInstance { instance_id }).await.unwrap();
    world.settle().await;
    let left: Vec<_> = labels().await.into_iter().map(|(label, _)| label).collect();
    assert_eq!(left, ["data", "kept"]);
}

#[tokio::test]
async fn a_custom_system_needs_something_that_starts_it() {
    let world = World::new().await;
    let said = "Please upload select a valid ISO or specify a valid iPXE Chain URL";
    let custom = || CreateInstance { os_id: Some(159), ..debian() };
    is_refused(&world, custom(), 400, said).await;
    let script = |kind| CreateStartupScript {
        name: "s".into(),
        script: "IyEvYmluL3No".into(),
        kind: Some(kind),
    };
    let boot = world.client.send(script(StartupScriptType::Boot)).await.unwrap().id;
    let pxe = world.client.send(script(StartupScriptType::Pxe)).await.unwrap().id;
    let with = |script_id| CreateInstance { script_id: Some(OrEmpty(Some(script_id))), ..custom() };
    is_refused(&world, with(boot), 400, said).await;
    let by_script = made(&world, with(pxe)).await;
    assert_eq!(by_script.os_id, 159);
    let iso = world.client.send(ListPublicIsos {}).await.unwrap().items[0].id;
    let by_iso = CreateInstance { iso_id: Some(OrEmpty(Some(iso))), ..custom() };
    assert_eq!(made(&world, by_iso).await.os_id, 159);
    // One that has a custom system has all that it needs; another would have nothing.
    let to_custom = |id| UpdateInstance { os_id: Some(159), ..nothing(id) };
    let same = world.client.send(to_custom(by_script.id)).await.unwrap();
    assert!(same.job_ids.is_empty(), "nothing is installed anew");
    let other = made(&world, debian()).await.id;
    let (status, text) = refused(world.client.send(to_custom(other)).await);
    assert!(status == 400 && text.starts_with(said), "{text}");
    let metal = CreateBareMetal {
        region: "ewr".into(),
        plan: "vbm-4c-32gb".into(),
        os_id: Some(159),
        ..CreateBareMetal::default()
    };
    let (status, text) = refused(world.client.send(metal).await);
    assert!(status == 400 && text.starts_with(said), "{text}");
}

#[tokio::test]
async fn a_region_in_capitals_is_the_same_region() {
    let world = World::new().await;
    let region = || "EWR".to_owned();
    let found = made(&world, CreateInstance { region: region(), ..debian() }).await;
    assert_eq!(found.region, "ewr");
    let by_region = ListInstances { region: Some("Ewr".into()), ..Default::default() };
    assert_eq!(listed(&world, by_region).await, [found.id]);
    let create = CreateVpc { region: region(), ..Default::default() };
    let vpc = world.client.send(create).await.unwrap();
    assert_eq!(world.client.send(GetVpc { vpc_id: vpc.id }).await.unwrap().region, "ewr");
    let enter = UpdateInstance { attach_vpc: Some(vec![vpc.id]), ..nothing(found.id) };
    world.client.send(enter).await.expect("both are in the same region");
    let block = CreateBlock { region: region(), size_gb: 40, ..Default::default() };
    assert_eq!(world.client.send(block).await.unwrap().region, "ewr");
    let reserved = CreateReservedIp { region: region(), ..Default::default() };
    assert_eq!(world.client.send(reserved).await.unwrap().region, "ewr");
    let balancer = CreateLoadBalancer { region: region(), ..Default::default() };
    assert_eq!(world.client.send(balancer).await.unwrap().region, "ewr");
    let metal = CreateBareMetal {
        region: region(),
        plan: "vbm-4c-32gb".into(),
        os_id: Some(DEBIAN),
        ..CreateBareMetal::default()
    };
    assert_eq!(world.client.send(metal).await.unwrap().region, "ewr");
    let available = |region: &str| {
        let region_id = region.to_owned();
        world.client.send(GetRegionAvailability { region_id, kind: None })
    };
    assert_eq!(available("EWR").await.unwrap(), available("ewr").await.unwrap());
}

#[tokio::test]
async fn a_console_is_an_address_of_the_server_that_was_asked() {
    let world = World::new().await;
    let id = made(&world, debian()).await.id;
    let kvm = async |host: &str| {
        let request = http::Request::get(format!("/v2/instances/{id}"))
            .header("authorization", format!("Bearer {}", testkit::KEY))
            .header("host", host)
            .body(String::new().into());
        let answer = world.exchange(request.unwrap()).await.into_body();
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
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
    let id = made(&world, debian()).await.id;
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
