//! Reserved IPs, through a server in this process.

use api::firewalls::IpType;
use api::id::{InstanceId, ReservedIpId};
use api::instances::*;
use api::reserved_ips::*;
use testkit::World;

use crate::common::instance::{instance, stored};
use crate::common::{Asks as _, owner, refuses};

fn wish(ip_type: IpType) -> CreateReservedIp {
    CreateReservedIp { region: "ewr".into(), ip_type, label: None, instance_id: None }
}

async fn reserve(world: &World, ip_type: IpType) -> ReservedIp {
    world.done(wish(ip_type)).await
}

async fn read(world: &World, reserved_ip: ReservedIpId) -> ReservedIp {
    world.done(GetReservedIp { reserved_ip }).await
}

async fn ipv4s(world: &World, instance_id: InstanceId) -> Vec<InstanceIpv4> {
    world.done(ListInstanceIpv4 { instance_id, ..Default::default() }).await.items
}

/// An instance in Newark, with an IPv4 address alone.
async fn newark(world: &World) -> InstanceId {
    instance(world, "ewr", false).await
}

fn attach(reserved_ip: ReservedIpId, instance_id: InstanceId) -> AttachReservedIp {
    AttachReservedIp { reserved_ip, instance_id }
}

#[tokio::test]
async fn addresses_of_both_versions_are_reserved() {
    let world = World::new().await;
    let web = CreateReservedIp { label: Some("web".into()), ..wish(IpType::V4) };
    let made = world.done(web).await;
    assert_eq!((&*made.region, &*made.label, made.subnet_size), ("ewr", "web", 32));
    assert!(made.subnet.parse::<std::net::Ipv4Addr>().is_ok());
    assert_eq!(made.instance_id.get(), None);
    let v6 = reserve(&world, IpType::V6).await;
    assert_eq!((v6.ip_type == IpType::V6, v6.subnet_size), (true, 64));
    assert!(v6.subnet.ends_with("::"), "{}", v6.subnet);
    let list = world.done(ListReservedIps::default()).await;
    assert_eq!(list.items, [made, v6]);
}

#[tokio::test]
async fn a_region_that_is_none_is_refused() {
    let world = World::new().await;
    let wish = CreateReservedIp { region: "erw".into(), ..wish(IpType::V4) };
    world.refuses_with(wish, "Invalid region.").await;
}

#[tokio::test]
async fn a_label_can_be_changed_and_cleared() {
    let world = World::new().await;
    let reserved_ip = reserve(&world, IpType::V4).await.id;
    for label in ["a", ""] {
        let change = UpdateReservedIp { reserved_ip, label: label.into() };
        assert_eq!(world.done(change).await.label, label);
        assert_eq!(read(&world, reserved_ip).await.label, label);
    }
}

#[tokio::test]
async fn an_attached_address_is_one_more_of_the_instance() {
    let world = World::new().await;
    let id = newark(&world).await;
    let reserved = reserve(&world, IpType::V4).await;
    world.done(attach(reserved.id, id)).await;
    assert_eq!(read(&world, reserved.id).await.instance_id.get(), Some(id));
    let ips = ipv4s(&world, id).await;
    assert_eq!(ips.len(), 2);
    assert_eq!((&ips[1].ip, ips[1].kind == AddressType::SecondaryIp), (&reserved.subnet, true));
    assert_eq!((&*ips[1].netmask, &*ips[1].gateway), ("255.255.255.255", ""));
    world.client.send(attach(reserved.id, id)).await.expect("attached there already");
    assert_eq!(ipv4s(&world, id).await.len(), 2);
}

#[tokio::test]
async fn terraforms_create_and_attach_to_the_same_instance() {
    let world = World::new().await;
    let id = newark(&world).await;
    let wish = CreateReservedIp { instance_id: Some(id.into()), ..wish(IpType::V4) };
    let made = world.done(wish).await;
    assert_eq!(made.instance_id.get(), Some(id));
    world.done(attach(made.id, id)).await;
    assert_eq!(ipv4s(&world, id).await[1].ip, made.subnet);
}

