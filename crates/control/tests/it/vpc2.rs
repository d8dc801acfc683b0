//! VPC 2.0 networks and the nodes in them.

use api::id::{InstanceId, Vpc2Id, VpcId};
use api::instances::*;
use api::vpc2::*;
use api::vpcs::{CreateVpc, GetVpc, ListVpcs};
use serde_json::json;
use testkit::World;
use uuid::Uuid;

use crate::common::{Asks as _, delete_instance, instance, made_of, stored, unbuilt_instance};

async fn network(world: &World, block: &str) -> Vpc2Id {
    let create: CreateVpc2 = made_of(json!({"region": "ewr", "description": "older net_1-a",
        "ip_type": "v4", "ip_block": block, "prefix_length": 24}));
    world.done(create).await.id
}

/// A world with a network 10.33.0.0/24.
async fn world_with_one() -> (World, Vpc2Id) {
    let world = World::new().await;
    let id = network(&world, "10.33.0.0").await;
    (world, id)
}

async fn nodes(world: &World, vpc_id: Vpc2Id) -> Vec<Vpc2Node> {
    world.done(ListVpc2Nodes::from(vpc_id)).await
}

async fn places(world: &World, id: Uuid) -> Vec<InstanceVpc2> {
    world.done(ListInstanceVpc2s { instance_id: InstanceId(id), ..Default::default() }).await.items
}

fn attach_nodes(vpc_id: Vpc2Id, ids: &[Uuid]) -> AttachVpc2Nodes {
    AttachVpc2Nodes { vpc_id, nodes: ids.iter().map(|id| InstanceId(*id)).collect() }
}

fn detach_nodes(vpc_id: Vpc2Id, ids: &[Uuid]) -> DetachVpc2Nodes {
    DetachVpc2Nodes { vpc_id, nodes: ids.iter().map(|id| InstanceId(*id)).collect() }
}

#[tokio::test]
async fn a_network_reads_back_as_it_was_sent() {
    let (world, vpc_id) = world_with_one().await;
    world.done(UpdateVpc2 { vpc_id, description: "renamed".into() }).await;
    let found = world.done(GetVpc2 { vpc_id }).await;
    assert_eq!((found.ip_block.as_str(), found.prefix_length), ("10.33.0.0", 24));
    assert_eq!((found.region.as_str(), found.description.as_str()), ("ewr", "renamed"));
    let listed = world.done(ListVpc2::default()).await;
    assert_eq!((listed.items, listed.meta.total), (vec![found], 1));
}

#[tokio::test]
async fn what_terraform_sends_for_nothing_configured_gets_a_free_block() {
    let world = World::new().await;
    let body = r#"{"region":"ewr","description":"","ip_type":"","ip_block":"","prefix_length":0}"#;
    for _ in 0..2 {
        assert_eq!(world.raw("POST", "/v2/vpc2", body).await.0, 201);
    }
    let vpc = world.done(CreateVpc { region: "ewr".into(), ..Default::default() }).await;
    let listed = world.done(ListVpc2::default()).await.items;
    let blocks = [&listed[0].ip_block, &listed[1].ip_block, &vpc.v4_subnet];
    assert!(blocks[0] != blocks[1] && !blocks[..2].contains(&blocks[2]), "{blocks:?}");
}

#[tokio::test]
async fn the_two_generations_are_never_taken_for_each_other() {
    let world = World::builder().behave(control::Behave::Vultr).build().await;
    let vpc_id = network(&world, "10.33.0.0").await;
    let vpc = world.done(CreateVpc { region: "ewr".into(), ..Default::default() }).await.id;
    assert_eq!(world.done(ListVpcs::default()).await.items.len(), 1);
    assert_eq!(world.done(ListVpc2::default()).await.items.len(), 1);
    let other = world.refused(GetVpc { vpc_id: VpcId(vpc_id.0) }).await;
    assert_eq!(other, (404, "Invalid VPC ID".into()));
    let unknown = (404, "Invalid VPC 2.0 ID".to_owned());
    let vpc_id = Vpc2Id(vpc.0);
    assert_eq!(world.refused(GetVpc2 { vpc_id }).await, unknown);
    assert_eq!(world.refused(DeleteVpc2 { vpc_id }).await, unknown);
    assert_eq!(world.refused(UpdateVpc2 { vpc_id, description: "x".into() }).await, unknown);
    assert_eq!(world.refused(ListVpc2Nodes::from(vpc_id)).await, unknown);
    let nobody = [Uuid::now_v7()];
    assert_eq!(world.refused(attach_nodes(vpc_id, &nobody)).await, unknown);
    assert_eq!(world.refused(detach_nodes(vpc_id, &nobody)).await, unknown);
}

#[tokio::test]
async fn an_instances_vpcs_are_those_of_the_one_generation() {
    let (world, vpc_id) = world_with_one().await;
    let id = instance(&world).await;
    world.done(attach_nodes(vpc_id, &[id])).await;
    let list = ListInstanceVpcs { instance_id: InstanceId(id), ..Default::default() };
    assert_eq!(world.done(list).await.items, []);
    assert_eq!(places(&world, id).await[0].id, vpc_id);
}

