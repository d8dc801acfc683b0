//! Addresses of instances and their names, through a server in this process.

use api::id::InstanceId;
use api::instances::*;
use testkit::{World, refused};

use crate::common::instance::{instance, stored};
use crate::common::owner;

async fn ipv4s(world: &World, instance_id: InstanceId) -> Vec<InstanceIpv4> {
    let list = ListInstanceIpv4 { instance_id, ..Default::default() };
    world.client.send(list).await.unwrap().items
}

fn add(instance_id: InstanceId) -> AddInstanceIpv4 {
    AddInstanceIpv4 { instance_id, reboot: None }
}

async fn names(world: &World, instance_id: InstanceId) -> Vec<(String, String)> {
    let list = world.client.send(ListInstanceReverseIpv6 { instance_id }).await.unwrap();
    list.into_iter().map(|name| (name.ip, name.reverse)).collect()
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
    let shown = world.client.send(list).await.unwrap().items;
    assert!(shown[0].mac_address.as_ref().unwrap().starts_with("56:00:"));
}

#[tokio::test]
async fn an_added_address_is_listed_at_once_and_given_back() {
    let world = World::new().await;
    let id = instance(&world, "ewr", false).await;
    let added = world.client.send(add(id)).await.unwrap();
    assert_eq!(added.kind, AddressType::SecondaryIp);
    assert_eq!(ipv4s(&world, id).await[1], added);
    assert_eq!(world.store.taken("ipv4", &added.ip).await.unwrap(), Some(id.into()));
    let remove = RemoveInstanceIpv4 { instance_id: id, ipv4: added.ip.clone() };
    world.client.send(remove.clone()).await.unwrap();
    assert_eq!(ipv4s(&world, id).await.len(), 1);
    assert_eq!(world.store.taken("ipv4", &added.ip).await.unwrap(), None);
    let (status, text) = refused(world.client.send(remove).await);
    assert!(status == 400 && text.starts_with("Invalid IP address"), "{text}");
}

#[tokio::test]
async fn an_instance_restarts_for_an_address_only_when_asked_and_on() {
    let world = World::new().await;
    let id = instance(&world, "ewr", false).await;
    world.client.send(add(id)).await.unwrap();
    assert_eq!(stored(&world, id).await.reboots, 0);
    world.client.send(AddInstanceIpv4 { reboot: Some(true), ..add(id) }).await.unwrap();
    assert_eq!(stored(&world, id).await.reboots, 1);
    let off = instance(&world, "ewr", false).await;
    let mut tx = owner(&world).await.begin();
    let mut doc = tx.get::<control::instances::Instance>(off).await.unwrap();
    doc.halted = true;
    tx.put(&doc);
    tx.commit().await.unwrap();
    world.client.send(AddInstanceIpv4 { reboot: Some(true), ..add(off) }).await.unwrap();
    assert_eq!(stored(&world, off).await.reboots, 0);
}

