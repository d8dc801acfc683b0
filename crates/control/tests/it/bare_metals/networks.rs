//! A bare metal server's addresses, reserved ones among them, and its private networks.

use api::id::VpcId;
use api::instances::{AddressType, InstanceIpv4};
use api::reserved_ips::*;
use api::vpc2::*;
use api::vpcs::*;

use super::*;

async fn ipv4s(world: &World, baremetal_id: BareMetalId) -> Vec<InstanceIpv4> {
    world.client.send(ListBareMetalIpv4 { baremetal_id }).await.unwrap().items
}

async fn vpc(world: &World, region: &str) -> Vpc {
    let vpc = CreateVpc { region: region.into(), ..CreateVpc::default() };
    world.client.send(vpc).await.unwrap()
}

#[tokio::test]
async fn its_address_can_be_named_and_gets_its_first_name_back() {
    let world = World::new().await;
    let found = made(&world, debian()).await;
    let baremetal_id = found.id;
    let first = ipv4s(&world, baremetal_id).await;
    assert_eq!(first.len(), 1);
    assert_eq!((&first[0].ip, first[0].kind == AddressType::MainIp), (&found.main_ip, true));
    assert_eq!(first[0].reverse, format!("{}.vultrusercontent.com", found.main_ip));
    let mac = first[0].mac_address.clone().unwrap().replace(':', "");
    assert_eq!(u64::from_str_radix(&mac, 16).unwrap(), found.mac_address);
    let name = |ip: &str, reverse: &str| SetBareMetalReverseIpv4 {
        baremetal_id,
        ip: ip.into(),
        reverse: reverse.into(),
    };
    world.client.send(name(&found.main_ip, "metal.example.com")).await.unwrap();
    assert_eq!(ipv4s(&world, baremetal_id).await[0].reverse, "metal.example.com");
    for (ip, reverse) in [("192.0.2.1", "a.example.com"), (&found.main_ip, "no name")] {
        assert_eq!(refused(world.client.send(name(ip, reverse)).await).0, 400, "{ip} {reverse}");
    }
    assert_eq!(ipv4s(&world, baremetal_id).await[0].reverse, "metal.example.com");
    let reset = ResetBareMetalReverseIpv4 { baremetal_id, ip: found.main_ip };
    world.client.send(reset).await.unwrap();
    assert_eq!(ipv4s(&world, baremetal_id).await, first);
}

#[tokio::test]
async fn addresses_in_its_ipv6_network_can_be_named() {
    let world = World::new().await;
    let found = made(&world, CreateBareMetal { enable_ipv6: Some(true), ..debian() }).await;
    let baremetal_id = found.id;
    let list = world.client.send(ListBareMetalIpv6 { baremetal_id }).await.unwrap().items;
    assert_eq!((list.len(), &list[0].ip, list[0].network_size), (1, &found.v6_main_ip, 64));
    assert_eq!(list[0].network, found.v6_network);
    let (ip, reverse) = (found.v6_main_ip.clone(), "metal.example.com".to_owned());
    let set = SetBareMetalReverseIpv6 { baremetal_id, ip, reverse };
    world.client.send(set.clone()).await.unwrap();
    let outside = SetBareMetalReverseIpv6 { ip: "2001:db8:ffff::1".into(), ..set };
    assert_eq!(refused(world.client.send(outside).await).0, 400);
    let remove = RemoveBareMetalReverseIpv6 { baremetal_id, ipv6: found.v6_main_ip };
    world.client.send(remove.clone()).await.unwrap();
    assert_eq!(refused(world.client.send(remove).await).0, 404, "it has no name any more");
}

#[tokio::test]
async fn a_reserved_address_is_its_main_one_and_outlives_it() {
    let world = World::new().await;
    let reserve = CreateReservedIp { region: "ewr".into(), ..CreateReservedIp::default() };
    let reserved = world.client.send(reserve).await.unwrap();
    let request = || CreateBareMetal { reserved_ipv4: Some(reserved.id.into()), ..debian() };
    let found = made(&world, request()).await;
    assert_eq!(found.main_ip, reserved.subnet);
    let read = GetReservedIp { reserved_ip: reserved.id };
    let now = world.client.send(read.clone()).await.unwrap();
    assert_eq!(now.instance_id.get().map(Uuid::from), Some(found.id.into()));
    is_refused(&world, request(), "Floating IPv4 address is already attached").await;
    world.client.send(DeleteBareMetal { baremetal_id: found.id }).await.unwrap();
    assert_eq!(world.client.send(read).await.unwrap().instance_id.get(), None);
    assert_eq!(made(&world, request()).await.main_ip, reserved.subnet, "it is free at once");
}

