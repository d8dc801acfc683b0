//! Links of machines, public and private.

use super::*;

#[test]
fn machines_reach_each_other_and_the_host_by_both_protocols() {
    alone("machines::machines_reach_each_other_and_the_host_by_both_protocols", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let a = Machine::started(&net, id(1), &public(7), &[]).await;
        let b = Machine::started(&net, id(2), &public(8), &[]).await;
        // In the same network, and to the host as the gateway.
        assert!(a.reaches("198.18.92.8").await);
        assert!(b.reaches("198.18.92.7").await);
        assert!(a.reaches("198.18.92.1").await);
        assert!(reaches(&Space::Host, "198.18.92.7").await);
        let v6 = public(8).ipv6[0].address.to_string();
        assert!(a.reaches(&v6).await);
        assert!(reaches(&Space::Host, &v6).await);
        assert!(a.reaches(&crate::HOST6.to_string()).await);
        // Elsewhere there is nothing, and whoever asks is told so.
        assert!(!a.pings("203.0.113.7").await);
        assert!(!pings(&Space::Host, "198.18.92.99").await);
        // The hardware address is the one that was told.
        let told = a.space.tell(&["link", "show", "dev", "eth0"]).await.unwrap();
        assert_eq!(told[0]["address"], "56:00:c6:12:5c:07");
    });
}

#[test]
fn what_has_a_wrong_sender_arrives_nowhere() {
    alone("machines::what_has_a_wrong_sender_arrives_nowhere", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let a = Machine::started(&net, id(1), &public(7), &[]).await;
        let b = Machine::started(&net, id(2), &public(8), &[]).await;
        let extra =
            ["addr add 198.18.92.9/32 dev eth0", "addr add 2001:db8:7:9::1/128 dev eth0 nodad"];
        a.space.ip(&extra.map(str::to_owned)).await.unwrap();
        let v6 = public(8).ipv6[0].address;
        let (ear, ear6) =
            (hears(&b.space, "0.0.0.0:7000").await, hears(&b.space, &format!("[{v6}]:7000")).await);
        say(&a.space, "198.18.92.9:0", "198.18.92.8:7000", "another's").await;
        say(&a.space, "198.18.92.7:0", "198.18.92.8:7000", "its own").await;
        assert_eq!(heard(&ear), "its own");
        say(&a.space, "[2001:db8:7:9::1]:0", &format!("[{v6}]:7000"), "another's").await;
        let own = public(7).ipv6[0].address;
        say(&a.space, &format!("[{own}]:0"), &format!("[{v6}]:7000"), "its own").await;
        assert_eq!(heard(&ear6), "its own");
        // With another's hardware address nothing arrives at all.
        a.space.ip(&["link set eth0 address 56:00:c6:12:5c:08".to_owned()]).await.unwrap();
        assert!(!a.pings("198.18.92.8").await);
        a.space.ip(&["link set eth0 address 56:00:c6:12:5c:07".to_owned()]).await.unwrap();
        assert!(a.reaches("198.18.92.8").await);
    });
}

#[test]
fn a_reserved_address_moves_while_both_machines_run() {
    alone("machines::a_reserved_address_moves_while_both_machines_run", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let reserved = PublicIpv4 { address: [198, 18, 14, 5].into(), prefix: 32, gateway: None };
        let with = |n| {
            let mut with = public(n);
            with.ipv4.push(reserved);
            with
        };
        let a = Machine::started(&net, id(1), &with(7), &[]).await;
        let b = Machine::started(&net, id(2), &public(8), &[]).await;
        let c = Machine::started(&net, id(3), &public(9), &[]).await;
        // Who answers for it says so.
        let at = "198.18.14.5:7000";
        let (ear_a, ear_b) =
            (hears(&a.space, "0.0.0.0:7000").await, hears(&b.space, "0.0.0.0:7000").await);
        say(&c.space, "198.18.92.9:0", at, "one").await;
        assert_eq!(heard(&ear_a), "one");
        // A connection to the main address outlives what happens to another.
        let server = listen(&a.space, "0.0.0.0:80").await;
        let mut to_main = connect(&c.space, "198.18.92.7:80").await.unwrap();
        let mut at_main = server.accept().unwrap().0;
        for turn in 0..2 {
            // In either order.
            if turn == 0 {
                net.replug(a.id, &public(7), &[], a.leader()).await.unwrap();
                net.replug(b.id, &with(8), &[], b.leader()).await.unwrap();
            } else {
                net.replug(a.id, &with(7), &[], a.leader()).await.unwrap();
                net.replug(b.id, &public(8), &[], b.leader()).await.unwrap();
            }
            let (has, has_not) = if turn == 0 { (&b, &a) } else { (&a, &b) };
            let ear = if turn == 0 { &ear_b } else { &ear_a };
            say(&c.space, "198.18.92.9:0", at, "two").await;
            assert_eq!(heard(ear), "two");
            let addresses = |machine: &Machine| {
                let space = machine.space.clone();
                async move { space.run("ip", &["addr"], "").await.unwrap() }
            };
            assert!(addresses(has).await.contains("198.18.14.5"));
            assert!(!addresses(has_not).await.contains("198.18.14.5"));
            answers(&mut to_main, &mut at_main);
        }
        assert!(reaches(&Space::Host, "198.18.14.5").await);
    });
}

