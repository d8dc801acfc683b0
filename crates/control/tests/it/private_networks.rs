//! Private networks: the VPCs under their older name.

use api::id::{InstanceId, NetworkId, VpcId};
use api::instances::*;
use api::private_networks::*;
use api::vpcs::{CreateVpc, GetVpc, ListVpcs};
use serde_json::json;
use testkit::World;
use uuid::Uuid;

use crate::common::{Asks as _, instance, made_of};

async fn network(world: &World) -> Network {
    let create: CreateNetwork = made_of(json!({"region": "ewr", "description": "inner",
        "v4_subnet": "10.99.0.0", "v4_subnet_mask": 24}));
    world.done(create).await
}

#[tokio::test]
async fn a_network_is_a_vpc_by_another_name() {
    let world = World::new().await;
    let made = network(&world).await;
    assert_eq!((made.v4_subnet.as_str(), made.v4_subnet_mask), ("10.99.0.0", 24));
    let vpc = world.done(GetVpc { vpc_id: VpcId(made.id.0) }).await;
    assert_eq!((vpc.description.as_str(), vpc.v4_subnet.as_str()), ("inner", "10.99.0.0"));
    let vpc = world.done(CreateVpc { region: "ewr".into(), ..Default::default() }).await;
    let networks = world.done(ListNetworks::default()).await;
    let ids: Vec<Uuid> = networks.items.iter().map(|network| network.id.0).collect();
    assert_eq!(ids, [made.id.0, vpc.id.0]);
    let network_id = NetworkId(vpc.id.0);
    world.done(DeleteNetwork { network_id }).await;
    assert_eq!(world.done(ListVpcs::default()).await.items.len(), 1);
}

#[tokio::test]
async fn a_new_description_reads_back_and_a_long_one_is_cut() {
    let world = World::new().await;
    let network_id = network(&world).await.id;
    for (sent, kept) in [("renamed", "renamed"), (&*"x".repeat(256), &*"x".repeat(255)), ("", "")] {
        world.done(UpdateNetwork { network_id, description: sent.into() }).await;
        let found = world.done(GetNetwork { network_id }).await;
        assert_eq!(found.description, kept);
    }
}

#[tokio::test]
async fn a_subnet_that_cannot_be_is_refused() {
    let world = World::new().await;
    let create = json!({"region": "ewr", "v4_subnet": "8.8.8.0", "v4_subnet_mask": 24});
    let create: CreateNetwork = made_of(create);
    world.refuses(create, "v4_subnet: 8.8.8.0/24 is not within").await;
}

#[tokio::test]
async fn an_instance_in_a_network_is_in_the_vpc() {
    let world = World::new().await;
    let (id, network_id) = (InstanceId(instance(&world).await), network(&world).await.id);
    let attach = || AttachInstancePrivateNetwork { instance_id: id, network_id };
    world.done(attach()).await;
    let list = ListInstancePrivateNetworks { instance_id: id, ..Default::default() };
    let places = world.done(list.clone()).await.items;
    assert_eq!((places[0].id, places[0].network_id), (network_id, network_id));
    assert_eq!(places[0].ip_address, "10.99.0.3");
    let vpcs = ListInstanceVpcs { instance_id: id, ..Default::default() };
    let vpcs = world.done(vpcs).await.items;
    assert_eq!((vpcs[0].id.0, &vpcs[0].mac_address), (network_id.0, &places[0].mac_address));
    world.refuses(attach(), "network_id").await;
    world.refuses(DeleteNetwork { network_id }, "attached to this VPC network: ").await;
    let detach = || DetachInstancePrivateNetwork { instance_id: id, network_id };
    world.done(detach()).await;
    assert_eq!(world.done(list).await.items, []);
    assert_eq!(world.refused(detach()).await.0, 400);
    let network_id = NetworkId(Uuid::now_v7());
    let unknown = AttachInstancePrivateNetwork { instance_id: id, network_id };
    world.refuses_with(unknown, "Invalid private network ID").await;
}
