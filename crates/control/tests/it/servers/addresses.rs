//! The names of servers' public addresses.

use super::*;

#[tokio::test]
async fn an_ipv4_address_is_named_and_gets_its_first_name_back() {
    let world = World::new().await;
    for kind in KINDS {
        let found = kind.made(&world, json!({})).await;
        let uri = format!("{}/ipv4", kind.of(id_of(&found)));
        let ips = async || read(&world, &uri).await["ipv4s"].take();
        let reverse = format!("{uri}/reverse");
        let (ip, first) = (found["main_ip"].as_str().unwrap(), ips().await);
        assert_eq!(first.as_array().unwrap().len(), 1);
        shows(&first[0], json!({ "ip": ip, "type": "main_ip" }));
        shows(&first[0], json!({ "reverse": format!("{ip}.vultrusercontent.com") }));
        if !kind.is_instance() {
            let mac = first[0]["mac_address"].as_str().unwrap().replace(':', "");
            assert_eq!(u64::from_str_radix(&mac, 16).ok(), found["mac_address"].as_u64());
        }
        let named = json!({ "ip": ip, "reverse": "Host1.example.com" });
        done(&world, "POST", &reverse, named).await;
        let as_sent = json!({ "reverse": "Host1.example.com" });
        let renamed = json!([with(first[0].clone(), as_sent)]);
        assert_eq!(ips().await, renamed);
        for (ip, name, words) in [
            (ip, "", "reverse:"),
            (ip, "a b", "reverse:"),
            ("192.0.2.1", "a.com", "Invalid IP address"),
            ("x", "a.com", "Invalid IP address"),
        ] {
            let wrong = json!({ "ip": ip, "reverse": name });
            refuses(&world, "POST", &reverse, wrong, words).await;
        }
        assert_eq!(ips().await, renamed);
        let reset = call(&world, "POST", &format!("{reverse}/default"), json!({ "ip": ip })).await;
        assert_eq!((reset.0, ips().await), (204, first));
    }
}

#[tokio::test]
async fn an_ipv6_address_is_named_in_any_notation() {
    let world = World::new().await;
    for kind in KINDS {
        let found = kind.made(&world, json!({ "enable_ipv6": true })).await;
        let uri = format!("{}/ipv6", kind.of(id_of(&found)));
        let reverse = format!("{uri}/reverse");
        let list = read(&world, &uri).await;
        let (ip, network) = (&found["v6_main_ip"], found["v6_network"].as_str().unwrap());
        let own = json!({ "ip": ip, "network": network, "network_size": 64, "type": "main_ip" });
        assert_eq!((&list["ipv6s"], &list["meta"]["total"]), (&json!([own]), &json!(1)));
        let address: std::net::Ipv6Addr = format!("{network}A1").parse().unwrap();
        let full = address.segments().map(|group| format!("{group:04x}")).join(":");
        let names = async || match kind.is_instance() {
            true => read(&world, &reverse).await["reverse_ipv6s"].take(),
            false => json!(null),
        };
        let none = if kind.is_instance() { json!([]) } else { json!(null) };
        assert_eq!(names().await, none);
        for (ip, name) in
            [(format!("{network}A1"), "a.example.com"), (full.clone(), "b.example.com")]
        {
            let named = json!({ "ip": ip, "reverse": name });
            done(&world, "POST", &reverse, named).await;
            if kind.is_instance() {
                assert_eq!(names().await, json!([{ "ip": full, "reverse": name }]));
            }
        }
        for (ip, name) in [("2001:db8:ffff:ffff::1", "a.com"), ("x", "a.com"), (&full, "a b")] {
            let wrong = json!({ "ip": ip, "reverse": name });
            assert_eq!(refused(&world, "POST", &reverse, wrong).await.0, 400);
        }
        // Clients send colons as they are.
        let uri = format!("{reverse}/{full}");
        done(&world, "DELETE", &uri, json!(null)).await;
        assert_eq!(names().await, none);
        assert_eq!(
            call(&world, "DELETE", &uri, json!(null)).await.0,
            404,
            "it has no name any more"
        );
    }
}
