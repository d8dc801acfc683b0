//! NAT gateways, and where metadata are asked for.

use drivers::gateway::{Accepted, Forwarding, Transport};
use drivers::{GatewaySpec, Plane, Subnet, Things};

use super::*;

fn gateway(network: Uuid) -> GatewaySpec {
    GatewaySpec {
        network,
        private_ipv4: [10, 1, 96, 9].into(),
        public_ipv4: [198, 18, 40, 40].into(),
        public_ipv6: "2001:db8:40::40".parse().unwrap(),
        firewall: Vec::new(),
        forwarding: Vec::new(),
    }
}

#[test]
fn machines_without_a_public_address_reach_others_by_their_gateway() {
    alone("gateways::machines_without_a_public_address_reach_others_by_their_gateway", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let (network, nat) = (id(101), id(500));
        // One is there before its gateway, one comes after it.
        let a = Machine::started(&net, id(1), &PublicNic::default(), &[nic(network, 3)]).await;
        let b = Machine::started(&net, id(2), &public(8), &[]).await;
        assert!(!a.pings("198.18.92.8").await);
        let mut spec = gateway(network);
        net.create(nat, &spec).await.unwrap();
        let seen = Things::<GatewaySpec>::observe(&net, nat).await.unwrap().unwrap();
        assert!(seen.ready && seen.spec.as_ref() == Some(&spec));
        let c = Machine::started(&net, id(3), &PublicNic::default(), &[nic(network, 5)]).await;
        assert!(a.reaches("198.18.92.8").await);
        assert!(c.reaches("198.18.92.8").await);
        // They are seen by the gateway's address.
        let server = listen(&b.space, "0.0.0.0:80").await;
        let mut out = connect(&a.space, "198.18.92.8:80").await.unwrap();
        let (mut from, peer) = server.accept().unwrap();
        assert_eq!(peer.ip().to_string(), "198.18.40.40");

        // Ports lead in where a rule of its firewall lets them.
        let inner = listen(&a.space, "0.0.0.0:22").await;
        spec.forwarding = vec![Forwarding {
            transport: Transport::Tcp,
            port: 2222,
            to: "10.1.96.3:22".parse().unwrap(),
        }];
        net.configure(nat, &spec).await.unwrap();
        assert!(connect(&b.space, "198.18.40.40:2222").await.is_err());
        spec.firewall = vec![Accepted {
            transport: Transport::Tcp,
            first_port: 2000,
            last_port: 3000,
            from: Subnet { address: "198.18.92.8".parse().unwrap(), prefix: 32 },
        }];
        net.configure(nat, &spec).await.unwrap();
        let mut one = connect(&b.space, "198.18.40.40:2222").await.unwrap();
        let mut other = inner.accept().unwrap().0;
        answers(&mut one, &mut other);
        assert!(connect(&Space::Host, "198.18.40.40:2222").await.is_err());
        answers(&mut out, &mut from);

        // Another run finds it at work, and makes it anew where it was lost.
        drop(net);
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        answers(&mut out, &mut from);
        let room = net.0.names.room(nat);
        drop(net);
        Space::Host.run("ip", &["netns", "delete", &room], "").await.unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        assert!(c.reaches("198.18.92.8").await);
        assert!(connect(&b.space, "198.18.40.40:2222").await.is_ok());

        // It goes whole.
        Things::<GatewaySpec>::remove(&net, nat).await.unwrap();
        assert!(!a.pings("198.18.92.8").await);
        assert!(!Space::Host.run("ip", &["netns"], "").await.unwrap().contains(&room));
        for machine in [a, b, c] {
            net.unplug(machine.id).await.unwrap();
        }
        assert!(Plane::there(&net).await.unwrap().is_empty());
        assert_eq!(net.0.router.links().await.unwrap(), ["lo", &net.0.names.uplink]);
    });
}

#[test]
fn who_asks_for_metadata_is_known_by_address_and_network() {
    alone("gateways::who_asks_for_metadata_is_known_by_address_and_network", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let (one, two) = (id(101), id(102));
        let a = Machine::started(&net, id(1), &public(7), &[nic(one, 3)]).await;
        let b = Machine::started(&net, id(2), &PublicNic::default(), &[nic(one, 4)]).await;
        let mut doors = net.doors().await.unwrap();
        let c = Machine::started(&net, id(3), &PublicNic::default(), &[nic(two, 4)]).await;
        let mut open = Vec::new();
        while let Ok(door) = doors.try_recv() {
            open.push(door);
        }
        let asked = async |machine: &Machine, from: &str| {
            let space = machine.space.clone();
            let (asking, ip) = (connect(&space, "169.254.169.254:80"), from.to_owned());
            let stream = asking.await.unwrap();
            let mut found = Vec::new();
            for door in &open {
                let accept = door.listener.accept();
                let accepted = tokio::time::timeout(Duration::from_millis(50), accept).await;
                found.extend(
                    accepted
                        .is_ok_and(|it| it.unwrap().1.ip().to_string() == ip)
                        .then_some(door.network),
                );
            }
            drop(stream);
            found
        };
        assert_eq!(asked(&a, "198.18.92.7").await, [None]);
        assert_eq!(asked(&b, "10.1.96.4").await, [Some(one)]);
        assert_eq!(asked(&c, "10.1.96.4").await, [Some(two)]);
        // Nobody asks in another's name.
        b.space.ip(&["addr add 10.1.96.3/32 dev eth0".to_owned()]).await.unwrap();
        let lie = b.space.inside(|| {
            let from: SocketAddr = "10.1.96.3:0".parse().unwrap();
            let socket = std::net::UdpSocket::bind(from)?;
            socket.send_to(b"?", "169.254.169.254:80").map(drop)
        });
        lie.await.unwrap();
        let lie = ["-c", "1", "-W", "1", "-I", "10.1.96.3", "169.254.169.254"];
        assert!(b.space.run("ping", &lie, "").await.is_err());
        // A network's door closes with the network.
        net.unplug(c.id).await.unwrap();
        let door = open.iter_mut().find(|door| door.network == Some(two)).unwrap();
        assert!((&mut door.gone).await.is_err());
    });
}
