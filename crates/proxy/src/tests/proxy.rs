//! The proxy, with real TLS clients on loopback.

use std::time::Duration;

use proxy::{Chain, Limits, Proxy, Site};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::support::{
    AUTHORIZED, Scene, ask, echo_server, read_head, tls_server, tls_tunnel, tunnel, variables,
};

#[tokio::test]
async fn requests_for_the_api_reach_kettle_byte_for_byte() {
    let scene = Scene::new().await;
    let proxy = scene.proxy().await;
    let client = scene.client(&variables(&[]));
    let mut stream = tls_tunnel(proxy.address(), "api.vultr.com", 443, &client).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"http/1.1".as_slice()));
    for path in ["/v2/account", "/v2/plans?type=vhf&per_page=2"] {
        let request = format!("GET {path} HTTP/1.1\r\nhOsT: api.vultr.com\r\nX-Odd:  a  \r\n\r\n");
        let (head, body) = ask(&mut stream, &request).await;
        assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
        assert_eq!(body, format!("kettle\n{request}"));
    }
}

#[tokio::test]
async fn host_names_are_compared_without_case_and_final_dot() {
    let scene = Scene::new().await;
    let proxy = scene.proxy().await;
    for target in ["API.Vultr.COM:443", "api.vultr.com.:443"] {
        let (head, _, stream) = tunnel(proxy.address(), target).await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{target}: {head}");
        let client = scene.client(&variables(&[]));
        let name = rustls::pki_types::ServerName::try_from("api.vultr.com").unwrap();
        client.connect(name, stream).await.unwrap();
    }
}

#[tokio::test]
async fn a_tunnel_to_port_80_of_the_api_reaches_kettle_in_plain() {
    let scene = Scene::new().await;
    let proxy = scene.proxy().await;
    let (_, _, mut stream) = tunnel(proxy.address(), "api.vultr.com:80").await;
    let (_, body) = ask(&mut stream, "GET /v2/os HTTP/1.1\r\nHost: api.vultr.com\r\n\r\n").await;
    assert!(body.starts_with("kettle\nGET /v2/os HTTP/1.1\r\n"), "{body}");
}

#[tokio::test]
async fn other_ports_of_the_api_are_refused_rather_than_tunnelled() {
    let scene = Scene::new().await;
    let proxy = scene.proxy().await;
    let (head, body, _) = tunnel(proxy.address(), "api.vultr.com:8443").await;
    assert!(head.starts_with("HTTP/1.1 403 "), "{head}");
    assert!(body.contains("ports 80 and 443 only"), "{body}");
}

#[tokio::test]
async fn the_ca_cannot_speak_for_names_outside_its_domains() {
    let scene = Scene::new().await;
    let client = scene.client(&variables(&[]));
    for host in ["example.com", "127.0.0.1", "vultr.com.example.com"] {
        let proxy = scene.proxy_for(&[host]).await;
        let refused = tls_tunnel(proxy.address(), host, 443, &client).await.unwrap_err();
        assert!(format!("{refused:?}").contains("NameConstraintViolation"), "{refused:?}");
    }
    // The same within them is accepted: it is the constraint that refuses the others.
    for host in ["my.vultr.com", "a.b.vultrobjects.com"] {
        let proxy = scene.proxy_for(&[host]).await;
        tls_tunnel(proxy.address(), host, 443, &client).await.unwrap();
    }
}

#[tokio::test]
async fn hosts_below_a_pattern_lead_to_its_server_with_a_certificate_of_their_own() {
    let scene = Scene::new().await;
    let mut config = scene.config();
    let hosts = "*.vultrobjects.com".to_owned();
    config.sites.push(Site { hosts, upstream: echo_server("objects").await });
    let proxy = Proxy::start(config).await.unwrap();
    let client = scene.client(&variables(&[]));
    // A wildcard certificate is good for one label; buckets stand two below.
    for host in
        ["ewr1.vultrobjects.com", "files.ewr1.vultrobjects.com", "a.b.ewr1.vultrobjects.com"]
    {
        for _ in 0..2 {
            let mut stream = tls_tunnel(proxy.address(), host, 443, &client).await.unwrap();
            let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            let (_, body) = ask(&mut stream, &request).await;
            assert_eq!(body, format!("objects\n{request}"));
        }
    }
    let mut stream = tls_tunnel(proxy.address(), "api.vultr.com", 443, &client).await.unwrap();
    let (_, body) = ask(&mut stream, "GET / HTTP/1.1\r\nHost: api.vultr.com\r\n\r\n").await;
    assert!(body.starts_with("kettle\n"), "{body}");
    // In plain, too, and at no other port.
    let plain = format!(
        "GET http://ewr1.vultrobjects.com/ HTTP/1.1\r\nHost: ewr1.vultrobjects.com\r\n{AUTHORIZED}\r\n"
    );
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    let (_, body) = ask(&mut stream, &plain).await;
    assert!(body.starts_with("objects\n"), "{body}");
    let (head, body, _) = tunnel(proxy.address(), "ewr1.vultrobjects.com:9000").await;
    assert!(head.starts_with("HTTP/1.1 403 ") && body.contains("ports 80 and 443 only"), "{body}");
}

