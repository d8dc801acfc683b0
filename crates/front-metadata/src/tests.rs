//! What machines read of themselves.

use std::net::SocketAddr;

use api::Secret;
use fronts::Ask;
use fronts::machines::Interface;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

/// One machine at 127.0.0.1, or at 127.0.0.2 in a private network.
struct One(Machine);

impl Machines for One {
    fn at(&self, address: IpAddr, network: Option<Uuid>) -> Ask<'_, Option<Machine>> {
        let own = (address.to_string() == "127.0.0.1" && network.is_none())
            || (address.to_string() == "127.0.0.2" && network == Some(Uuid::from_u128(5)));
        Box::pin(std::future::ready(Ok(own.then(|| self.0.clone()))))
    }
}

fn machine() -> Machine {
    Machine {
        id: Uuid::from_u128(1),
        hostname: "web".into(),
        region: "ewr".into(),
        country: "us".into(),
        plan: "vc2-1c-1gb".into(),
        tags: vec!["a".into(), "b".into()],
        ssh_keys: vec!["ssh-ed25519 AAAA one".into(), "ssh-ed25519 BBBB two".into()],
        password: Secret::from("a\"b: c".to_owned()),
        is_limited: false,
        user_data: b"#cloud-config\n{}\n".to_vec(),
        script: b"#!/bin/sh\n".to_vec(),
        public: Interface {
            network: None,
            mac: "56:00:01:02:03:04".into(),
            ipv4: vec![
                ([198, 18, 92, 7].into(), 23, Some([198, 18, 92, 1].into())),
                ([198, 18, 14, 5].into(), 32, None),
            ],
            ipv6: vec![("2001:db8:1:2:5400::1".parse().unwrap(), 64)],
        },
        private: vec![Interface {
            network: Some(Uuid::from_u128(5)),
            mac: "5a:00:01:02:03:04".into(),
            ipv4: vec![([10, 1, 96, 3].into(), 20, None)],
            ipv6: Vec::new(),
        }],
    }
}

