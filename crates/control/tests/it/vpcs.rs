//! VPCs, and the places that instances have in them.

use std::net::Ipv4Addr;

use api::id::{InstanceId, VpcId};
use api::instances::{
    AttachInstanceVpc, DetachInstanceVpc, InstanceVpc, ListInstanceVpcs, UpdateInstance,
};
use api::vpcs::*;
use control::instances::Instance;
use control::vpcs::{VPC, default_of, enter, exit};
use drivers::Machines;
use serde_json::{Value, json};
use testkit::{World, refused};
use uuid::Uuid;

use crate::common::{
    Asks as _, change_instance, delete_instance, instance, made_of, owner, stored, unbuilt_instance,
};

/// A network in Newark that is to have this subnet.
fn network(subnet: &str, mask: u32) -> CreateVpc {
    made_of(json!({"region": "ewr", "v4_subnet": subnet, "v4_subnet_mask": mask}))
}

fn in_region(region: &str) -> CreateVpc {
    CreateVpc { region: region.into(), ..Default::default() }
}

async fn vpc(world: &World, first: &str, mask: u32) -> VpcId {
    world.done(network(first, mask)).await.id
}

/// A world with a network 10.64.0.0/24.
async fn world_with_one() -> (World, VpcId) {
    let world = World::new().await;
    let id = vpc(&world, "10.64.0.0", 24).await;
    (world, id)
}

fn attach(instance: Uuid, vpc_id: VpcId) -> AttachInstanceVpc {
    AttachInstanceVpc { instance_id: instance.into(), vpc_id }
}

fn detach(instance: Uuid, vpc_id: VpcId) -> DetachInstanceVpc {
    DetachInstanceVpc { instance_id: instance.into(), vpc_id }
}

/// As many instances in Newark.
async fn instances<const N: usize>(world: &World) -> [Uuid; N] {
    let mut ids = [Uuid::nil(); N];
    for id in &mut ids {
        *id = instance(world).await;
    }
    ids
}

async fn places(world: &World, instance: Uuid) -> Vec<InstanceVpc> {
    let instance_id = InstanceId(instance);
    world.done(ListInstanceVpcs { instance_id, ..Default::default() }).await.items
}

async fn address(world: &World, instance: Uuid) -> String {
    places(world, instance).await[0].ip_address.clone()
}

async fn all(world: &World) -> Vec<Vpc> {
    world.done(ListVpcs::default()).await.items
}

#[tokio::test]
async fn a_vpc_reads_back_as_it_was_sent() {
    let world = World::new().await;
    let id = vpc(&world, "172.20.16.0", 20).await;
    world.done(UpdateVpc { vpc_id: id, description: "inner / ${x}".into() }).await;
    let found = world.done(GetVpc { vpc_id: id }).await;
    assert_eq!((found.v4_subnet.as_str(), found.v4_subnet_mask), ("172.20.16.0", 20));
    assert_eq!((found.region.as_str(), found.description.as_str()), ("ewr", "inner / ${x}"));
    assert_eq!(found.date_created.as_millis(), testkit::BEGINNING);
    assert_eq!(found.internet, VpcInternet::default());
    assert_eq!(all(&world).await, [found]);
    world.done(UpdateVpc { vpc_id: id, description: String::new() }).await;
    assert_eq!(all(&world).await[0].description, "");
}

#[tokio::test]
async fn an_empty_subnet_and_size_0_get_a_private_range_that_overlaps_with_none_of_the_region() {
    let world = World::new().await;
    let given = vpc(&world, "10.1.0.0", 17).await;
    let empty = r#"{"region":"ewr","description":"","v4_subnet":"","v4_subnet_mask":0}"#;
    for body in [empty, r#"{"region":"ewr"}"#, empty, empty] {
        assert_eq!(world.raw("POST", "/v2/vpcs", body).await.0, 201);
    }
    let vpcs = all(&world).await;
    let network = |vpc: &Vpc| format!("{}/{}", vpc.v4_subnet, vpc.v4_subnet_mask).parse().unwrap();
    let networks: Vec<control::Network> = vpcs.iter().map(network).collect();
    assert_eq!((networks.len(), vpcs[0].id), (5, given));
    let tens: control::Network = "10.0.0.0/8".parse().unwrap();
    for (place, network) in networks.iter().enumerate() {
        assert!(tens.overlaps(*network));
        assert!(!networks[..place].iter().any(|other| other.overlaps(*network)), "{network}");
    }
}