#[tokio::test]
async fn an_address_moves_by_detach_and_attach() {
    let world = World::new().await;
    let (one, other) = (newark(&world).await, newark(&world).await);
    let reserved = reserve(&world, IpType::V4).await;
    world.done(attach(reserved.id, one)).await;
    let said = "Floating IPv4 address is already attached to another server";
    world.refuses_with(attach(reserved.id, other), said).await;
    world.done(DetachReservedIp { reserved_ip: reserved.id }).await;
    world.client.send(attach(reserved.id, other)).await.expect("the detach is over");
    assert_eq!(ipv4s(&world, one).await.len(), 1);
    assert_eq!(ipv4s(&world, other).await[1].ip, reserved.subnet);
    // Twice: who made its server anew takes it from the one that is gone.
    for _ in 0..2 {
        world.done(DetachReservedIp { reserved_ip: reserved.id }).await;
    }
    assert_eq!(ipv4s(&world, other).await.len(), 1);
}

#[tokio::test]
async fn instances_elsewhere_and_unknown_ones_are_refused() {
    let world = World::new().await;
    let far = instance(&world, "ams", false).await;
    let reserved = reserve(&world, IpType::V4).await;
    for id in [far, InstanceId::default()] {
        world.refuses(attach(reserved.id, id), "instance_id").await;
        let wish = CreateReservedIp { instance_id: Some(id.into()), ..wish(IpType::V4) };
        world.refuses(wish, "").await;
    }
    assert_eq!(read(&world, reserved.id).await.instance_id.get(), None);
    let list = world.done(ListReservedIps::default()).await;
    assert_eq!(list.meta.total, 1, "what was refused reserved nothing");
}

#[tokio::test]
async fn deleting_an_attached_address_takes_it_from_its_instance() {
    let world = World::new().await;
    let id = newark(&world).await;
    let reserved = reserve(&world, IpType::V4).await;
    world.done(attach(reserved.id, id)).await;
    world.done(DeleteReservedIp { reserved_ip: reserved.id }).await;
    assert_eq!(ipv4s(&world, id).await.len(), 1);
    assert_eq!(world.store.taken("ipv4", &reserved.subnet).await.unwrap(), None, "free for others");
}

#[tokio::test]
async fn an_instances_address_is_converted_and_stays_there() {
    let world = World::new().await;
    let id = newark(&world).await;
    let before = ipv4s(&world, id).await;
    let ip_address = before[0].ip.clone();
    let label = Some("keep".to_owned());
    let convert = ConvertReservedIp { ip_address: ip_address.clone(), label };
    let made = world.done(convert.clone()).await;
    assert_eq!((&made.subnet, &*made.label, &*made.region), (&ip_address, "keep", "ewr"));
    assert_eq!(made.instance_id.get(), Some(id));
    assert_eq!(ipv4s(&world, id).await, before, "it is the main address as before");
    let owner = world.store.taken("ipv4", &ip_address).await.unwrap();
    assert_eq!(owner, Some(made.id.into()), "whose it is has changed");
    world.refuses(convert, "reserved already").await;
}

#[tokio::test]
async fn an_instance_whose_main_address_goes_gets_another() {
    let world = World::new().await;
    let id = newark(&world).await;
    let ip_address = ipv4s(&world, id).await[0].ip.clone();
    let made = world.done(ConvertReservedIp { ip_address: ip_address.clone(), label: None }).await;
    world.done(DetachReservedIp { reserved_ip: made.id }).await;
    let after = ipv4s(&world, id).await;
    assert_eq!((after.len(), after[0].kind == AddressType::MainIp), (1, true));
    assert_ne!(after[0].ip, ip_address);
    let other = newark(&world).await;
    world.done(attach(made.id, other)).await;
    assert_eq!(ipv4s(&world, other).await[1].ip, ip_address);
}

#[tokio::test]
async fn only_own_addresses_are_converted() {
    let world = World::builder().open().build().await;
    let id = newark(&world).await;
    let ip_address = ipv4s(&world, id).await[0].ip.clone();
    let stranger = world.client_with("somebody else's key");
    for ip_address in [ip_address, "192.0.2.1".into(), "x".into(), "2001:db8::1".into()] {
        let convert = ConvertReservedIp { ip_address, label: None };
        refuses(stranger.send(convert).await, 400, "Invalid IP address");
    }
}

