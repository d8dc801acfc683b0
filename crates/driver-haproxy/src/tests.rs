//! Load balancers that run, before little servers on this machine's loopback. Without HAProxy here they
//! are skipped, which is said.
#![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

mod staying;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use drivers::Subnet;
use drivers::balancer::*;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that answers each request with its name, until it is dropped.
struct Little {
    id: Uuid,
    at: SocketAddr,
    serving: JoinHandle<()>,
}

impl Drop for Little {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(mut stream: TcpStream, name: &str) {
    let mut buffer = vec![0; 4096];
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read(&mut buffer).await {
                Ok(read @ 1..) => head.extend_from_slice(&buffer[..read]),
                _ => return,
            }
        }
        let head = String::from_utf8_lossy(&head);
        let first = head.lines().next().unwrap_or_default();
        let seen: Vec<_> =
            head.lines().filter(|line| line.to_lowercase().starts_with("x-forwarded")).collect();
        let body = match first.starts_with("PROXY") {
            true => format!("{name} {first}"),
            false => format!("{name} {}", seen.join(" ")),
        };
        let text = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

impl Little {
    /// One at an address of its own, at the port that all of a test have.
    async fn new(name: &'static str, at: IpAddr, port: u16) -> Self {
        let listener = TcpListener::bind((at, port)).await.unwrap();
        let at = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                open.spawn(answer(stream, name));
            }
        });
        Self { id: Uuid::new_v4(), at, serving }
    }

    fn backend(&self) -> Backend {
        Backend { id: self.id, address: Some(self.at.ip()) }
    }
}

/// An address of the loopback that no other test has.
fn own() -> Ipv4Addr {
    let [.., a, b, c] = Uuid::new_v4().into_bytes();
    Ipv4Addr::new(127, a.max(1), b, c.clamp(1, 254))
}

/// Two servers at one port of different addresses.
async fn two() -> [Little; 2] {
    let a = Little::new("a", own().into(), 0).await;
    let b = Little::new("b", own().into(), a.at.port()).await;
    [a, b]
}

struct Here {
    balancers: Balancers,
    id: Uuid,
    directory: tempfile::TempDir,
}

impl Here {
    /// None: there is no HAProxy here, which is said.
    async fn new() -> Option<Self> {
        let path = ["/usr/sbin/haproxy", "/usr/local/sbin/haproxy", "/usr/bin/haproxy"];
        let Some(path) = path.into_iter().map(PathBuf::from).find(|path| path.is_file()) else {
            eprintln!("SKIPPED: there is no haproxy here (apt install haproxy)");
            return None;
        };
        let program = Program::new(path, "x".into()).await;
        let directory = tempfile::tempdir().unwrap();
        let addresses = Arc::new(Loopback::default());
        let kept = Some(directory.path().join("balancers"));
        let balancers = Balancers::new(program, kept, addresses);
        Some(Self { balancers, id: Uuid::new_v4(), directory })
    }

    fn things(&self) -> &dyn Things<BalancerSpec> {
        &self.balancers
    }