#[tokio::test]
async fn a_subnet_that_cannot_be_is_refused_with_the_field_and_leaves_nothing() {
    let world = World::new().await;
    for (subnet, mask, field) in [
        ("10.0.0.0", 0, "v4_subnet_mask"),
        ("", 24, "v4_subnet:"),
        ("ten", 24, "v4_subnet:"),
        ("fd00::", 64, "v4_subnet:"),
        ("10.0.0.0/24", 24, "v4_subnet:"),
        ("10.0.0.0", 7, "v4_subnet_mask"),
        ("10.0.0.0", 30, "v4_subnet_mask"),
        ("10.0.0.0", 256 + 24, "v4_subnet_mask"),
        ("10.0.0.1", 24, "give its first, 10.0.0.0"),
        ("172.16.0.0", 11, "v4_subnet:"),
        ("192.168.0.0", 15, "v4_subnet:"),
        ("11.0.0.0", 24, "v4_subnet:"),
        ("198.18.0.0", 24, "v4_subnet:"),
    ] {
        world.refuses(network(subnet, mask), field).await;
    }
    world.refuses_with(in_region("ewe"), "Invalid region.").await;
    assert_eq!(all(&world).await, []);
}

#[tokio::test]
async fn a_region_has_room_for_five() {
    let world = World::builder().behave(control::Behave::Vultr).build().await;
    for _ in 0..5 {
        world.done(in_region("ewr")).await;
    }
    let said = "You have reached the maximum number of VPC networks in this region.".to_owned();
    assert_eq!(world.refused(in_region("ewr")).await, (400, said));
    world.done(in_region("ams")).await;
    let first = all(&world).await[0].id;
    world.done(DeleteVpc { vpc_id: first }).await;
    world.done(in_region("ewr")).await;
}

#[tokio::test]
async fn five_is_the_limit_also_for_those_who_ask_at_once() {
    let world = World::new().await;
    let asked = (0..8).map(|_| world.client.send(in_region("ewr")));
    let answers = futures_util::future::join_all(asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 5);
    let subnets: std::collections::BTreeSet<_> =
        all(&world).await.into_iter().map(|vpc| vpc.v4_subnet).collect();
    assert_eq!(subnets.len(), 5);
}

#[tokio::test]
async fn a_long_description_is_cut_without_a_word() {
    let world = World::new().await;
    let (long, cut) = ("ä".repeat(300), "ä".repeat(255));
    let create = CreateVpc { description: Some(long.clone()), ..in_region("ewr") };
    let made = world.done(create).await;
    assert_eq!(made.description, cut);
    world.done(UpdateVpc { vpc_id: made.id, description: long }).await;
    assert_eq!(all(&world).await[0].description, cut);
}

#[tokio::test]
async fn addresses_are_handed_out_from_3_on_and_the_lowest_free_one_first() {
    let (world, network) = world_with_one().await;
    let [a, b, c, d] = instances(&world).await;
    for id in [a, b, c] {
        world.done(attach(id, network)).await;
    }
    let place = &places(&world, a).await[0];
    assert_eq!((place.id, place.ip_address.as_str()), (network, "10.64.0.3"));
    assert_eq!(place.mac_address, "5a:00:0a:40:00:03");
    assert_eq!(address(&world, b).await, "10.64.0.4");
    assert_eq!(address(&world, c).await, "10.64.0.5");
    world.done(detach(b, network)).await;
    assert_eq!(places(&world, b).await, []);
    world.done(attach(d, network)).await;
    assert_eq!(address(&world, d).await, "10.64.0.4", "detached: free at once");
    delete_instance(&world, a).await;
    world.settle().await;
    world.done(attach(b, network)).await;
    assert_eq!(address(&world, b).await, "10.64.0.3", "its owner is gone");
}