#[tokio::test]
async fn the_certificate_is_of_the_host_that_the_client_names_if_that_is_ours() {
    let scene = Scene::new().await;
    let proxy = scene.proxy_for(&["api.vultr.com", "*.vultrobjects.com"]).await;
    let client = scene.client(&variables(&[]));
    let named = async |name: &'static str| {
        let (_, _, stream) = tunnel(proxy.address(), "ewr1.vultrobjects.com:443").await;
        let name = rustls::pki_types::ServerName::try_from(name).unwrap();
        client.connect(name, stream).await
    };
    named("files.ewr1.vultrobjects.com").await.unwrap();
    let refused = named("www.vultr.com").await.unwrap_err();
    assert!(format!("{refused:?}").contains("NotValidForName"), "none is made: {refused:?}");
}

#[tokio::test]
async fn tls_to_other_hosts_still_verifies_against_their_own_ca() {
    let scene = Scene::new().await;
    let proxy = scene.proxy().await;
    let (outside, certificate) = tls_server("outside").await;
    let file = scene.directory.path().join("callers.pem");
    std::fs::write(&file, certificate).unwrap();

    let callers = variables(&[("SSL_CERT_FILE", file.to_str().unwrap())]);
    let client = scene.client(&callers);
    let mut stream =
        tls_tunnel(proxy.address(), "127.0.0.1", outside.port(), &client).await.unwrap();
    let (_, body) = ask(&mut stream, "GET / HTTP/1.1\r\nHost: outside\r\n\r\n").await;
    assert!(body.starts_with("outside\n"), "{body}");
    // The same client reaches Kettle.
    tls_tunnel(proxy.address(), "api.vultr.com", 443, &client).await.unwrap();

    let stranger = scene.client(&variables(&[]));
    let refused =
        tls_tunnel(proxy.address(), "127.0.0.1", outside.port(), &stranger).await.unwrap_err();
    assert!(format!("{refused:?}").contains("UnknownIssuer"), "{refused:?}");
}

#[tokio::test]
async fn offline_refuses_every_other_host_and_says_so() {
    let scene = Scene::new().await;
    let mut config = scene.config();
    config.offline = true;
    let proxy = Proxy::start(config).await.unwrap();
    let (outside, _) = tls_server("outside").await;
    let (head, body, _) = tunnel(proxy.address(), &outside.to_string()).await;
    assert!(head.starts_with("HTTP/1.1 403 "), "{head}");
    assert!(body.contains("offline") && body.contains(&outside.to_string()), "{body}");
    assert!(body.contains("only api.vultr.com can be reached"), "{body}");

    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    let request = format!("GET http://{outside}/ HTTP/1.1\r\nHost: {outside}\r\n{AUTHORIZED}\r\n");
    let (head, body) = ask(&mut stream, &request).await;
    assert!(head.starts_with("HTTP/1.1 403 ") && body.contains("offline"), "{head}{body}");

    let client = scene.client(&variables(&[]));
    tls_tunnel(proxy.address(), "api.vultr.com", 443, &client).await.unwrap();
}

