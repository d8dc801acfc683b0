//! Pools of addresses: nothing is handed out twice, and what is given back can be had again.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use control::addresses::{NETMASK, gateway, mac, take_ipv4, take_ipv6};
use control::ssh_keys::Key;
use control::{Cx, Error};
use proptest::prelude::*;
use testkit::World;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::common::owner;

/// A row that owns addresses; what kind it is, is nothing to the pools.
async fn hold(cx: &Cx, count: usize) -> (Uuid, Vec<Ipv4Addr>) {
    loop {
        let mut tx = cx.begin();
        let doc = tx.new_doc(Key { name: "owner".into(), ssh_key: String::new() });
        let mut addresses = Vec::new();
        for _ in 0..count {
            addresses.push(take_ipv4(&mut tx, "ewr", doc.id()).await.expect("one is free"));
        }
        tx.put(&doc);
        match tx.commit().await {
            Ok(()) => return (doc.id(), addresses),
            Err(Error::Stale(_)) => {}
            Err(e) => panic!("{e}"),
        }
    }
}

#[tokio::test]
async fn no_address_is_handed_out_twice_however_many_ask_at_once() {
    let world = World::new().await;
    let cx = owner(&world).await;
    let mut tasks = JoinSet::new();
    for _ in 0..40 {
        let cx = cx.clone();
        tasks.spawn(async move { hold(&cx, 5).await.1 });
    }
    let all: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    let distinct: BTreeSet<_> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (200, 200));
}

#[tokio::test]
async fn an_address_is_free_again_when_its_owner_is_gone() {
    let world = World::new().await;
    let cx = owner(&world).await;
    let (owner, addresses) = hold(&cx, 1).await;
    let text = addresses[0].to_string();
    assert_eq!(world.store.taken("ipv4", &text).await.unwrap(), Some(owner));
    let mut tx = cx.begin();
    let doc = tx.get::<Key>(owner).await.unwrap();
    tx.delete(doc);
    tx.commit().await.unwrap();
    assert_eq!(world.store.taken("ipv4", &text).await.unwrap(), None);
}

#[tokio::test]
async fn ipv6_networks_are_for_documentation_and_differ() {
    let world = World::new().await;
    let cx = owner(&world).await;
    let mut tx = cx.begin();
    let mut networks = BTreeSet::new();
    for _ in 0..50 {
        let network = take_ipv6(&mut tx, "ams", Uuid::now_v7()).await.unwrap();
        assert_eq!(network.segments()[..2], [0x2001, 0xdb8]);
        assert_eq!(network.segments()[4..], [0; 4]);
        networks.insert(network);
    }
    assert_eq!(networks.len(), 50);
}

proptest! {
    #[test]
    fn a_gateway_is_the_first_of_its_network_and_hardware_addresses_differ(bits: u32, other: u32) {
        let (address, other) = (Ipv4Addr::from_bits(bits), Ipv4Addr::from_bits(other));
        let net = |a: Ipv4Addr| a.to_bits() & NETMASK.to_bits();
        prop_assert_eq!(net(gateway(address)), net(address));
        prop_assert_eq!(gateway(address).to_bits() - net(address), 1);
        prop_assert_eq!(mac("56:00", address) == mac("56:00", other), address == other);
    }
}

#[tokio::test]
async fn addresses_come_from_ranges_that_belong_to_nobody_and_are_never_a_gateway() {
    let world = World::new().await;
    let cx = owner(&world).await;
    let (_, addresses) = hold(&cx, 300).await;
    for address in addresses {
        let [a, b, ..] = address.octets();
        assert!((a, b & 0xfe) == (198, 18) || (a == 100 && b & 0xc0 == 64), "{address}");
        let host = address.to_bits() & !NETMASK.to_bits();
        assert!((2..511).contains(&host), "{address} is network, gateway or broadcast");
    }
}