#[test]
fn private_networks_are_apart_even_with_the_same_addresses() {
    alone("machines::private_networks_are_apart_even_with_the_same_addresses", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        let (one, two) = (id(101), id(102));
        let a = Machine::started(&net, id(1), &public(7), &[nic(one, 3)]).await;
        let b = Machine::started(&net, id(2), &public(8), &[nic(one, 4)]).await;
        let c = Machine::started(&net, id(3), &public(9), &[nic(two, 3)]).await;
        let d = Machine::started(&net, id(4), &PublicNic::default(), &[nic(two, 5)]).await;
        assert!(a.reaches("10.1.96.4").await);
        assert!(b.reaches("10.1.96.3").await);
        assert!(!a.pings("10.1.96.5").await);
        assert!(!c.pings("10.1.96.4").await);
        assert!(c.reaches("10.1.96.5").await);
        assert!(d.reaches("10.1.96.3").await);
        // Nobody from outside is in it, and nobody in it gets out without a gateway.
        assert!(!pings(&Space::Host, "10.1.96.3").await);
        assert!(!d.pings("198.18.92.7").await);
        // Who sends by another's hardware address is not heard.
        d.space.ip(&["link set eth0 address 5a:00:00:00:00:01".to_owned()]).await.unwrap();
        assert!(!d.pings("10.1.96.3").await);
    });
}

#[test]
fn a_machine_that_runs_gets_and_loses_networks_and_keeps_what_it_gave_itself() {
    alone(
        "machines::a_machine_that_runs_gets_and_loses_networks_and_keeps_what_it_gave_itself",
        || async {
            let folder = tempfile::tempdir().unwrap();
            let net = Net::open(folder.path().to_owned()).await.unwrap();
            let network = id(101);
            let a = Machine::started(&net, id(1), &public(7), &[]).await;
            let b = Machine::started(&net, id(2), &public(8), &[nic(network, 4)]).await;
            a.space.ip(&["addr add 192.0.2.1/32 dev eth0".to_owned()]).await.unwrap();
            let ends = net.replug(a.id, &public(7), &[nic(network, 3)], a.leader()).await.unwrap();
            assert_eq!(ends.len(), 2);
            assert!(b.reaches("10.1.96.3").await);
            // Once more changes nothing, and another address for the same link is one.
            net.replug(a.id, &public(7), &[nic(network, 3)], a.leader()).await.unwrap();
            assert!(b.reaches("10.1.96.3").await);
            net.replug(a.id, &public(7), &[], a.leader()).await.unwrap();
            assert!(!b.pings("10.1.96.3").await);
            let told = a.space.run("ip", &["addr"], "").await.unwrap();
            assert!(!told.contains("10.1.96.3") && !told.contains("eth1"), "{told}");
            assert!(told.contains("192.0.2.1"), "{told}");
            assert!(a.reaches("198.18.92.8").await);
            // Its public address can go, and come again.
            net.replug(a.id, &PublicNic::default(), &[nic(network, 3)], a.leader()).await.unwrap();
            assert!(!pings(&Space::Host, "198.18.92.7").await);
            assert!(b.reaches("10.1.96.3").await);
            net.replug(a.id, &public(7), &[nic(network, 3)], a.leader()).await.unwrap();
            assert!(reaches(&Space::Host, "198.18.92.7").await);
        },
    );
}

#[test]
fn a_machine_can_be_stopped_and_plugged_in_again_at_once() {
    alone("machines::a_machine_can_be_stopped_and_plugged_in_again_at_once", || async {
        let folder = tempfile::tempdir().unwrap();
        let net = Net::open(folder.path().to_owned()).await.unwrap();
        for _ in 0..10 {
            let a = Machine::started(&net, id(1), &public(7), &[nic(id(101), 3)]).await;
            assert!(reaches(&Space::Host, "198.18.92.7").await);
            drop(a);
        }
    });
}