#[tokio::test]
async fn instances_that_come_at_once_get_different_addresses() {
    let (world, network) = world_with_one().await;
    let ids = instances::<6>(&world).await;
    futures_util::future::join_all(ids.map(|id| world.done(attach(id, network)))).await;
    let mut addresses = std::collections::BTreeSet::new();
    for id in ids {
        addresses.insert(address(&world, id).await.parse::<Ipv4Addr>().unwrap());
    }
    let expected = (3..9).map(|last| Ipv4Addr::new(10, 64, 0, last)).collect();
    assert_eq!(addresses, expected);
}

#[tokio::test]
async fn a_full_network_takes_nobody_until_somebody_leaves() {
    let world = World::new().await;
    let network = vpc(&world, "192.168.7.8", 29).await;
    let members = instances::<4>(&world).await;
    for id in members {
        world.done(attach(id, network)).await;
    }
    assert_eq!(address(&world, members[3]).await, "192.168.7.14");
    let late = instance(&world).await;
    world.refuses_with(attach(late, network), "No IP addresses are available").await;
    assert_eq!(places(&world, late).await, []);
    world.done(detach(members[1], network)).await;
    world.done(attach(late, network)).await;
    assert_eq!(address(&world, late).await, "192.168.7.12");
}

#[tokio::test]
async fn an_attachment_that_cannot_be_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let id = instance(&world).await;
    let network = vpc(&world, "10.64.0.0", 24).await;
    let elsewhere = world.done(in_region("ams")).await.id;
    world.refuses_with(detach(id, network), "VPC network is not attached").await;
    world.done(attach(id, network)).await;
    let before = stored(&world, id).await.networks.clone();
    let nowhere = VpcId(Uuid::now_v7());
    for (vpc_id, words) in [
        (network, "VPC network is already attached to this instance"),
        (elsewhere, "vpc_id: the VPC network is in ams, the instance in ewr"),
        (nowhere, "Invalid VPC ID: vpc_id"),
    ] {
        world.refuses(attach(id, vpc_id), words).await;
    }
    for vpc_id in [nowhere, elsewhere] {
        world.refuses(detach(id, vpc_id), "").await;
    }
    assert_eq!(stored(&world, id).await.want.networks, before);
}

/// The real API lets it be: two networks can even be alike.
#[tokio::test]
async fn an_instance_may_be_in_two_networks_with_the_same_subnet() {
    let world = World::new().await;
    let id = instance(&world).await;
    let one = vpc(&world, "10.64.0.0", 24).await;
    let same = vpc(&world, "10.64.0.0", 24).await;
    world.done(attach(id, one)).await;
    world.done(attach(id, same)).await;
    let nics = &stored(&world, id).await.want.networks;
    assert_eq!(nics.iter().map(|nic| nic.network).collect::<Vec<_>>(), [one.0, same.0]);
}

#[tokio::test]
async fn a_network_in_use_is_not_deleted_and_names_the_public_addresses_of_its_members() {
    let (world, network) = world_with_one().await;
    let [a, b] = instances(&world).await;
    let hidden = unbuilt_instance(&world, |instance| instance.ipv4.clear()).await;
    for id in [a, b, hidden] {
        world.done(attach(id, network)).await;
    }
    let (first, second) = (stored(&world, a).await.main_ip(), stored(&world, b).await.main_ip());
    let said = "The following servers are attached to this VPC network";
    let said = format!("{said}: {first}, {second}, 10.64.0.5");
    let delete = || DeleteVpc { vpc_id: network };
    assert_eq!(world.refused(delete()).await, (400, said));
    world.done(detach(a, network)).await;
    delete_instance(&world, hidden).await;
    let (_, text) = world.refused(delete()).await;
    assert!(text.ends_with(&format!("network: {second}")), "{text}");
    delete_instance(&world, b).await;
    world.done(delete()).await;
    world.settle().await;
    assert_eq!(all(&world).await, []);
}

