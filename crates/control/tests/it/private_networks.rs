//! Private networks: the VPCs under their older name.

use api::id::{InstanceId, NetworkId, VpcId};
use api::instances::*;
use api::private_networks::*;
use api::vpcs::{CreateVpc, GetVpc, ListVpcs};
use testkit::{World, refused};
use uuid::Uuid;

use crate::common::instance;

async fn network(world: &World) -> Network {
    let create = CreateNetwork {
        region: "ewr".into(),
        description: Some("inner".into()),
        v4_subnet: Some("10.99.0.0".into()),
        v4_subnet_mask: Some(24),
    };
    world.client.send(create).await.unwrap()
}

#[tokio::test]
async fn a_network_is_a_vpc_by_another_name() {
    let world = World::new().await;
    let made = network(&world).await;
    assert_eq!((made.v4_subnet.as_str(), made.v4_subnet_mask), ("10.99.0.0", 24));
    let vpc = world.client.send(GetVpc { vpc_id: VpcId(made.id.0) }).await.unwrap();
    assert_eq!((vpc.description.as_str(), vpc.v4_subnet.as_str()), ("inner", "10.99.0.0"));
    let create = CreateVpc { region: "ewr".into(), ..Default::default() };
    let vpc = world.client.send(create).await.unwrap();
    let networks = world.client.send(ListNetworks::default()).await.unwrap();
    let ids: Vec<Uuid> = networks.items.iter().map(|network| network.id.0).collect();
    assert_eq!(ids, [made.id.0, vpc.id.0]);
    let page = ListNetworks { per_page: Some(1), ..Default::default() };
    let page = world.client.send(page).await.unwrap();
    assert_eq!((page.items.len(), page.meta.total), (1, 2));
    let network_id = NetworkId(vpc.id.0);
    world.client.send(DeleteNetwork { network_id }).await.unwrap();
    assert_eq!(world.client.send(ListVpcs::default()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_new_description_reads_back_and_a_long_one_is_cut() {
    let world = World::new().await;
    let network_id = network(&world).await.id;
    for (sent, kept) in [("renamed", "renamed"), (&*"x".repeat(256), &*"x".repeat(255)), ("", "")] {
        let update = UpdateNetwork { network_id, description: sent.into() };
        world.client.send(update).await.unwrap();
        let found = world.client.send(GetNetwork { network_id }).await.unwrap();
        assert_eq!(found.description, kept);
    }
}

#[tokio::test]
async fn an_unknown_network_is_told_in_the_words_that_clients_match() {
    let world = World::builder().behave(control::Behave::Vultr).build().await;
    let network_id = NetworkId(Uuid::now_v7());
    let unknown = (404, "Invalid private network ID".to_owned());
    assert_eq!(refused(world.client.send(GetNetwork { network_id }).await), unknown);
    assert_eq!(refused(world.client.send(DeleteNetwork { network_id }).await), unknown);
    let update = UpdateNetwork { network_id, description: "x".into() };
    assert_eq!(refused(world.client.send(update).await), unknown);
}

#[tokio::test]
async fn a_subnet_that_cannot_be_is_refused() {
    let world = World::new().await;
    let create = CreateNetwork {
        region: "ewr".into(),
        v4_subnet: Some("8.8.8.0".into()),
        v4_subnet_mask: Some(24),
        ..Default::default()
    };
    let (status, text) = refused(world.client.send(create).await);
    assert!(status == 400 && text.contains("v4_subnet: 8.8.8.0/24 is not within"), "{text}");
}

#[tokio::test]
async fn an_instance_in_a_network_is_in_the_vpc() {
    let world = World::new().await;
    let (id, network_id) = (InstanceId(instance(&world).await), network(&world).await.id);
    let attach = || AttachInstancePrivateNetwork { instance_id: id, network_id };
    world.client.send(attach()).await.unwrap();
    let list = ListInstancePrivateNetworks { instance_id: id, ..Default::default() };
    let places = world.client.send(list.clone()).await.unwrap().items;
    assert_eq!((places[0].id, places[0].network_id), (network_id, network_id));
    assert_eq!(places[0].ip_address, "10.99.0.3");
    let vpcs = ListInstanceVpcs { instance_id: id, ..Default::default() };
    let vpcs = world.client.send(vpcs).await.unwrap().items;
    assert_eq!((vpcs[0].id.0, &vpcs[0].mac_address), (network_id.0, &places[0].mac_address));
    let (status, text) = refused(world.client.send(attach()).await);
    assert!(status == 400 && text.contains("network_id"), "{text}");
    let (status, text) = refused(world.client.send(DeleteNetwork { network_id }).await);
    assert!(status == 400 && text.contains("attached to this VPC network: "), "{text}");
    let detach = || DetachInstancePrivateNetwork { instance_id: id, network_id };
    world.client.send(detach()).await.unwrap();
    assert_eq!(world.client.send(list).await.unwrap().items, []);
    assert_eq!(refused(world.client.send(detach()).await).0, 400);
    let network_id = NetworkId(Uuid::now_v7());
    let unknown = AttachInstancePrivateNetwork { instance_id: id, network_id };
    let (status, text) = refused(world.client.send(unknown).await);
    assert!(status == 400 && text.starts_with("Invalid private network ID"), "{text}");
}