#[tokio::test]
async fn an_ipv6_network_is_the_instances_first_or_one_more() {
    let world = World::new().await;
    let ipv6s = async |instance_id| world.done(ListInstanceIpv6 { instance_id }).await.items;
    let (without, with) = (newark(&world).await, instance(&world, "ewr", true).await);
    let reserved = reserve(&world, IpType::V6).await;
    world.done(attach(reserved.id, without)).await;
    let first = ipv6s(without).await;
    assert_eq!((&first[0].network, first[0].network_size), (&reserved.subnet, 64));
    assert_eq!(first[0].kind, AddressType::MainIp);
    world.done(DetachReservedIp { reserved_ip: reserved.id }).await;
    assert_eq!(ipv6s(without).await, []);

    world.done(attach(reserved.id, with)).await;
    let both = ipv6s(with).await;
    assert_eq!((both.len(), &both[1].network), (2, &reserved.subnet));
    let name = SetInstanceReverseIpv6 {
        instance_id: with,
        ip: both[1].ip.clone(),
        reverse: "a.example.com".into(),
    };
    world.done(name).await;
    let list = ListInstanceReverseIpv6 { instance_id: with };
    let names = world.done(list.clone()).await;
    assert_eq!((&names[0].ip, &*names[0].reverse), (&both[1].ip, "a.example.com"));
    world.done(DeleteReservedIp { reserved_ip: reserved.id }).await;
    assert_eq!(world.done(list).await, []);
    assert_eq!(ipv6s(with).await.len(), 1);
}

#[tokio::test]
async fn an_ipv6_network_is_converted_by_any_address_in_it() {
    let world = World::new().await;
    let id = instance(&world, "ewr", true).await;
    let ipv6 = stored(&world, id).await.ipv6.clone().unwrap();
    let convert = ConvertReservedIp { ip_address: ipv6.address.to_string(), label: None };
    let made = world.done(convert).await;
    assert_eq!((&made.subnet, made.subnet_size), (&ipv6.network.to_string(), 64));
    assert_eq!(stored(&world, id).await.ipv6.clone().unwrap().reserved, Some(made.id.into()));
    world.done(DetachReservedIp { reserved_ip: made.id }).await;
    assert_eq!(stored(&world, id).await.ipv6, None);
}

#[tokio::test]
async fn what_goes_leaves_its_reserved_addresses_free() {
    let world = World::new().await;
    let (id, next) = (newark(&world).await, newark(&world).await);
    let reserved = reserve(&world, IpType::V4).await;
    world.done(attach(reserved.id, id)).await;
    let mut tx = owner(&world).await.begin();
    let doc = tx.get::<control::instances::Instance>(id).await.unwrap();
    control::reserved_ips::detach_all(&mut tx, doc.id()).await.unwrap();
    tx.delete(doc);
    tx.commit().await.unwrap();
    assert_eq!(read(&world, reserved.id).await.instance_id.get(), None);
    world.client.send(attach(reserved.id, next)).await.expect("free at once");
}

#[tokio::test]
async fn an_instance_that_is_made_claims_a_reserved_address() {
    let world = World::new().await;
    let reserved = reserve(&world, IpType::V4).await;
    let claim = async |id: ReservedIpId, region: &str| {
        let mut tx = owner(&world).await.begin();
        let doc = tx.new_doc(control::instances::Instance::default());
        let ip = control::reserved_ips::claim(&mut tx, id.into(), region, doc.id()).await?;
        tx.commit().await?;
        Ok::<_, control::Error>((ip, doc.id()))
    };
    let refusal = |outcome| match outcome {
        Err(control::Error::Refused(refusal)) => refusal.answer(true).error,
        other => panic!("{other:?}"),
    };
    assert!(refusal(claim(reserved.id, "ams").await).contains("reserved_ipv4"));
    let v6 = reserve(&world, IpType::V6).await;
    assert!(refusal(claim(v6.id, "ewr").await).contains("IPv6"));
    assert!(
        refusal(claim(ReservedIpId::default(), "ewr").await).starts_with("Invalid reserved-ip")
    );
    let (ip, instance) = claim(reserved.id, "ewr").await.unwrap();
    assert_eq!((ip.address.to_string(), ip.reserved), (reserved.subnet, Some(reserved.id.into())));
    assert_eq!(read(&world, reserved.id).await.instance_id.get(), Some(instance.into()));
    let text = refusal(claim(reserved.id, "ewr").await);
    assert!(text.contains("Floating IPv4 address is already attached to another server"), "{text}");
}

#[tokio::test]
async fn a_server_has_no_more_of_them_than_can_be_read_at_once() {
    let world = World::new().await;
    let instance_id = newark(&world).await;
    for _ in 0..control::reserved_ips::PER_SERVER {
        let reserved = reserve(&world, IpType::V6).await;
        world.done(attach(reserved.id, instance_id)).await;
    }
    let one_more = reserve(&world, IpType::V6).await;
    let said = format!("instance_id: {instance_id} has 64 reserved IPs already");
    world.refuses(attach(one_more.id, instance_id), &said).await;
    world.done(DeleteInstance { instance_id }).await;
    world.done(DeleteReservedIp { reserved_ip: one_more.id }).await;
}