#[tokio::test]
async fn plain_requests_on_one_connection_go_each_to_their_host() {
    let scene = Scene::new().await;
    let proxy = scene.proxy().await;
    let outside = echo_server("outside").await;
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    let api = &format!(
        "GET http://api.vultr.com/v1/os/list?a=b HTTP/1.1\r\nHost: api.vultr.com\r\n\
         API-Key: k\r\nProxy-Connection: keep-alive\r\n{AUTHORIZED}\r\n"
    );
    let (_, body) = ask(&mut stream, api).await;
    assert_eq!(
        body,
        "kettle\nGET /v1/os/list?a=b HTTP/1.1\r\nHost: api.vultr.com\r\nAPI-Key: k\r\n\r\n"
    );
    let other = format!("GET http://{outside}/x HTTP/1.1\r\nHost: {outside}\r\n{AUTHORIZED}\r\n");
    let (_, body) = ask(&mut stream, &other).await;
    assert!(body.starts_with("outside\nGET /x HTTP/1.1\r\n"), "{body}");
    let (_, body) = ask(&mut stream, api).await;
    assert!(body.starts_with("kettle\n"), "{body}");
}

#[tokio::test]
async fn other_hosts_are_reached_through_the_callers_own_proxy() {
    let scene = Scene::new().await;
    let (outside, certificate) = tls_server("outside").await;
    let file = scene.directory.path().join("callers.pem");
    std::fs::write(&file, certificate).unwrap();
    // An outer proxy that is the only one to know where outside.test is.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let outer = listener.local_addr().unwrap();
    let asked = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let head = read_head(&mut client).await.unwrap();
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
        let mut server = TcpStream::connect(outside).await.unwrap();
        // The client ends it whenever it likes.
        let _ = copy_bidirectional(&mut client, &mut server).await;
        head
    });

    let callers = variables(&[
        ("HTTPS_PROXY", &format!("http://me:secret@{outer}")),
        ("SSL_CERT_FILE", file.to_str().unwrap()),
    ]);
    let mut config = scene.config();
    config.chain = Chain::from_variables(&callers);
    let proxy = Proxy::start(config).await.unwrap();
    let client = scene.client(&callers);
    let mut stream = tls_tunnel(proxy.address(), "outside.test", 443, &client).await.unwrap();
    let (_, body) = ask(&mut stream, "GET / HTTP/1.1\r\nHost: outside.test\r\n\r\n").await;
    assert!(body.starts_with("outside\n"), "{body}");
    drop(stream);
    let head = asked.await.unwrap();
    assert!(head.starts_with("CONNECT outside.test:443 HTTP/1.1\r\n"), "{head}");
    assert!(head.to_lowercase().contains("proxy-authorization: basic bwu6c2vjcmv0\r\n"), "{head}");
    // Kettle is not asked through it: the outer proxy takes one connection only.
    tls_tunnel(proxy.address(), "api.vultr.com", 443, &client).await.unwrap();
}

#[tokio::test]
async fn plain_requests_reach_the_callers_own_proxy_whole() {
    let scene = Scene::new().await;
    let outer = echo_server("outer").await;
    let mut config = scene.config();
    let callers = variables(&[("http_proxy", &format!("http://me:secret@{outer}"))]);
    config.chain = Chain::from_variables(&callers);
    let proxy = Proxy::start(config).await.unwrap();
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    let other =
        &format!("GET http://outside.test/x?y HTTP/1.1\r\nHost: outside.test\r\n{AUTHORIZED}\r\n");
    let (_, body) = ask(&mut stream, other).await;
    assert!(body.starts_with("outer\nGET http://outside.test/x?y HTTP/1.1\r\n"), "{body}");
    assert!(body.to_lowercase().contains("proxy-authorization: basic bwu6c2vjcmv0\r\n"), "{body}");
    let api = &format!(
        "GET http://api.vultr.com/v2/os HTTP/1.1\r\nHost: api.vultr.com\r\n{AUTHORIZED}\r\n"
    );
    let (_, body) = ask(&mut stream, api).await;
    assert!(body.starts_with("kettle\nGET /v2/os HTTP/1.1\r\n"), "{body}");
}

#[tokio::test]
async fn bodies_are_forwarded_with_plain_requests() {
    let scene = Scene::new().await;
    let mut config = scene.config();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    config.sites[0].upstream = listener.local_addr().unwrap();
    let proxy = Proxy::start(config).await.unwrap();
    let received = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let head = read_head(&mut stream).await.unwrap();
        let mut body = [0; 11];
        stream.read_exact(&mut body).await.unwrap();
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        (head, body)
    });
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    let request = format!(
        "POST http://api.vultr.com/v1/server/start HTTP/1.1\r\nHost: api.vultr.com\r\n\
         {AUTHORIZED}Content-Length: 11\r\n\r\nSUBID=12345"
    );
    let (head, _) = ask(&mut stream, &request).await;
    assert!(head.starts_with("HTTP/1.1 204 "), "{head}");
    let (head, body) = received.await.unwrap();
    assert!(head.starts_with("POST /v1/server/start HTTP/1.1\r\n"), "{head}");
    assert_eq!(&body, b"SUBID=12345");
}