#[tokio::test]
async fn attachments_tell_who_is_in_a_network_and_since_when() {
    let (world, network) = world_with_one().await;
    let list = ListVpcAttachments { per_page: Some(1), ..network.into() };
    assert_eq!(world.pages(list.clone()).await.concat(), []);
    let [a, b] = instances(&world).await;
    world.advance(std::time::Duration::from_secs(3600)).await;
    world.done(attach(a, network)).await;
    world.done(attach(b, network)).await;
    let pages = world.pages(list).await;
    let [[first], [second]] = [&pages[0][..], &pages[1]] else { panic!("{pages:?}") };
    assert_eq!(first.linked_subscription.as_ref().unwrap().id, a.to_string());
    assert_eq!((&*first.ip.v4, &*first.mac_address), ("10.64.0.3", "5a:00:0a:40:00:03"));
    assert_eq!(first.date_added.as_millis() / 1000, world.clock.now() / 1000);
    assert_eq!((&*second.ip.v4, pages.len()), ("10.64.0.4", 2));
    assert_ne!(second.id, first.id);
}

#[tokio::test]
async fn attachments_are_all_that_has_an_address_in_a_network() {
    let (world, network) = world_with_one().await;
    let post = async |path: &str, body: Value| {
        let (status, text) = world.raw("POST", path, &body.to_string()).await;
        assert!((200..300).contains(&status), "{text}");
        let made: Value = serde_json::from_str(&text).unwrap();
        let made = made.as_object().unwrap().values().next().unwrap();
        made["id"].as_str().unwrap().to_owned()
    };
    let database = json!({
        "database_engine": "pg", "database_engine_version": "17", "region": "ewr", "label": "orders",
        "plan": "vultr-dbaas-startup-cc-1-55-2", "vpc_id": network,
    });
    let database = post("/v2/databases", database).await;
    let [server, _] = instances(&world).await;
    world.done(attach(server, network)).await;
    let gateway = json!({
        "region": "ewr", "type": "nfs4", "label": "files", "export_config": [],
        "network_config": { "primary": { "ipv4_public_enabled": false,
            "vpc": { "vpc_uuid": network } } },
    });
    let gateway = post("/v2/storage-gateways", gateway).await;
    let nat = post(&format!("/v2/vpcs/{network}/nat-gateway"), json!({})).await;
    let pages = world.pages(ListVpcAttachments { per_page: Some(1), ..network.into() }).await;
    let found: Vec<_> = pages.concat();
    let told = |one: &VpcAttachment| {
        let linked = one.linked_subscription.clone().unwrap();
        assert_eq!(linked.kind, one.kind);
        (one.kind.clone(), linked.id)
    };
    let server = server.to_string();
    let mut expected = vec![
        ("managed_database", &database),
        ("vps", &server),
        ("storage_gateway", &gateway),
        ("nat_gateway", &nat),
    ];
    let mut all: Vec<_> = found.iter().map(told).collect();
    assert_eq!(pages.len(), 4, "each on a page of its own");
    all.sort();
    expected.sort_unstable();
    let expected: Vec<_> =
        expected.into_iter().map(|(kind, id)| (kind.into(), id.clone())).collect();
    assert_eq!(all, expected);
    let addresses: std::collections::BTreeSet<_> = found.iter().map(|one| &one.ip.v4).collect();
    assert_eq!(addresses.len(), 4);
    let macs: std::collections::BTreeSet<_> = found.iter().map(|one| &one.mac_address).collect();
    assert_eq!(macs.len(), 4);
    assert_eq!(world.raw("DELETE", &format!("/v2/databases/{database}"), "").await.0, 204);
    world.settle().await;
    let left = world.pages(ListVpcAttachments::from(network)).await.concat();
    assert!(left.len() == 3 && left.iter().all(|one| one.kind != "managed_database"), "{left:?}");
}