#[tokio::test]
async fn what_a_network_cannot_be_is_refused_with_its_field() {
    let world = World::new().await;
    let create = || CreateVpc2 { region: "ewr".into(), ..Default::default() };
    for (bad, field) in [
        (json!({"region": "ewr", "ip_type": "v6"}), "ip_type:"),
        (json!({"region": "ewr", "description": "a/b"}), "description:"),
        (json!({"region": "moon"}), "region:"),
        (json!({"region": "ewr", "ip_block": "10.0.0.0", "prefix_length": 0}), "prefix_length:"),
        (json!({"region": "ewr", "ip_block": "", "prefix_length": 24}), "ip_block:"),
        (json!({"region": "ewr", "ip_block": "8.8.8.0", "prefix_length": 24}), "ip_block:"),
        (json!({"region": "ewr", "ip_block": "10.0.0.0", "prefix_length": 31}), "prefix_length:"),
    ] {
        world.refuses(made_of::<CreateVpc2>(bad), field).await;
    }
    assert_eq!(world.done(ListVpc2::default()).await.items, []);
    for _ in 0..5 {
        world.done(create()).await;
    }
    world.refuses(create(), "maximum number of VPC 2.0 networks").await;
    let vpc_id = world.done(ListVpc2::default()).await.items[0].id;
    world.refuses(UpdateVpc2 { vpc_id, description: "a/b".into() }, "").await;
    let vpc = CreateVpc { region: "ewr".into(), ..Default::default() };
    world.client.send(vpc).await.expect("VPCs are counted apart");
}

#[tokio::test]
async fn nodes_come_and_go_together() {
    let (world, vpc_id) = world_with_one().await;
    let named = |instance: &mut control::instances::Instance| instance.label = "one".into();
    let (a, b) = (unbuilt_instance(&world, named).await, instance(&world).await);
    world.done(attach_nodes(vpc_id, &[a, b])).await;
    let listed = nodes(&world, vpc_id).await;
    assert_eq!((listed.len(), listed[0].id.0, listed[1].id.0), (2, a, b));
    let first = &listed[0];
    assert_eq!((first.ip_address.as_str(), first.description.as_str()), ("10.33.0.3", "one"));
    assert_eq!((first.kind.as_str(), first.mac_address), ("vps", 0x5a00_0a21_0003));
    assert_eq!(first.node_status, "active");
    assert_eq!(places(&world, b).await[0].mac_address, "5a:00:0a:21:00:04");
    assert_eq!(stored(&world, b).await.reboots, 0, "VPC 2.0 did without restarts");
    let page = ListVpc2Nodes { vpc_id, per_page: Some(1), cursor: None };
    assert_eq!(world.done(page).await.len(), 1);
    world.done(detach_nodes(vpc_id, &[a, b])).await;
    assert_eq!(nodes(&world, vpc_id).await, []);
}

#[tokio::test]
async fn a_request_with_a_node_that_cannot_be_moves_none() {
    let (world, vpc_id) = world_with_one().await;
    let (a, b) = (instance(&world).await, instance(&world).await);
    let elsewhere = unbuilt_instance(&world, |instance| instance.region = "ams".into()).await;
    let many: Vec<Uuid> = (0..1001).map(|_| Uuid::now_v7()).collect();
    world.done(attach_nodes(vpc_id, &[b])).await;
    for bad in [&[a, Uuid::now_v7()][..], &[], &many, &[a, elsewhere], &[a, b]] {
        world.refuses(attach_nodes(vpc_id, bad), "").await;
    }
    for bad in [&[b, a][..], &[], &[b, Uuid::now_v7()]] {
        world.refuses(detach_nodes(vpc_id, bad), "").await;
    }
    assert_eq!(nodes(&world, vpc_id).await.len(), 1);
    world.client.send(attach_nodes(vpc_id, &[a, a])).await.expect("the same, named twice");
    assert_eq!(nodes(&world, vpc_id).await.len(), 2);
}

#[tokio::test]
async fn an_instance_can_choose_its_address() {
    let (world, vpc_id) = world_with_one().await;
    let attach = |id: Uuid, address: Option<&str>| {
        let (instance_id, ip_address) = (InstanceId(id), address.map(Into::into));
        AttachInstanceVpc2 { instance_id, vpc_id, ip_address }
    };
    let (a, b, c) = (instance(&world).await, instance(&world).await, instance(&world).await);
    for bad in ["10.33.0.2", "10.33.0.255", "10.34.0.9", "nine"] {
        world.refuses(attach(a, Some(bad)), "ip_address: ").await;
    }
    world.done(attach(a, Some("10.33.0.4"))).await;
    assert_eq!(places(&world, a).await[0].ip_address, "10.33.0.4");
    world.refuses(attach(b, Some("10.33.0.4")), "10.33.0.4 is taken").await;
    world.done(attach(b, Some(""))).await;
    world.done(attach(c, None)).await;
    assert_eq!(places(&world, b).await[0].ip_address, "10.33.0.3");
    assert_eq!(places(&world, c).await[0].ip_address, "10.33.0.5");
    let detach = || DetachInstanceVpc2 { instance_id: InstanceId(a), vpc_id };
    world.done(detach()).await;
    assert_eq!(places(&world, a).await, []);
    world.refuses(detach(), "is not attached").await;
}

#[tokio::test]
async fn a_network_in_use_is_not_deleted_in_the_words_that_terraform_waits_for() {
    let (world, vpc_id) = world_with_one().await;
    let id = instance(&world).await;
    world.done(attach_nodes(vpc_id, &[id])).await;
    let ip = stored(&world, id).await.main_ip();
    let said = format!("The following servers are attached to this VPC 2.0 network: {ip}");
    assert_eq!(world.refused(DeleteVpc2 { vpc_id }).await, (400, said));
    delete_instance(&world, id).await;
    world.settle().await;
    world.done(DeleteVpc2 { vpc_id }).await;
}