#[tokio::test]
async fn reserved_addresses_come_and_go() {
    let world = World::new().await;
    let server = made(&world, debian()).await;
    let reserve = |region: &str| CreateReservedIp {
        region: region.into(),
        instance_id: None,
        ..CreateReservedIp::default()
    };
    let reserved = world.client.send(reserve("ewr")).await.unwrap();
    let attach = |reserved: &ReservedIp| AttachReservedIp {
        reserved_ip: reserved.id,
        instance_id: Uuid::from(server.id).into(),
    };
    world.client.send(attach(&reserved)).await.unwrap();
    let ips = ipv4s(&world, server.id).await;
    assert_eq!((ips.len(), &ips[1].ip), (2, &reserved.subnet));
    assert!(ips[1].kind == AddressType::SecondaryIp && ips[1].mac_address.is_none());
    world.client.send(DetachReservedIp { reserved_ip: reserved.id }).await.unwrap();
    assert_eq!(ipv4s(&world, server.id).await.len(), 1);
    let elsewhere = world.client.send(reserve("ams")).await.unwrap();
    assert_eq!(refused(world.client.send(attach(&elsewhere)).await).0, 400);
    let at_once = CreateReservedIp {
        instance_id: Some(OrEmpty(Some(Uuid::from(server.id).into()))),
        ..reserve("ewr")
    };
    let at_once = world.client.send(at_once).await.unwrap();
    assert_eq!(ipv4s(&world, server.id).await[1].ip, at_once.subnet);
    world.client.send(DeleteReservedIp { reserved_ip: at_once.id }).await.unwrap();
    assert_eq!(got(&world, server.id).await, server);
}

#[tokio::test]
async fn a_vpc_cannot_go_while_a_server_is_in_it() {
    let world = World::new().await;
    let (vpc, far) = (vpc(&world, "ewr").await, vpc(&world, "ams").await);
    let server = made(&world, debian()).await;
    let baremetal_id = server.id;
    let list = async || world.client.send(ListBareMetalVpcs { baremetal_id }).await.unwrap();
    assert!(list().await.is_empty());
    let attach = |vpc_id| AttachBareMetalVpc { baremetal_id, vpc_id };
    world.client.send(attach(vpc.id)).await.unwrap();
    let places = list().await;
    assert_eq!((places.len(), places[0].id), (1, vpc.id));
    assert!(places[0].ip_address.starts_with("10."), "{}", places[0].ip_address);
    for wrong in [vpc.id, far.id, VpcId::default()] {
        assert_eq!(refused(world.client.send(attach(wrong)).await).0, 400);
        assert_eq!(list().await, places);
    }
    world.settle().await;
    let machine = machine(&world, baremetal_id).await.unwrap();
    assert_eq!(machine["nics"][0]["network"], json!(vpc.id));
    assert_eq!(machine["reset"], 0, "it is not restarted");
    let (status, text) = refused(world.client.send(DeleteVpc { vpc_id: vpc.id }).await);
    let words = "The following servers are attached to this VPC network: ";
    assert_eq!((status, text), (400, format!("{words}{}", server.main_ip)));
    let ask = ListVpcAttachments { vpc_id: vpc.id, ..Default::default() };
    let attachments = world.client.send(ask).await.unwrap().items;
    assert_eq!((attachments.len(), &*attachments[0].kind), (1, "baremetal"));
    let detach = DetachBareMetalVpc { baremetal_id, vpc_id: vpc.id };
    world.client.send(detach.clone()).await.unwrap();
    assert!(list().await.is_empty(), "at once");
    assert_eq!(refused(world.client.send(detach).await).0, 400);
    world.client.send(attach(vpc.id)).await.unwrap();
    world.client.send(DeleteBareMetal { baremetal_id }).await.unwrap();
    world.client.send(DeleteVpc { vpc_id: vpc.id }).await.unwrap();
}

