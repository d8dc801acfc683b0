//! How far machines reach.

use drivers::{GatewaySpec, Things};

use super::*;
use crate::Reach;

#[test]
fn nothing_leaves_the_host_unless_that_was_asked_for() {
    alone("reach::nothing_leaves_the_host_unless_that_was_asked_for", || async {
        // Somebody outside, who knows nothing of the machines' addresses.
        let world = Machine::begin(id(99));
        let lines = [
            format!("link add out type veth peer name in netns {}", world.leader()),
            "addr add 192.0.2.1/24 dev out".to_owned(),
            "link set out up".to_owned(),
            "route add default via 192.0.2.2".to_owned(),
        ];
        Space::Host.ip(&lines).await.unwrap();
        let lines =
            ["addr add 192.0.2.2/24 dev in", "link set in up", "addr add 203.0.113.1/32 dev lo"];
        world
            .space
            .ip(&[&lines[..], &["link set lo up"]]
                .concat()
                .iter()
                .map(|it| (*it).to_owned())
                .collect::<Vec<_>>())
            .await
            .unwrap();
        assert!(reaches(&Space::Host, "203.0.113.1").await);
        let folder = tempfile::tempdir().unwrap();
        let open = |reach| Net::open_to(folder.path().to_owned(), reach);
        let net = open(Reach::Host).await.unwrap();
        let a = Machine::started(&net, id(1), &public(7), &[]).await;
        assert!(a.reaches("198.18.92.1").await);
        assert!(!a.pings("203.0.113.1").await);
        assert!(!a.pings("192.0.2.1").await);
        let before = Space::Host.run("nft", &["list", "ruleset"], "").await.unwrap();
        assert_eq!(before, "");
        drop(net);

        let net = open(Reach::World).await.unwrap();
        assert!(a.reaches("203.0.113.1").await);
        let server = listen(&world.space, "203.0.113.1:80").await;
        let _out = connect(&a.space, "203.0.113.1:80").await.unwrap();
        assert_eq!(server.accept().unwrap().1.ip().to_string(), "192.0.2.1");
        // Those behind a gateway, too.
        let spec = GatewaySpec {
            network: id(101),
            private_ipv4: [10, 1, 96, 9].into(),
            public_ipv4: [198, 18, 40, 40].into(),
            public_ipv6: std::net::Ipv6Addr::UNSPECIFIED,
            firewall: Vec::new(),
            forwarding: Vec::new(),
        };
        net.create(id(500), &spec).await.unwrap();
        let b = Machine::started(&net, id(2), &PublicNic::default(), &[nic(id(101), 3)]).await;
        assert!(b.reaches("203.0.113.1").await);
        // Nobody from there begins anything, whatever routes they make.
        world.space.ip(&["route add 198.18.0.0/15 via 192.0.2.1".to_owned()]).await.unwrap();
        assert!(!world.pings("198.18.92.7").await);
        drop(net);

        let net = open(Reach::Host).await.unwrap();
        assert!(!a.pings("203.0.113.1").await);
        assert!(reaches(&Space::Host, "198.18.92.7").await);
        assert_eq!(Space::Host.run("nft", &["list", "ruleset"], "").await.unwrap(), before);
        drop(net);
        // Where the host itself has no way out, that is said.
        Space::Host.ip(&["route del default".to_owned()]).await.unwrap();
        let missing = open(Reach::World).await.unwrap_err();
        assert!(missing.to_string().contains("no way out"), "{missing}");
    });
}

#[test]
fn who_serves_machines_is_asked_at_an_address_of_the_routers() {
    alone("reach::who_serves_machines_is_asked_at_an_address_of_the_routers", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let a = Machine::started(&net, id(1), &public(7), &[]).await;
        let (udp, tcp) = net.sockets("108.61.10.10:53".parse().unwrap()).await.unwrap();
        let asked = connect(&a.space, "108.61.10.10:53").await.unwrap();
        assert_eq!(tcp.accept().unwrap().1, asked.local_addr().unwrap());
        udp.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        say(&a.space, "198.18.92.7:0", "108.61.10.10:53", "?").await;
        let mut bytes = [0; 9];
        let (length, from) = udp.recv_from(&mut bytes).unwrap();
        assert_eq!((length, from.ip().to_string()), (1, "198.18.92.7".to_owned()));
        // Nothing else of the router's is open.
        let other = net.0.router.inside(|| TcpListener::bind("108.61.10.10:54")).await.unwrap();
        assert!(connect(&a.space, "108.61.10.10:54").await.is_err());
        drop(other);
    });
}