    /// Returns when it is what it was told to be.
    async fn ready(&self) {
        let ready = async {
            while !self.things().observe(self.id).await.unwrap().is_some_and(|thing| thing.ready) {
                assert_eq!(self.balancers.running(self.id, Running::fails).flatten(), None);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.expect("it is ready in time");
    }

    async fn create(&self, spec: &BalancerSpec) {
        self.things().create(self.id, spec).await.unwrap();
        self.ready().await;
    }

    async fn configure(&self, spec: &BalancerSpec) {
        self.things().configure(self.id, spec).await.unwrap();
        self.ready().await;
    }

    fn at(&self, port: u16) -> SocketAddr {
        let all = self.balancers.answers_at(self.id);
        all.into_iter().find(|(own, _)| *own == port).unwrap().1
    }

    async fn get(&self, port: u16, more: &str) -> String {
        get(TcpStream::connect(self.at(port)).await.unwrap(), more).await
    }

    /// Whose answers come in so many requests.
    async fn whose(&self, port: u16, times: usize) -> BTreeSet<char> {
        let mut whose = BTreeSet::new();
        for _ in 0..times {
            let answer = self.get(port, "").await;
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            whose.extend(answer.rsplit("\r\n\r\n").next().unwrap().chars().next());
        }
        whose
    }

    /// Returns when it says of a server that it works, or does not.
    async fn knows(&self, server: &Little, works: bool) {
        let known = async {
            while self.balancers.health(self.id).get(&server.id) != Some(&works) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, known).await.expect("it knows in time");
    }

    fn number(&self) -> i32 {
        let file = self.balancers.0.places.of(self.id).join("haproxy.pid");
        let text = std::fs::read_to_string(file).unwrap();
        text.split_whitespace().next().unwrap().parse().unwrap()
    }

    async fn end(self) {
        let number = self.number();
        self.things().remove(self.id).await.unwrap();
        assert!(!runs(number), "it has ended");
        assert!(self.balancers.there().await.unwrap().is_empty());
        assert!(self.directory.path().exists());
    }
}

fn runs(number: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

async fn until_ended(number: i32) {
    let ended = async {
        while runs(number) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.expect("nothing is left");
}

async fn get<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, more: &str) -> String {
    let ask = format!("GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n{more}\r\n");
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

fn forward(frontend: Protocol, frontend_port: u16, backend_port: u16) -> Forwarding {
    Forwarding { frontend, frontend_port, backend: Protocol::Http, backend_port }
}

fn spec(servers: &[Little]) -> BalancerSpec {
    let port = servers[0].at.port();
    BalancerSpec {
        ipv4: own(),
        ipv6: "2001:db8::1".parse().unwrap(),
        network: None,
        nic: None,
        nodes: 1,
        regions: vec![],
        machines: servers.iter().map(Little::backend).collect(),
        algorithm: Algorithm::RoundRobin,
        cookie: None,
        health_check: HealthCheck {
            protocol: Protocol::Http,
            port,
            path: "/it's up?a=\"b\" #c".into(),
            interval_s: 1,
            timeout_s: 1,
            unhealthy_after: 1,
            healthy_after: 1,
        },
        timeout_s: 20,
        redirects_to_https: false,
        http2: false,
        http3: false,
        proxy_protocol: false,
        forwarding: vec![forward(Protocol::Http, 80, port)],
        firewall: vec![],
        certificate: None,
        certified_name: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_take_turns_and_where_one_dies_nothing_is_lost() {
    let Some(here) = Here::new().await else { return };
    let [a, b] = two().await;
    let (gone, port) = (b.at, a.at.port());
    let servers = [a, b];
    here.create(&spec(&servers)).await;
    assert_eq!(here.whose(80, 6).await, BTreeSet::from(['a', 'b']));
    let answer = here.get(80, "").await;
    assert!(answer.contains("x-forwarded-for: 127.0.0.1"), "{answer}");
    here.knows(&servers[1], true).await;
    let [a, b] = servers;
    let b_id = b.id;
    drop(b);
    // From the moment on at which it dies, known to be dead or not.
    assert_eq!(here.whose(80, 60).await, BTreeSet::from(['a']));
    here.knows(&Little { id: b_id, at: gone, serving: tokio::spawn(async {}) }, false).await;
    let why = "no connection comes about (Connection refused)";
    let told = format!("the load balancer sends nothing to {b_id}: {why}");
    assert_eq!(here.balancers.complaints(), [(here.id, told)]);
    let again = Little::new("b", gone.ip(), port).await.renamed(b_id);
    here.knows(&again, true).await;
    assert_eq!(here.balancers.complaints(), []);
    assert_eq!(here.whose(80, 6).await, BTreeSet::from(['a', 'b']));
    drop(a);
    here.end().await;
}

impl Little {
    fn renamed(mut self, id: Uuid) -> Self {
        self.id = id;
        self
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_under_load_loses_nothing_and_keeps_the_process() {
    let Some(here) = Here::new().await else { return };
    let servers = two().await;
    let mut spec = spec(&servers);
    here.create(&spec).await;
    let number = here.number();
    let at = here.at(80);
    let load = tokio::spawn(async move {
        for _ in 0..400 {
            let answer = get(TcpStream::connect(at).await.unwrap(), "").await;
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
    });
    // One that is open over all changes.
    let mut open = TcpStream::connect(at).await.unwrap();
    for timeout_s in 21..26 {
        spec.timeout_s = timeout_s;
        here.configure(&spec).await;
    }
    let answer = {
        open.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        open.read_to_string(&mut answer).await.unwrap();
        answer
    };
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    load.await.unwrap();
    assert_eq!(here.number(), number);
    here.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_stays_where_it_was_sent() {
    let Some(here) = Here::new().await else { return };
    let servers = two().await;
    let cookie = Some("it's mine".replace([' ', '\''], "_"));
    here.create(&BalancerSpec { cookie, ..spec(&servers) }).await;
    let answer = here.get(80, "").await;
    let lower = answer.to_lowercase();
    let line = lower.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    let value = line.split(';').next().unwrap();
    assert!(value.starts_with("it_s_mine="), "{answer}");
    let whose = answer.rsplit("\r\n\r\n").next().unwrap().chars().next();
    for _ in 0..6 {
        let again = here.get(80, &format!("Cookie: {value}\r\n")).await;
        assert_eq!(again.rsplit("\r\n\r\n").next().unwrap().chars().next(), whose);
    }
    here.end().await;
}

/// Asks over TLS, trusting one authority, and tells what was agreed on.
async fn get_tls(at: SocketAddr, name: &str, trusted: Vec<u8>) -> (String, Option<Vec<u8>>) {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from(trusted)).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut config = config;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let stream = TcpStream::connect(at).await.unwrap();
    let stream = connector.connect(name, stream).await.unwrap();
    let alpn = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
    (get(stream, "").await, alpn)
}

/// An authority, and what it has signed for a name, as its owner would send it.
fn certificate(name: &str) -> (Vec<u8>, Certificate) {
    let good = [std::time::SystemTime::UNIX_EPOCH, files_good()];
    let authority =
        x509::Authority::make(x509::name(&[(x509::COMMON_NAME, "test")]), good, &[]).unwrap();
    let key = x509::Key::generate().unwrap();
    let more = [x509::hosts(&[name]), x509::for_servers()];
    let subject = x509::name(&[(x509::COMMON_NAME, name)]);
    let leaf = authority.sign(&subject, &key, good, &more).unwrap();
    let chain = x509::pem("CERTIFICATE", &leaf);
    let private_key = x509::pem("PRIVATE KEY", &key.pkcs8).into();
    (authority.certificate, Certificate { chain, private_key })
}

fn files_good() -> std::time::SystemTime {
    std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(79 * 365 * 24 * 3600)
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_ends_there_by_its_own_certificate_or_one_of_the_local_authority() {
    let Some(here) = Here::new().await else { return };
    let servers = two().await;
    let port = servers[0].at.port();
    let (trusted, own) = certificate("shop.example");
    let forwarding = vec![forward(Protocol::Http, 80, port), forward(Protocol::Https, 443, port)];
    let spec = BalancerSpec {
        forwarding,
        http2: true,
        redirects_to_https: true,
        certificate: Some(own),
        ..spec(&servers)
    };
    here.create(&spec).await;
    let (answer, alpn) = get_tls(here.at(443), "shop.example", trusted).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("x-forwarded-proto: https"), "{answer}");
    assert_eq!(alpn.unwrap(), b"http/1.1");
    let led = here.get(80, "").await;
    assert!(led.starts_with("HTTP/1.1 301"), "{led}");
    assert!(led.to_lowercase().contains("location: https://shop.example"), "{led}");
    // It has none any more, and gets one.
    let name = Some("auto.example".to_owned());
    here.configure(&BalancerSpec { certificate: None, certified_name: name, ..spec }).await;
    let ca = here.directory.path().join("balancers").join(files::AUTHORITY);
    let ca = x509::from_pem(&std::fs::read_to_string(ca).unwrap()).unwrap();
    let (answer, _) = get_tls(here.at(443), "auto.example", ca).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    here.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_are_told_who_asks_by_the_proxy_protocol_and_who_may_not_is_turned_away() {
    let Some(here) = Here::new().await else { return };
    let servers = two().await;
    let port = servers[0].at.port();
    let firewall = |address: [u8; 4]| {
        let from = Clients::Of(Subnet { address: address.into(), prefix: 8 });
        vec![Allowed { port: 80, from }]
    };
    let through = Forwarding { frontend: Protocol::Tcp, ..forward(Protocol::Tcp, 90, port) };
    let spec = BalancerSpec {
        proxy_protocol: true,
        firewall: firewall([127, 0, 0, 0]),
        forwarding: vec![forward(Protocol::Http, 80, port), through],
        ..spec(&servers)
    };
    here.create(&spec).await;
    let answer = here.get(80, "").await;
    assert!(answer.contains(" PROXY TCP4 127.0.0.1 127."), "{answer}");
    // Nothing is said of port 90, so it is nobody's; and 80 is others' now.
    let refused = async |port| {
        let Ok(mut stream) = TcpStream::connect(here.at(port)).await else { return true };
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        answer.is_empty()
    };
    assert!(refused(90).await);
    here.configure(&BalancerSpec { firewall: firewall([10, 0, 0, 0]), ..spec }).await;
    assert!(refused(80).await);
    here.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_with_its_reason_and_what_works_works_on() {
    let Some(here) = Here::new().await else { return };
    let servers = two().await;
    let good = spec(&servers);
    let port = servers[0].at.port();
    here.create(&good).await;
    for (bad, word) in [
        (BalancerSpec { http3: true, ..good.clone() }, "HTTP/3"),
        (
            BalancerSpec {
                forwarding: vec![Forwarding {
                    backend: Protocol::Udp,
                    ..forward(Protocol::Udp, 53, port)
                }],
                ..good.clone()
            },
            "port 53 is to forward UDP",
        ),
        (
            BalancerSpec { forwarding: vec![forward(Protocol::Https, 443, port)], ..good.clone() },
            "there is no certificate",
        ),
    ] {
        let error = here.things().configure(here.id, &bad).await.unwrap_err();
        assert!(matches!(&error, Error::Unsupported(why) if why.contains(word)), "{error}");
    }
    // A certificate that is none: HAProxy says so, and it is tried again.
    let chain = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n".to_owned();
    let certificate = Some(Certificate { chain, private_key: "none".into() });
    let bad = BalancerSpec {
        certificate,
        forwarding: vec![forward(Protocol::Https, 443, port)],
        ..good.clone()
    };
    here.things().configure(here.id, &bad).await.unwrap();
    let error = async {
        loop {
            if let Err(error) = here.things().configure(here.id, &bad).await {
                return error;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let error = tokio::time::timeout(PATIENCE, error).await.unwrap();
    assert!(matches!(&error, Error::Outside(why) if why.contains("refuses")), "{error}");
    let seen = here.things().observe(here.id).await.unwrap().unwrap();
    assert!(seen.spec.is_none() && !seen.ready, "it is to be told anew");
    assert_eq!(here.whose(80, 4).await, BTreeSet::from(['a', 'b']), "it works on as it was");
    here.configure(&good).await;
    here.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_killed_comes_back_and_one_that_was_left_is_ended() {
    let Some(here) = Here::new().await else { return };
    let servers = two().await;
    let spec = spec(&servers);
    here.create(&spec).await;
    let before = here.number();
    assert!(Command::new("kill").args(["-KILL", &before.to_string()]).status().unwrap().success());
    let back = async {
        while here.number() == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, back).await.expect("it is started again");
    here.ready().await;
    assert_eq!(here.whose(80, 4).await, BTreeSet::from(['a', 'b']));
    // Another server on the same directory, as after a kill: it knows nothing of this one.
    let number = here.number();
    let shared = &here.balancers.0;
    let other = Balancers::new(
        shared.program.clone(),
        Some(here.directory.path().join("balancers")),
        Arc::new(Loopback::default()),
    );
    assert_eq!(other.there().await.unwrap(), [here.id]);
    let left = Things::observe(&other, here.id).await.unwrap();
    assert_eq!(left, Some(Thing { spec: None, ready: false }));
    here.balancers.0.lock().remove(&here.id).unwrap().tending.abort();
    other.sweep(here.id).await.unwrap();
    until_ended(number).await;
    assert!(other.there().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_leads_nowhere_is_ready_and_runs_nothing() {
    let Some(here) = Here::new().await else { return };
    let servers = two().await;
    let bare = BalancerSpec { forwarding: vec![], ..spec(&servers) };
    here.create(&bare).await;
    assert_eq!(here.balancers.answers_at(here.id), []);
    here.configure(&spec(&servers)).await;
    assert_eq!(here.whose(80, 4).await, BTreeSet::from(['a', 'b']));
    let number = here.number();
    here.configure(&bare).await;
    assert!(!runs(number));
    here.things().remove(here.id).await.unwrap();
    here.things().remove(here.id).await.unwrap();
    here.balancers.stop().await.unwrap();
}