#[tokio::test]
async fn two_addresses_can_be_added() {
    let world = World::new().await;
    let id = instance(&world, "ewr", false).await;
    for _ in 0..2 {
        world.client.send(add(id)).await.unwrap();
    }
    let (status, text) = refused(world.client.send(add(id)).await);
    assert!(status == 400 && text.contains("2 at most"), "{text}");
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
    world.client.send(wish).await.unwrap();
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
async fn an_ipv4_address_is_named_and_loses_its_name() {
    let world = World::new().await;
    let id = instance(&world, "ewr", false).await;
    let first = ipv4s(&world, id).await;
    let ip = first[0].ip.clone();
    let set = |ip: &str, reverse: &str| SetInstanceReverseIpv4 {
        instance_id: id,
        ip: ip.into(),
        reverse: reverse.into(),
    };
    world.client.send(set(&ip, "Host1.example.com")).await.unwrap();
    assert_eq!(ipv4s(&world, id).await[0].reverse, "Host1.example.com", "as it was sent");
    for (wrong, word) in [
        (set(&ip, ""), "reverse:"),
        (set(&ip, "a b"), "reverse:"),
        (set("192.0.2.1", "a.com"), "Invalid IP address"),
        (set("x", "a.com"), "Invalid IP address"),
    ] {
        let (status, text) = refused(world.client.send(wrong).await);
        assert!(status == 400 && text.contains(word), "{text}");
    }
    assert_eq!(ipv4s(&world, id).await[0].reverse, "Host1.example.com");
    let reset = ResetInstanceReverseIpv4 { instance_id: id, ip };
    world.client.send(reset).await.unwrap();
    assert_eq!(ipv4s(&world, id).await, first);
}

#[tokio::test]
async fn ipv6_addresses_are_written_in_full_and_networks_are_not() {
    let world = World::new().await;
    let id = instance(&world, "ewr", true).await;
    let list = world.client.send(ListInstanceIpv6 { instance_id: id }).await.unwrap();
    let ipv6 = stored(&world, id).await.ipv6.clone().unwrap();
    assert_eq!((list.items.len(), list.meta.total), (1, 1));
    let item = &list.items[0];
    assert_eq!((item.network.clone(), item.network_size), (ipv6.network.to_string(), 64));
    assert_eq!(item.ip.len(), 39, "{}", item.ip);
    assert_eq!(item.ip.parse(), Ok(ipv6.address));
    let without = instance(&world, "ewr", false).await;
    let list = world.client.send(ListInstanceIpv6 { instance_id: without }).await.unwrap();
    assert_eq!(list.items, []);
}

#[tokio::test]
async fn an_ipv6_address_is_named_in_any_notation() {
    let world = World::new().await;
    let id = instance(&world, "ewr", true).await;
    let network = stored(&world, id).await.ipv6.clone().unwrap().network;
    let short = format!("{network}A1");
    let address: std::net::Ipv6Addr = short.parse().unwrap();
    let full = address.segments().map(|group| format!("{group:04x}")).join(":");
    let set = |ip: &str, reverse: &str| SetInstanceReverseIpv6 {
        instance_id: id,
        ip: ip.into(),
        reverse: reverse.into(),
    };
    assert_eq!(names(&world, id).await, []);
    world.client.send(set(&short, "a.example.com")).await.unwrap();
    assert_eq!(names(&world, id).await, [(full.clone(), "a.example.com".into())]);
    world.client.send(set(&full, "b.example.com")).await.unwrap();
    assert_eq!(names(&world, id).await, [(full.clone(), "b.example.com".into())]);
    for (ip, reverse) in [("2001:db8:ffff:ffff::1", "a.com"), ("x", "a.com"), (&full, "a b")] {
        assert_eq!(refused(world.client.send(set(ip, reverse)).await).0, 400);
    }
    let uri = format!("/v2/instances/{id}/ipv6/reverse/{full}");
    assert_eq!(world.raw("DELETE", &uri, "").await.0, 204, "clients send colons as they are");
    assert_eq!(names(&world, id).await, []);
    assert_eq!(world.raw("DELETE", &uri, "").await.0, 404);
}

#[tokio::test]
async fn addresses_come_in_pages_and_unknown_instances_have_none() {
    let world = World::new().await;
    let id = instance(&world, "ewr", false).await;
    let added = world.client.send(add(id)).await.unwrap();
    let list = |cursor| ListInstanceIpv4 {
        instance_id: id,
        per_page: Some(1),
        cursor,
        ..Default::default()
    };
    let first = world.client.send(list(None)).await.unwrap();
    assert_eq!((first.items.len(), first.meta.total), (1, 2));
    let next = world.client.send(list(Some(first.meta.links.next))).await.unwrap();
    assert_eq!(next.items, [added]);
    let nobody = InstanceId::default();
    let gone = (404, "instance not found".to_owned());
    assert_eq!(refused(world.client.send(add(nobody)).await), gone);
    let list = ListInstanceIpv6 { instance_id: nobody };
    assert_eq!(refused(world.client.send(list).await), gone);
}
