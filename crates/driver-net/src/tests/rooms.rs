//! Rooms: what answers at public addresses, and reaches machines there and in private networks.

use std::net::IpAddr;

use drivers::firewall::{From, Protocol, Rule};
use drivers::{FirewallSpec, Plane, Things};

use super::*;

const ROOM: u128 = 600;
const AT: [&str; 2] = ["198.18.40.7", "2001:db8:40::ffff"];

/// A room at those addresses, and the namespace that it is.
async fn room(net: &Net, nic: Option<&Nic>) -> Space {
    let [v4, v6] = AT;
    let room = net.room(id(ROOM), v4.parse().unwrap(), v6.parse().unwrap(), nic).await.unwrap();
    let network = nic.map(|nic| nic.network);
    if room.has_more {
        net.narrow_room(id(ROOM), network).await.unwrap();
    }
    assert_eq!(room.addresses, AT.map(|at| at.parse::<IpAddr>().unwrap()));
    let name = room.space.file_name().unwrap().to_str().unwrap().to_owned();
    let space = Space::Named(name);
    assert_eq!(space.file(), Some(room.space));
    space
}

#[test]
fn what_answers_in_a_room_is_reached_by_all_and_reaches_machines() {
    alone("rooms::what_answers_in_a_room_is_reached_by_all_and_reaches_machines", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let (network, group) = (id(101), id(301));
        // Of two machines one is in the network alone; the other lets in the room and nobody else.
        let a = Machine::started(&net, id(1), &PublicNic::default(), &[nic(network, 3)]).await;
        let closed = PublicNic { firewall: Some(group), ..public(8) };
        let b = Machine::started(&net, id(2), &closed, &[]).await;
        let from_room = Rule {
            protocol: Protocol::Tcp,
            ports: Some((80, 80)),
            is_v6: false,
            from: From::Balancer(id(ROOM)),
        };
        net.create(group, &FirewallSpec { rules: vec![from_room] }).await.unwrap();
        let space = room(&net, Some(&nic(network, 4))).await;
        let c = Machine::started(&net, id(3), &public(9), &[]).await;
        let (inner, outer) =
            (listen(&a.space, "0.0.0.0:80").await, listen(&b.space, "0.0.0.0:80").await);
        let here = [
            listen(&space, "198.18.40.7:80").await,
            listen(&space, "[2001:db8:40::ffff]:80").await,
        ];
        assert!(reaches(&space, "10.1.96.3").await);

        let mut to_a = connect(&space, "10.1.96.3:80").await.unwrap();
        let (mut at_a, peer) = inner.accept().unwrap();
        assert_eq!(peer.ip().to_string(), "10.1.96.4");
        answers(&mut to_a, &mut at_a);
        let mut to_b = connect(&space, "198.18.92.8:80").await.unwrap();
        let (mut at_b, peer) = outer.accept().unwrap();
        assert_eq!(peer.ip().to_string(), "198.18.40.7");
        answers(&mut to_b, &mut at_b);
        assert!(connect(&c.space, "198.18.92.8:80").await.is_err());
        for from in [&Space::Host, &c.space] {
            for (at, server) in AT.iter().zip(&here) {
                let to = SocketAddr::new(at.parse().unwrap(), 80).to_string();
                let mut client = connect(from, &to).await.unwrap();
                answers(&mut client, &mut server.accept().unwrap().0);
            }
        }
        // It is no way out of the network.
        let way = ["route", "replace", "default", "via", "10.1.96.4"];
        a.space.run("ip", &way, "").await.unwrap();
        assert!(!a.pings("198.18.92.9").await);

        // It goes whole, and again.
        drop(here);
        for _ in 0..2 {
            net.remove_room(id(ROOM)).await.unwrap();
        }
        let Space::Named(name) = space else { panic!("it has a name") };
        assert!(!Space::Host.run("ip", &["netns"], "").await.unwrap().contains(&name));
        for machine in [a, b, c] {
            net.unplug(machine.id).await.unwrap();
        }
        Things::<FirewallSpec>::remove(&net, group).await.unwrap();
        assert!(Plane::there(&net).await.unwrap().is_empty());
        assert_eq!(net.0.router.links().await.unwrap(), ["lo", &net.0.names.uplink]);
    });
}

#[test]
fn a_room_leaves_a_network_when_it_is_told_to_and_all_else_goes_on() {
    alone("rooms::a_room_leaves_a_network_when_it_is_told_to_and_all_else_goes_on", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let network = id(101);
        let a = Machine::started(&net, id(1), &PublicNic::default(), &[nic(network, 3)]).await;
        let b = Machine::started(&net, id(2), &public(8), &[]).await;
        let space = room(&net, Some(&nic(network, 4))).await;
        let inner = listen(&a.space, "0.0.0.0:80").await;
        let outer = listen(&b.space, "0.0.0.0:80").await;
        assert!(reaches(&space, "10.1.96.3").await && reaches(&space, "198.18.92.8").await);
        let mut to_a = connect(&space, "10.1.96.3:80").await.unwrap();
        let mut at_a = inner.accept().unwrap().0;
        let mut to_b = connect(&space, "198.18.92.8:80").await.unwrap();
        let mut at_b = outer.accept().unwrap().0;

        // Told the same again, by this run or the next, all goes on; told another network it goes there.
        room(&net, Some(&nic(network, 4))).await;
        drop(net);
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        assert_eq!(room(&net, Some(&nic(network, 4))).await, space);
        answers(&mut to_a, &mut at_a);
        let [v4, v6] = AT;
        let left =
            net.room(id(ROOM), v4.parse().unwrap(), v6.parse().unwrap(), None).await.unwrap();
        assert!(left.has_more);
        // It leaves when it is told to, and not before.
        answers(&mut to_a, &mut at_a);
        room(&net, None).await;
        assert!(connect(&space, "10.1.96.3:80").await.is_err());
        room(&net, Some(&nic(network, 4))).await;
        assert!(reaches(&space, "10.1.96.3").await);
        answers(&mut to_b, &mut at_b);
        // Of a machine that has gone it is soon said that it is not there, not only that it is silent.
        drop((inner, at_a));
        net.unplug(a.id).await.unwrap();
        let said = async || connect(&space, "10.1.96.3:80").await.unwrap_err().kind();
        let mut tries = 0;
        while said().await != std::io::ErrorKind::HostUnreachable {
            tries += 1;
            assert!(tries < 4, "it takes seconds");
        }
    });
}

#[test]
fn a_room_that_nobody_knows_any_more_is_swept() {
    alone("rooms::a_room_that_nobody_knows_any_more_is_swept", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let Space::Named(name) = room(&net, None).await else { panic!("it has a name") };
        drop(net);
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        assert_eq!(Plane::there(&net).await.unwrap(), [id(ROOM)]);
        net.sweep(id(ROOM)).await.unwrap();
        assert!(Plane::there(&net).await.unwrap().is_empty());
        assert!(!Space::Host.run("ip", &["netns"], "").await.unwrap().contains(&name));
        assert!(!Space::Host.links().await.unwrap().iter().any(|link| link.ends_with('e')));
    });
}
