//! Which machine has an address, and what it is told of itself.

use std::net::IpAddr;

use ::fronts::Machines;
use ::fronts::machines::Machine;
use api::firewalls::IpType;
use api::id::InstanceId;
use api::instances::*;
use api::reserved_ips::*;
use api::vpcs::*;
use control::fronts::Front;
use testkit::World;
use uuid::Uuid;

use crate::common::instance::{instance, stored};
use crate::common::{Asks as _, owner};

async fn at(world: &World, address: impl Into<IpAddr>, network: Option<Uuid>) -> Option<Machine> {
    Front::new(world.control.clone()).at(address.into(), network).await.unwrap()
}

async fn vpc(world: &World) -> Uuid {
    let wish = CreateVpc {
        region: "ewr".into(),
        v4_subnet: Some("10.64.0.0".into()),
        v4_subnet_mask: Some(24),
        ..Default::default()
    };
    world.done(wish).await.id.into()
}

#[tokio::test]
async fn a_machine_is_known_by_each_of_its_public_addresses() {
    let world = World::new().await;
    let id = instance(&world, "ewr", true).await;
    let mut tx = owner(&world).await.begin();
    let mut doc = tx.get::<control::instances::Instance>(id).await.unwrap();
    doc.hostname = "web".into();
    doc.password = "secret".into();
    doc.user_data = "I2Nsb3VkLWNvbmZpZwo=".into();
    tx.put(&doc);
    tx.commit().await.unwrap();
    let (v4, v6) = (doc.main_ip(), doc.ipv6.as_ref().unwrap().address);
    let told = at(&world, v4, None).await.unwrap();
    assert_eq!((told.id, &*told.hostname, told.password.as_str()), (id.0, "web", "secret"));
    assert_eq!((&*told.region, &*told.country, &*told.plan), ("ewr", "US", "vc2-1c-1gb"));
    assert_eq!(told.user_data, b"#cloud-config\n");
    assert_eq!(told.public.ipv4[0].0, v4);
    assert_eq!(told.public.ipv4[0].1, 23);
    assert_eq!(told.public.ipv6, [(v6, 64)]);
    // Any address of its network is its own.
    assert_eq!(at(&world, v6, None).await.unwrap().id, id.0);
    let other: std::net::Ipv6Addr = (v6.to_bits() ^ 7).into();
    assert_eq!(at(&world, other, None).await.unwrap().id, id.0);
    assert_eq!(at(&world, "198.18.0.1".parse::<IpAddr>().unwrap(), None).await, None);

    let reserved = CreateReservedIp {
        region: "ewr".into(),
        ip_type: IpType::V4,
        label: None,
        instance_id: None,
    };
    let reserved = world.done(reserved).await;
    let address: IpAddr = reserved.subnet.parse().unwrap();
    assert_eq!(at(&world, address, None).await, None);
    world.done(AttachReservedIp { reserved_ip: reserved.id, instance_id: id }).await;
    let told = at(&world, address, None).await.unwrap();
    assert_eq!((told.id, told.public.ipv4[1].1), (id.0, 32));

    world.done(DeleteInstance { instance_id: id }).await;
    assert_eq!(at(&world, v4, None).await, None);
}

#[tokio::test]
async fn private_addresses_are_told_apart_by_their_network() {
    let world = World::new().await;
    let (one, two) = (vpc(&world).await, {
        let wish = CreateVpc {
            region: "ams".into(),
            v4_subnet: Some("10.64.0.0".into()),
            v4_subnet_mask: Some(24),
            ..Default::default()
        };
        world.done(wish).await.id.into()
    });
    let machines = [instance(&world, "ewr", false).await, instance(&world, "ams", false).await];
    let enter = async |id: InstanceId, network: Uuid| {
        world.done(AttachInstanceVpc { instance_id: id, vpc_id: network.into() }).await;
        stored(&world, id).await.networks[0].address
    };
    let addresses = [enter(machines[0], one).await, enter(machines[1], two).await];
    assert_eq!(addresses[0], addresses[1]);
    let told = at(&world, addresses[0], Some(one)).await.unwrap();
    assert_eq!(told.id, machines[0].0);
    assert_eq!(told.private[0].network, Some(one));
    assert_eq!(told.private[0].ipv4, [(addresses[0], 24, None)]);
    assert_eq!(at(&world, addresses[1], Some(two)).await.unwrap().id, machines[1].0);
    // Nowhere else is it anybody's.
    assert_eq!(at(&world, addresses[0], None).await, None);
    assert_eq!(at(&world, addresses[0], Some(Uuid::from_u128(1))).await, None);
}