/// The status and body of an answer to this request line, by way of a socket.
async fn asked(network: Option<Uuid>, from: &str, line: &str) -> (u16, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let serving = tokio::spawn(serve(listener, network, Arc::new(One(machine()))));
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(from.parse().unwrap(), 0)).unwrap();
    let mut stream: TcpStream = socket.connect(at).await.unwrap();
    let request = format!("{line} HTTP/1.1\r\nhost: 169.254.169.254\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    serving.abort();
    let (head, body) = said.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

async fn get(path: &str) -> (u16, String) {
    asked(None, "127.0.0.1", &format!("GET {path}")).await
}

#[tokio::test]
async fn a_machine_reads_all_that_cloud_init_reads_of_it() {
    let (status, body) = get("/v1.json").await;
    assert_eq!(status, 200);
    let all: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(all["instance-v2-id"], Uuid::from_u128(1).to_string());
    assert_eq!(all["hostname"], "web");
    assert_eq!(all["region"], json!({"countrycode": "US", "regioncode": "EWR"}));
    assert_eq!(all["public-keys"][1], "ssh-ed25519 BBBB two");
    assert_eq!(all["user-data"], "#cloud-config\n{}\n");
    let config = all["vendor-data"][0].as_str().unwrap();
    assert!(config.starts_with("#cloud-config\n"), "{config}");
    assert!(config.contains(r#"  - "root:a\"b: c""#), "{config}");
    assert_eq!(all["vendor-data"][1], "#!/bin/sh\n");
    let (public, private) = (&all["interfaces"][0], &all["interfaces"][1]);
    assert_eq!(
        public["ipv4"],
        json!({
            "additional": [{"address": "198.18.14.5", "netmask": "255.255.255.255"}],
            "address": "198.18.92.7", "gateway": "198.18.92.1", "netmask": "255.255.254.0",
        })
    );
    assert_eq!(public["ipv6"]["network"], "2001:db8:1:2::");
    assert_eq!(public["ipv6"]["prefix"], "64");
    assert_eq!(public["network-type"], "public");
    assert_eq!(private["network-type"], "private");
    assert_eq!(private["mtu"], "1450");
    assert_eq!(private["ipv4"]["netmask"], "255.255.240.0");
    assert_eq!(private["ipv4"]["additional"], json!([]));
    assert_eq!(private["network-v2-id"], Uuid::from_u128(5).to_string());
    assert_eq!(get("/latest/user-data").await, (200, "#cloud-config\n{}\n".to_owned()));
}

#[tokio::test]
async fn every_place_of_the_tree_can_be_asked_for_by_itself() {
    let (_, index) = get("/v1/").await;
    let first: Vec<_> = index.lines().take(4).collect();
    assert_eq!(first, ["bgp/", "hostname", "instance-v2-id", "instanceid"]);
    for (path, told) in [
        ("/v1/hostname", "web"),
        ("/v1/interfaces/", "0/\n1/\n"),
        ("/v1/interfaces/0/ipv4/address", "198.18.92.7"),
        ("/v1/interfaces/0/ipv4/additional/0/netmask", "255.255.255.255"),
        ("/v1/interfaces/1/mac", "5a:00:01:02:03:04"),
        ("/v1/region/regioncode", "EWR"),
        ("/v1/public-keys", "ssh-ed25519 AAAA one\nssh-ed25519 BBBB two\n"),
        ("/v1/bgp/ipv4/", "my-address\nmy-asn\npeer-address\npeer-asn\n"),
        ("/v1/bgp/ipv4/my-asn", ""),
    ] {
        assert_eq!(get(path).await, (200, told.to_owned()), "{path}");
    }
    // All that an index names is there.
    let mut places = vec!["/v1/".to_owned()];
    let mut seen = 0;
    while let Some(place) = places.pop() {
        let (status, body) = get(&place).await;
        assert_eq!(status, 200, "{place}");
        seen += 1;
        if place.ends_with('/') {
            places.extend(body.lines().map(|line| format!("{place}{line}")));
        }
    }
    assert!(seen > 40, "{seen} places");
}

#[tokio::test]
async fn what_is_not_there_is_said_in_words() {
    let (status, body) = get("/v1/interfaces/7/mac").await;
    assert_eq!(
        (status, body.as_str()),
        (404, "there is no 7 at /v1/interfaces/; what is there:\n0/\n1/\n")
    );
    let (status, body) = get("/latest/meta-data/").await;
    assert_eq!(status, 404);
    assert!(body.contains("/v1.json"), "{body}");
    assert_eq!(get("/v1nothing").await.0, 404);
    let (status, body) = asked(None, "127.0.0.1", "POST /v1.json").await;
    assert_eq!(status, 405, "{body}");
    assert_eq!(asked(None, "127.0.0.1", "HEAD /v1.json").await, (200, String::new()));
}

#[tokio::test]
async fn nobody_is_told_of_another() {
    let network = Some(Uuid::from_u128(5));
    assert_eq!(asked(network, "127.0.0.2", "GET /v1/hostname").await, (200, "web".to_owned()));
    for (network, from) in [(None, "127.0.0.2"), (network, "127.0.0.1"), (None, "127.0.0.9")] {
        let (status, body) = asked(network, from, "GET /v1.json").await;
        assert_eq!(status, 404);
        assert!(body.contains(from) && !body.contains("web"), "{body}");
    }
}

#[test]
fn one_without_rights_logs_in_by_another_name() {
    let all = tree::of(&Machine { is_limited: true, ..machine() });
    let config = all["vendor-data"][0].as_str().unwrap();
    assert!(config.contains(r#"  - "linuxuser:a\"b: c""#), "{config}");
    assert!(config.contains("ssh-ed25519 AAAA one"), "{config}");
    assert!(!config.contains("disable_root"), "{config}");
}
