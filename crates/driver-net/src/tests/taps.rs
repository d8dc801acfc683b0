//! Links of virtual machines, and what machines are told that ask for their addresses.

use super::*;
use crate::names::{bridge, link};

#[test]
fn taps_stand_where_they_are_to_and_stay_for_who_has_them_open() {
    alone("taps::taps_stand_where_they_are_to_and_stay_for_who_has_them_open", || async {
        let directory = tempfile::tempdir().unwrap();
        let net = Net::open(directory.path().to_owned()).await.unwrap();
        let (one, network) = (id(1), id(100));
        let ends = net.tap(one, &public(5), &[]).await.unwrap();
        let public_tap = link(one, None).1;
        assert_eq!(ends[0].interface, public_tap);
        let number = |links: &serde_json::Value, name: &str| {
            let mut all = links.as_array().unwrap().iter();
            all.find(|link| link["ifname"] == name).map(|link| link["ifindex"].clone())
        };
        let before = net.0.router.tell(&["link", "show"]).await.unwrap();
        assert!(number(&before, &public_tap).is_some());
        // Into a private network: the public one is left alone.
        let ends = net.tap(one, &public(5), &[nic(network, 2)]).await.unwrap();
        let private_tap = link(one, Some(network)).1;
        assert_eq!((ends.len(), ends[1].interface.as_str()), (2, private_tap.as_str()));
        let after = net.0.router.tell(&["link", "show"]).await.unwrap();
        assert_eq!(number(&before, &public_tap), number(&after, &public_tap));
        let mut all = after.as_array().unwrap().iter();
        let private = all.find(|link| link["ifname"] == private_tap.as_str()).unwrap();
        assert_eq!((&private["master"], &private["mtu"]), (&bridge(network).into(), &1450.into()));
        let routes = net.0.router.run("ip", &["route"], "").await.unwrap();
        assert!(routes.contains(&format!("198.18.92.5 dev {public_tap}")), "{routes}");
        // The next Kettle finds them, and a machine that leaves leaves nothing.
        drop(net);
        let net = Net::open(directory.path().to_owned()).await.unwrap();
        net.tap(one, &public(5), &[nic(network, 2)]).await.unwrap();
        let again = net.0.router.tell(&["link", "show"]).await.unwrap();
        assert_eq!(number(&before, &public_tap), number(&again, &public_tap));
        net.tap(one, &public(5), &[]).await.unwrap();
        let links = net.0.router.links().await.unwrap();
        assert!(!links.contains(&private_tap) && !links.contains(&bridge(network)), "{links:?}");
        net.unplug(one).await.unwrap();
        assert!(!net.0.router.links().await.unwrap().contains(&public_tap));
    });
}

#[test]
fn a_machine_that_asks_is_told_its_own_address_by_each_of_its_links() {
    alone("taps::a_machine_that_asks_is_told_its_own_address_by_each_of_its_links", || async {
        let directory = tempfile::tempdir().unwrap();
        let net = Net::open(directory.path().to_owned()).await.unwrap();
        let _leases = net.leases().await.unwrap();
        let (network, public) = (id(100), public(5));
        let machine = Machine::started(&net, id(1), &public, &[nic(network, 2)]).await;
        // As it is before it has any address.
        let flush = ["eth0", "eth1"].map(|link| format!("addr flush dev {link}"));
        machine.space.ip(&flush).await.unwrap();
        for (link, mac, address) in [
            ("eth0", public.mac.as_str(), [198, 18, 92, 5]),
            ("eth1", nic(network, 2).mac.as_str(), [10, 1, 96, 2]),
        ] {
            let way = format!("route replace 255.255.255.255 dev {link}");
            machine.space.ip(&[way]).await.unwrap();
            let mac: Vec<u8> =
                mac.split(':').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
            let mut question = vec![0; 236];
            question[..3].copy_from_slice(&[1, 1, 6]);
            question[28..34].copy_from_slice(&mac);
            question.extend([99, 130, 83, 99, 53, 1, 1, 255]);
            let mut answer = None;
            for _ in 0..8 {
                let question = question.clone();
                let asked = machine.space.inside(move || {
                    let socket = UdpSocket::bind("0.0.0.0:68")?;
                    socket.set_broadcast(true)?;
                    socket.set_read_timeout(Some(Duration::from_secs(1)))?;
                    socket.send_to(&question, "255.255.255.255:67")?;
                    let mut bytes = [0; 1500];
                    let (length, _) = socket.recv_from(&mut bytes)?;
                    Ok(bytes[..length].to_vec())
                });
                answer = asked.await.ok();
                if answer.is_some() {
                    break;
                }
            }
            let answer = answer.unwrap_or_else(|| panic!("nobody answers at {link}"));
            assert_eq!(answer[16..20], address, "{link}");
            machine.space.ip(&["route del 255.255.255.255".to_owned()]).await.unwrap();
        }
    });
}