#[tokio::test]
async fn the_machine_gets_the_interface_and_restarts_unless_it_is_switched_off() {
    let (world, network) = world_with_one().await;
    let [on, off] = instances(&world).await;
    change_instance(&world, off, |instance| instance.halted = true).await;
    world.settle().await;
    for id in [on, off] {
        let before = world.sim.observe_machine(id).await.reset;
        world.done(attach(id, network)).await;
        world.settle().await;
        let machine = world.sim.observe_machine(id).await;
        assert_eq!(machine.nics.len(), 1);
        assert_eq!(machine.nics[0].network, network.0);
        assert_eq!(machine.running, id == on);
        assert_eq!(machine.reset, before + u64::from(id == on));
        assert_eq!(machine.nics[0].address, address(&world, id).await);
        world.done(detach(id, network)).await;
        world.settle().await;
        assert_eq!(world.sim.observe_machine(id).await.nics, []);
    }
}

#[tokio::test]
async fn the_default_network_is_the_regions_first_or_a_new_one_for_an_instance_being_made() {
    let world = World::new().await;
    let cx = owner(&world).await;
    let mut made = Vec::new();
    for _ in 0..2 {
        let mut tx = cx.begin();
        let mut doc = tx.new_doc(Instance::default());
        doc.region = "ewr".into();
        let network = default_of(&mut tx, VPC.sort, "ewr").await.unwrap();
        enter(&mut tx, &mut doc, VPC, "attach_vpc", network, None).await.unwrap();
        tx.put(&doc);
        tx.commit().await.unwrap();
        assert_eq!(doc.reboots, 0, "there is no machine yet that could restart");
        made.push((doc.id(), network));
    }
    assert_eq!(made[0].1, made[1].1);
    assert_eq!(all(&world).await.len(), 1);
    assert_eq!(address(&world, made[0].0).await, "10.1.96.3");
    assert_eq!(address(&world, made[1].0).await, "10.1.96.4");
    let mut tx = cx.begin();
    let mut doc = tx.get::<Instance>(made[0].0).await.unwrap();
    exit(&mut tx, &mut doc, VPC, "detach_vpc", made[0].1).await.unwrap();
    tx.put(&doc);
    tx.commit().await.unwrap();
    assert_eq!(places(&world, made[0].0).await, []);
}

#[tokio::test]
async fn an_instance_without_networks_lists_none() {
    let world = World::new().await;
    let id = instance(&world).await;
    for family in ["vpcs", "vpc2", "private-networks"] {
        let (status, body) = world.raw("GET", &format!("/v2/instances/{id}/{family}"), "").await;
        let key = if family == "private-networks" { "private_networks" } else { "vpcs" };
        assert_eq!(status, 200);
        assert!(body.contains(&format!(r#""{key}":[]"#)) && body.contains(r#""links""#), "{body}");
    }
}

/// The machine behind an instance, which must be there.
trait Observed {
    async fn observe_machine(&self, id: Uuid) -> drivers::Machine;
}

impl Observed for drivers::Sim {
    async fn observe_machine(&self, id: Uuid) -> drivers::Machine {
        Machines::observe(self, id).await.unwrap().expect("the machine is there")
    }
}

#[tokio::test]
async fn what_is_to_be_left_must_be_there_and_what_is_not_joined_is_passed_over() {
    let world = World::builder().open().build().await;
    let instance_id = InstanceId(instance(&world).await);
    let update = async |vpc_id| {
        let detach_vpc = Some(vec![vpc_id]);
        let update = UpdateInstance { instance_id, detach_vpc, ..UpdateInstance::default() };
        world.client.send(update).await
    };
    let mine = vpc(&world, "10.7.0.0", 24).await;
    assert!(update(mine).await.unwrap().instance.vpcs.is_empty());
    let others = world.client_with("a key of somebody else");
    let others = others.send(in_region("ewr")).await.unwrap().id;
    for unknown in [VpcId(Uuid::now_v7()), others] {
        let (status, said) = refused(update(unknown).await);
        assert_eq!(status, 400);
        assert!(said.starts_with("Invalid VPC ID") && said.contains("detach_vpc"), "{said}");
    }
}
