//! Addresses of instances and their names, through a server in this process.

use api::id::InstanceId;
use api::instances::*;
use testkit::{World, refused};

use crate::common::instance::{instance, stored};
use crate::common::{Asks, change_instance};

async fn ipv4s(world: &World, instance_id: InstanceId) -> Vec<InstanceIpv4> {
    world.done(ListInstanceIpv4 { instance_id, ..Default::default() }).await.items
}

fn add(instance_id: InstanceId) -> AddInstanceIpv4 {
    AddInstanceIpv4 { instance_id, reboot: None }
}

#[tokio::test]
async fn the_main_address_has_its_network_and_a_name() {
    let world = World::new().await;
    let id = instance(&world, "ewr", false).await;
    let ips = ipv4s(&world, id).await;
    let address = stored(&world, id).await.main_ip();
    assert_eq!(ips.len(), 1);
    assert_eq!((&ips[0].ip, &*ips[0].netmask), (&address.to_string(), "255.255.254.0"));
    assert!(ips[0].gateway.parse::<std::net::Ipv4Addr>().unwrap() < address);
    assert_eq!(ips[0].kind, AddressType::MainIp);
    assert_eq!(ips[0].reverse, format!("{address}.vultrusercontent.com"));
    assert_eq!(ips[0].mac_address, None, "it was not asked for");
    let public_network = Some(true);
    let list = ListInstanceIpv4 { instance_id: id, public_network, ..Default::default() };
    let shown = world.done(list).await.items;
    assert!(shown[0].mac_address.as_ref().unwrap().starts_with("56:00:"));
}

#[tokio::test]
async fn an_added_address_is_listed_at_once_and_given_back() {
    let world = World::new().await;
    let id = instance(&world, "ewr", false).await;
    let added = world.done(add(id)).await;
    assert_eq!(added.kind, AddressType::SecondaryIp);
    assert_eq!(ipv4s(&world, id).await[1], added);
    assert_eq!(world.store.taken("ipv4", &added.ip).await.unwrap(), Some(id.into()));
    let remove = RemoveInstanceIpv4 { instance_id: id, ipv4: added.ip.clone() };
    world.done(remove.clone()).await;
    assert_eq!(ipv4s(&world, id).await.len(), 1);
    assert_eq!(world.store.taken("ipv4", &added.ip).await.unwrap(), None);
    world.refuses_with(remove, "Invalid IP address").await;
}

#[tokio::test]
async fn an_instance_restarts_for_an_address_only_when_asked_and_on() {
    let world = World::new().await;
    let id = instance(&world, "ewr", false).await;
    world.done(add(id)).await;
    assert_eq!(stored(&world, id).await.reboots, 0);
    world.done(AddInstanceIpv4 { reboot: Some(true), ..add(id) }).await;
    assert_eq!(stored(&world, id).await.reboots, 1);
    let off = instance(&world, "ewr", false).await;
    change_instance(&world, off.into(), |instance| instance.halted = true).await;
    world.done(AddInstanceIpv4 { reboot: Some(true), ..add(off) }).await;
    assert_eq!(stored(&world, off).await.reboots, 0);
}

#[tokio::test]
async fn two_addresses_can_be_added() {
    let world = World::new().await;
    let id = instance(&world, "ewr", false).await;
    for _ in 0..2 {
        world.done(add(id)).await;
    }
    world.refuses(add(id), "2 at most").await;
    assert_eq!(ipv4s(&world, id).await.len(), 3);
}

#[tokio::test]
async fn the_main_address_and_reserved_ones_are_not_removed() {
    let world = World::new().await;
    let id = instance(&world, "ewr", false).await;
    let wish = api::reserved_ips::CreateReservedIp {
        region: "ewr".into(),
        instance_id: Some(id.into()),
        ..Default::default()
    };
    world.done(wish).await;
    let before = ipv4s(&world, id).await;
    for (place, help) in [(0, "main address"), (1, "reserved IP")] {
        let ipv4 = before[place].ip.clone();
        let outcome = world.client.send(RemoveInstanceIpv4 { instance_id: id, ipv4 }).await;
        let (status, text) = refused(outcome);
        assert!(status == 400 && text.contains(help), "{text}");
    }
    assert_eq!(ipv4s(&world, id).await, before);
}

#[tokio::test]
async fn ipv6_addresses_are_written_in_full_and_networks_are_not() {
    let world = World::new().await;
    let id = instance(&world, "ewr", true).await;
    let list = world.done(ListInstanceIpv6 { instance_id: id }).await;
    let ipv6 = stored(&world, id).await.ipv6.clone().unwrap();
    assert_eq!((list.items.len(), list.meta.total), (1, 1));
    let item = &list.items[0];
    assert_eq!((item.network.clone(), item.network_size), (ipv6.network.to_string(), 64));
    assert_eq!(item.ip.len(), 39, "{}", item.ip);
    assert_eq!(item.ip.parse(), Ok(ipv6.address));
    let without = instance(&world, "ewr", false).await;
    let list = world.done(ListInstanceIpv6 { instance_id: without }).await;
    assert_eq!(list.items, []);
}