#[tokio::test]
async fn an_outer_proxy_that_refuses_is_named_with_its_answer() {
    let scene = Scene::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let outer = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        read_head(&mut client).await.unwrap();
        let answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
        client.write_all(answer).await.unwrap();
    });
    let mut config = scene.config();
    let callers = variables(&[("https_proxy", &format!("http://{outer}"))]);
    config.chain = Chain::from_variables(&callers);
    let proxy = Proxy::start(config).await.unwrap();
    let (head, body, _) = tunnel(proxy.address(), "outside.test:443").await;
    assert!(head.starts_with("HTTP/1.1 502 "), "{head}");
    assert!(body.contains(&outer.to_string()) && body.contains("407"), "{body}");
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_fails_only_those_who_need_it_and_nobody_offline() {
    let scene = Scene::new().await;
    let callers = variables(&[("ALL_PROXY", "socks5://me:secret@127.0.0.1:1080")]);
    let plain =
        format!("GET http://outside.test/ HTTP/1.1\r\nHost: outside.test\r\n{AUTHORIZED}\r\n");
    let api = format!(
        "GET http://api.vultr.com/v2/os HTTP/1.1\r\nHost: api.vultr.com\r\n{AUTHORIZED}\r\n"
    );
    for offline in [false, true] {
        let mut config = scene.config();
        (config.chain, config.offline) = (Chain::from_variables(&callers), offline);
        let proxy = Proxy::start(config).await.unwrap();
        let (head, body, _) = tunnel(proxy.address(), "outside.test:443").await;
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        let (plain_head, plain_body) = ask(&mut stream, &plain).await;
        for (head, body) in [(head, body), (plain_head, plain_body)] {
            let status = if offline { "HTTP/1.1 403 " } else { "HTTP/1.1 502 " };
            assert!(head.starts_with(status), "{head}");
            assert_eq!(
                body.contains("ALL_PROXY is \"socks5://127.0.0.1:1080\""),
                !offline,
                "{body}"
            );
        }
        let (_, body) = ask(&mut stream, &api).await;
        assert!(body.starts_with("kettle\nGET /v2/os HTTP/1.1\r\n"), "{body}");
    }
}

#[tokio::test]
async fn a_server_that_is_gone_is_a_502_that_names_the_target() {
    let scene = Scene::new().await;
    let mut config = scene.config();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    config.sites[0].upstream = listener.local_addr().unwrap();
    drop(listener);
    let proxy = Proxy::start(config).await.unwrap();
    let (head, body, _) = tunnel(proxy.address(), "api.vultr.com:443").await;
    assert!(head.starts_with("HTTP/1.1 502 "), "{head}");
    assert!(body.contains("cannot reach api.vultr.com:443"), "{body}");
}

#[tokio::test]
async fn heads_without_end_and_clients_that_stall_are_cut_off() {
    let scene = Scene::new().await;
    let mut config = scene.config();
    let short = Duration::from_millis(50);
    config.limits = Limits { head_bytes: 8192, head: short, handshake: short, ..Limits::default() };
    let proxy = Proxy::start(config).await.unwrap();
    let mut left = Vec::new();

    let mut endless = TcpStream::connect(proxy.address()).await.unwrap();
    let request = format!("GET http://api.vultr.com/ HTTP/1.1\r\nA: {}", "a".repeat(20_000));
    endless.write_all(request.as_bytes()).await.unwrap();
    assert!(read_head(&mut endless).await.unwrap().starts_with("HTTP/1.1 431 "));

    let mut silent = TcpStream::connect(proxy.address()).await.unwrap();
    silent.write_all(b"CONNECT api.vultr").await.unwrap();
    let _ = silent.read_to_end(&mut left).await;
    assert!(
        !String::from_utf8_lossy(&left).contains("200"),
        "a head that never ended was answered"
    );

    // A handshake that never comes.
    let (head, _, mut stalled) = tunnel(proxy.address(), "api.vultr.com:443").await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    left.clear();
    let _ = stalled.read_to_end(&mut left).await;
    assert!(left.is_empty());
}