#[tokio::test]
async fn a_new_server_is_put_in_the_networks_that_it_is_to_be_in() {
    let world = World::new().await;
    let vpc = vpc(&world, "ewr").await;
    let request = CreateBareMetal {
        attach_vpc: Some(vec![vpc.id]),
        enable_vpc: Some(true),
        enable_vpc2: Some(true),
        ..debian()
    };
    let baremetal_id = made(&world, request).await.id;
    let vpcs = world.client.send(ListBareMetalVpcs { baremetal_id }).await.unwrap();
    assert_eq!(vpcs.iter().map(|place| place.id).collect::<Vec<_>>(), [vpc.id]);
    let vpc2s = world.client.send(ListBareMetalVpc2s { baremetal_id }).await.unwrap();
    let own = world.client.send(ListVpc2::default()).await.unwrap().items;
    assert_eq!((vpc2s.len(), vpc2s[0].id), (1, own[0].id), "made for it");
    let leave = UpdateBareMetal { detach_vpc2: Some(vec![own[0].id]), ..nothing(baremetal_id) };
    world.client.send(leave.clone()).await.unwrap();
    world.client.send(leave).await.unwrap();
    let left = world.client.send(ListBareMetalVpc2s { baremetal_id }).await.unwrap();
    assert!(left.is_empty());
    let join = UpdateBareMetal { attach_vpc2: Some(vec![own[0].id]), ..nothing(baremetal_id) };
    world.client.send(join).await.unwrap();
    let back = world.client.send(ListBareMetalVpc2s { baremetal_id }).await.unwrap();
    assert_eq!(back.len(), 1);
}

#[tokio::test]
async fn in_a_vpc2_it_may_choose_its_address() {
    let world = World::new().await;
    let network = CreateVpc2 {
        region: "ewr".into(),
        ip_block: Some("10.99.0.0".into()),
        prefix_length: Some(24),
        ..CreateVpc2::default()
    };
    let vpc_id = world.client.send(network).await.unwrap().id;
    let baremetal_id = made(&world, debian()).await.id;
    let attach = |address: &str| {
        let ip_address = Some(address.to_owned());
        world.client.send(AttachBareMetalVpc2 { baremetal_id, vpc_id, ip_address })
    };
    for wrong in ["10.98.0.1", "here"] {
        let (status, text) = refused(attach(wrong).await);
        assert!(status == 400 && text.contains("ip_address"), "{text}");
    }
    attach("10.99.0.77").await.unwrap();
    let places = world.client.send(ListBareMetalVpc2s { baremetal_id }).await.unwrap();
    assert_eq!(places[0].ip_address, "10.99.0.77");
    let ask = ListVpc2Nodes { vpc_id, ..Default::default() };
    let nodes = world.client.send(ask.clone()).await.unwrap();
    assert_eq!((nodes.len(), &*nodes[0].kind, &*nodes[0].node_status), (1, "baremetal", "active"));
    world.client.send(DetachBareMetalVpc2 { baremetal_id, vpc_id }).await.unwrap();
    let nodes = vec![Uuid::from(baremetal_id).into()];
    world.client.send(AttachVpc2Nodes { vpc_id, nodes: nodes.clone() }).await.unwrap();
    assert_eq!(world.client.send(ask.clone()).await.unwrap().len(), 1);
    world.client.send(DetachVpc2Nodes { vpc_id, nodes }).await.unwrap();
    assert!(world.client.send(ask).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_network_lists_servers_of_both_kinds_by_page_in_their_order() {
    let world = World::new().await;
    let vpc_id = vpc(&world, "ewr").await.id;
    let mut ids = Vec::new();
    for number in 0..7 {
        let id = match number % 3 {
            0 => Uuid::from(made(&world, debian()).await.id),
            _ => common::instance(&world).await,
        };
        let family = if number % 3 == 0 { "bare-metals" } else { "instances" };
        let path = format!("/v2/{family}/{id}/vpcs/attach");
        let (status, text) = world.raw("POST", &path, &format!(r#"{{"vpc_id":"{vpc_id}"}}"#)).await;
        assert_eq!(status, 204, "{text}");
        ids.push(id.to_string());
    }
    let page = async |cursor: &str| {
        let ask = ListVpcAttachments { vpc_id, per_page: Some(3), cursor: Some(cursor.into()) };
        let page = world.client.send(ask).await.unwrap();
        assert_eq!(page.meta.total, 7);
        let id = |item: VpcAttachment| item.linked_subscription.unwrap().id;
        (page.items.into_iter().map(id).collect::<Vec<_>>(), page.meta.links)
    };
    let (one, links) = page("").await;
    assert_eq!((&one[..], &*links.prev), (&ids[..3], ""));
    let (two, links) = page(&links.next).await;
    assert_eq!(two, ids[3..6]);
    let (three, last) = page(&links.next).await;
    assert_eq!((&three[..], &*last.next), (&ids[6..], ""));
    let (back, links) = page(&last.prev).await;
    assert_eq!(back, two);
    let (first, links) = page(&links.prev).await;
    assert_eq!((first, &*links.prev), (one, ""));
    assert_eq!(page(&links.next).await.0, two);
}