#[tokio::test]
async fn shutdown_lets_open_connections_end_and_cuts_off_those_that_do_not() {
    let scene = Scene::new().await;
    let proxy = scene.proxy().await;
    let address = proxy.address();
    let client = scene.client(&variables(&[]));
    let mut open = tls_tunnel(address, "api.vultr.com", 443, &client).await.unwrap();
    let stopping = tokio::spawn(proxy.shutdown(Duration::from_secs(3600)));
    // Still served while it ends of its own will.
    let (_, body) = ask(&mut open, "GET /v2/os HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(body.starts_with("kettle\n"), "{body}");
    drop(open);
    stopping.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "it still listens");

    let proxy = scene.proxy().await;
    let mut open = tls_tunnel(proxy.address(), "api.vultr.com", 443, &client).await.unwrap();
    proxy.shutdown(Duration::ZERO).await;
    let mut left = Vec::new();
    let _ = open.read_to_end(&mut left).await;
    assert!(left.is_empty());
}

#[tokio::test]
async fn who_does_not_have_the_password_is_not_let_in() {
    let scene = Scene::new().await;
    let outer = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let named = format!("http://me:secret@{}", outer.local_addr().unwrap());
    let mut config = scene.config();
    let callers = variables(&[("https_proxy", &named), ("http_proxy", &named)]);
    config.chain = Chain::from_variables(&callers);
    let proxy = Proxy::start(config).await.unwrap();
    let wrong = AUTHORIZED.replace("a2V0", "a2V1");
    for sent in ["", &wrong, "Proxy-Authorization: Bearer secret\r\n", "Proxy-Authorization: x\r\n"]
    {
        for line in [
            "CONNECT api.vultr.com:443",
            "CONNECT outside.test:443",
            "GET http://outside.test/",
            "GET http://api.vultr.com/v2/os",
            "GET /",
        ] {
            let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
            let request = format!("{line} HTTP/1.1\r\nHost: x\r\n{sent}\r\n");
            let (head, body) = ask(&mut stream, &request).await;
            assert!(head.starts_with("HTTP/1.1 407 "), "{line}: {head}");
            assert!(head.to_lowercase().contains("proxy-authenticate: basic realm="), "{head}");
            assert!(body.contains("kettle exec"), "{body}");
            // Whoever has it may go on at once, on the same connection.
            let request =
                format!("CONNECT api.vultr.com:80 HTTP/1.1\r\nHost: x\r\n{AUTHORIZED}\r\n");
            let (head, _) = ask(&mut stream, &request).await;
            assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        }
    }
    let waits = tokio::time::timeout(Duration::ZERO, outer.accept()).await;
    assert!(waits.is_err(), "the caller's own proxy, with its password, was used for a stranger");
    let traffic = proxy.shutdown(Duration::ZERO).await;
    assert_eq!((traffic.strangers, traffic.reached, traffic.elsewhere.len()), (20, 20, 0));
}

#[tokio::test]
async fn what_came_through_is_counted() {
    let scene = Scene::new().await;
    let proxy = scene.proxy().await;
    let (outside, _) = tls_server("outside").await;
    let client = scene.client(&variables(&[]));
    tls_tunnel(proxy.address(), "api.vultr.com", 443, &client).await.unwrap();
    let (_, _, stream) = tunnel(proxy.address(), "api.vultr.com:443").await;
    drop(stream);
    tunnel(proxy.address(), &outside.to_string()).await;
    let traffic = proxy.shutdown(Duration::from_secs(30)).await;
    assert_eq!((traffic.reached, traffic.distrusted, traffic.strangers), (1, 1, 0));
    assert_eq!(traffic.elsewhere.into_iter().collect::<Vec<_>>(), ["127.0.0.1"]);
}

#[tokio::test]
async fn an_https_url_of_the_api_needs_no_tunnel() {
    // axios sends such requests to a proxy.
    let scene = Scene::new().await;
    let proxy = scene.proxy().await;
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    let api = format!(
        "GET https://api.vultr.com/v2/os HTTP/1.1\r\nHost: api.vultr.com\r\n{AUTHORIZED}\r\n"
    );
    let (_, body) = ask(&mut stream, &api).await;
    assert!(body.starts_with("kettle\nGET /v2/os HTTP/1.1\r\n"), "{body}");
    let (head, _) = ask(&mut stream, &api.replace("//api.vultr.com", "//outside.test")).await;
    assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
}
